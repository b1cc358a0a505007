import type { SortKey } from "./rows";

export type ColumnKey = SortKey;

/** The columns of the list, from left to right. */
export const COLUMNS: readonly {
  readonly key: ColumnKey;
  readonly label: string;
  readonly right?: boolean;
}[] = [
  { key: "status", label: "Status" },
  { key: "task", label: "Task" },
  { key: "attempt", label: "Attempt", right: true },
  { key: "waited", label: "Waited", right: true },
  { key: "queued", label: "Queued", right: true },
  { key: "ran", label: "Ran", right: true },
  { key: "worker", label: "Worker" },
  { key: "started", label: "Started" },
  { key: "error", label: "Error" },
];

/** How a row is laid out in so much room; where there is little, it has fewer columns. */
export const LINE =
  "grid w-full items-center gap-x-3 px-3 grid-cols-[1.25rem_minmax(0,1fr)_5rem] @md:grid-cols-[8.5rem_minmax(0,1fr)_5.5rem] @2xl:grid-cols-[8.5rem_minmax(0,1.6fr)_4rem_4.5rem_4.5rem_4.5rem] @5xl:grid-cols-[8.5rem_minmax(0,1.6fr)_4rem_5rem_5rem_5rem_minmax(0,8rem)_6.5rem_minmax(0,1fr)]";

const MIDDLE = "hidden @2xl:block";
const WIDE = "hidden @5xl:block";

export const HIDDEN: Readonly<Record<ColumnKey, string>> = {
  status: "overflow-hidden",
  task: "min-w-0",
  attempt: MIDDLE,
  waited: MIDDLE,
  queued: MIDDLE,
  ran: "",
  worker: WIDE,
  started: WIDE,
  error: WIDE,
};
