/** Reads a grid page by page. */

import type { DagGrid } from "@/api/types";
import { appendGrid } from "./grid";

/** How many runs are read at first, and whenever somebody comes to the end of them. */
export const FIRST_RUNS = 100;
/** More than so many the API does not tell at once. */
const MOST_AT_ONCE = 500;

/** Read the runs behind `cursor`, from the newest where it is empty: `limit` of them, fewer where tasks are many. */
type ReadPage = (cursor: string, limit: number) => Promise<DagGrid>;

/**
 * Read the newest runs, at least as many as are `shown`, also by then: what somebody has scrolled to must not vanish because
 * the grid is read anew.
 */
export async function readGrid(readPage: ReadPage, shown: () => number): Promise<DagGrid> {
  const page = (cursor: string, missing: number) =>
    readPage(cursor, Math.min(Math.max(missing, FIRST_RUNS), MOST_AT_ONCE));
  let grid = await page("", shown());
  while (grid.next_cursor !== null && grid.runs.length < shown()) {
    grid = appendGrid(grid, await page(grid.next_cursor, shown() - grid.runs.length));
  }
  return grid;
}
