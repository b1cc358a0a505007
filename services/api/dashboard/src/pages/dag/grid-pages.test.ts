import { expect, test } from "vitest";
import type { DagGrid } from "@/api/types";
import { FIRST_RUNS, readGrid } from "./grid-pages";

/** An API with so many runs, numbered from the newest, that tells at most `most` of them at once. */
function api(total: number, most: number) {
  const asked: number[] = [];
  const readPage = async (cursor: string, limit: number) => {
    asked.push(limit);
    const first = cursor === "" ? 0 : Number(cursor);
    const last = Math.min(total, first + Math.min(limit, most));
    const runs = Array.from({ length: last - first }, (_, at) => ({
      run_id: String(first + at),
      cells: "s",
      durations_ms: [null],
    }));
    const tasks = [{ task_id: "a", name: "a", dependencies: [] }];
    return {
      dag_id: "d",
      tasks,
      runs,
      next_cursor: last < total ? String(last) : null,
      position: `0:${asked.length}`,
    };
  };
  return { asked, readPage: readPage as unknown as (cursor: string, limit: number) => Promise<DagGrid> };
}

const numbers = (grid: DagGrid) => grid.runs.map(({ run_id }) => Number(run_id));

test("a grid that nobody has seen begins with one page", async () => {
  const { asked, readPage } = api(1000, 500);
  expect((await readGrid(readPage, () => 0)).runs).toHaveLength(FIRST_RUNS);
  expect(asked).toEqual([FIRST_RUNS]);
});

test("read anew, a grid has all the runs that were shown, each once and in order, and goes on behind them", async () => {
  const { readPage } = api(1000, 120);
  const grid = await readGrid(readPage, () => 300);
  expect(numbers(grid)).toEqual(Array.from({ length: 340 }, (_, at) => at));
  expect(grid.next_cursor).toBe("340");
});

test("what follows is told from the first page on, which is the oldest answer", async () => {
  const { readPage } = api(1000, 120);
  expect((await readGrid(readPage, () => 300)).position).toBe("0:1");
});

test("no more is asked for than the API tells at once, and nothing beyond the last run", async () => {
  const { asked, readPage } = api(650, 500);
  const grid = await readGrid(readPage, () => 900);
  expect(grid.runs).toHaveLength(650);
  expect(asked).toEqual([500, 400]);
});
