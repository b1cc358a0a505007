import { QueryObserver } from "@tanstack/react-query";
import { expect, test } from "vitest";
import { queryClient } from "./query-client";

test("a page that turns back to a snapshot of a moment ago reads it anew", async () => {
  const asked: string[] = [];
  const turnedTo = (filter: string) => ({
    ...queryClient.defaultQueryOptions({ queryKey: ["runs", filter] }),
    queryFn: async () => {
      asked.push(filter);
      return filter;
    },
  });
  const observer = new QueryObserver(queryClient, turnedTo("a"));
  const leave = observer.subscribe(() => undefined);
  for (const filter of ["b", "a"]) {
    await expect.poll(() => observer.getCurrentResult().fetchStatus).toBe("idle");
    observer.setOptions(turnedTo(filter));
  }
  leave();
  expect(asked).toEqual(["a", "b", "a"]);
});
