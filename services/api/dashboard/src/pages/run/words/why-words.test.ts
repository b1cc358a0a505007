import { describe, expect, test } from "vitest";
import { goldenHistory } from "@/core/testkit";
import { explain } from "@/core/why";
import { tell } from "./why-words";

/** Tell why a task stood where it stood after the `count`-th event of a type, links in brackets. */
function told(name: string, taskId: string, type?: string, count = 1): readonly string[] {
  const history = goldenHistory(name);
  const moments = history.events.flatMap((event, place) => (event.type === type ? [place + 1] : []));
  const { reasons } = explain(history, taskId, type === undefined ? history.length : moments[count - 1]);
  return reasons.map((reason) =>
    tell(reason, taskId)
      .map((part) => {
        if (typeof part === "string") return part;
        if ("task" in part) return `[${part.task}]`;
        return "code" in part ? part.code : `[event ${part.seq}]`;
      })
      .join(""),
  );
}

describe("a task is told about in whole sentences", () => {
  test("that waits for another", () => {
    expect(told("diamond_succeeds", "d", "TaskSucceeded", 2)).toEqual([
      "It waits for [b], which has been running since [event 9].",
    ]);
  });

  test("whose run nobody has taken", () => {
    expect(told("diamond_succeeds", "a", "RunRequested")).toEqual([
      "No scheduler has started the run yet. It was requested at [event 2].",
    ]);
  });

  test("that is on its queue, and what put it there", () => {
    expect(told("diamond_succeeds", "d", "TaskReady", 4)).toEqual([
      "It lies on the queue default since [event 13]; no worker has taken it.",
      "It could start when [b] ended at [event 12], the last of what it waited for.",
    ]);
  });
});

test("a task that will not run names the one where it began, and why that one was given up", () => {
  const sentences = told("upstream_fails", lastBlocked());
  expect(sentences.some((one) => one.endsWith(": that is where it began."))).toBe(true);
  expect(sentences.at(-1)).toMatch(/^\[.*\] is not tried again: it failed /);
});

function lastBlocked(): string {
  const history = goldenHistory("upstream_fails");
  const blocked = history.events.filter(({ type }) => type === "TaskUpstreamFailed").at(-1);
  return blocked && "task_id" in blocked ? blocked.task_id : "";
}

test("every reason of every task of every kind of run ends as a sentence does", () => {
  const names = ["lost_too_often", "cancelled_in_the_middle", "cancelled_while_failing", "retries_are_spent"];
  for (const name of names) {
    const history = goldenHistory(name);
    for (const { task_id } of history.plan.tasks) {
      for (let n = 1; n <= history.length; n += 1) {
        for (const reason of explain(history, task_id, n).reasons) {
          const text = tell(reason, task_id)
            .map((part) => (typeof part === "string" ? part : "X"))
            .join("");
          expect(text).toMatch(/^[A-Z].*[.!?…]$/s);
          expect(text).not.toMatch(/undefined|null|NaN|\.\./);
        }
      }
    }
  }
});
