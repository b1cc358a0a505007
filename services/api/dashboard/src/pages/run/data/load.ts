/** Reading the whole history of a run, and taking what the live stream brings of it. */

import { api, body } from "@/api/client";
import type { History } from "@/core/history";
import type { Message } from "@/live/stream";

const PAGE = 10_000;
/** So many events are folded at a time; between two times the page may draw and answer. */
const SLICE = 2000;

/** Take every event that there is into `history`; `onPage` is told after each page. */
export async function loadHistory(
  history: History,
  runId: string,
  signal: AbortSignal,
  onPage: () => void,
): Promise<void> {
  for (let after: number | null = history.lastSeq; after !== null; ) {
    const page: EventPage = await readPage(runId, after, signal);
    for (let from = 0; from < page.events.length; from += SLICE) {
      history.append(page.events.slice(from, from + SLICE));
      await breath();
      signal.throwIfAborted();
    }
    onPage();
    after = page.next_cursor;
  }
}

interface EventPage {
  readonly events: readonly unknown[];
  readonly next_cursor: number | null;
}

function readPage(runId: string, after: number, signal: AbortSignal): Promise<EventPage> {
  const params = { path: { run_id: runId }, query: { after, limit: PAGE } };
  return body(api.GET("/runs/{run_id}/events", { params, signal }));
}

function breath(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve));
}

/**
 * Take a batch of the live stream into `history`.
 *
 * @returns false where the log is not the one the history was read from: the server lost its end and went on
 * differently, so everything is to be read anew.
 */
export function takeBatch(history: History, batch: readonly Message[]): boolean {
  const told = batch.map(({ data }) => JSON.parse(data) as Told);
  if (
    told.some((event) =>
      event.type === FORK ? event.kept_seq < history.lastSeq : contradicts(history, event),
    )
  )
    return false;
  history.append(told.filter(({ type }) => type !== FORK));
  return true;
}

export const FORK = "LogForked";

interface Told {
  readonly seq: number;
  readonly type: string;
  readonly at: string;
  /** Of a fork: the last event that the new branch has in common with the old one. */
  readonly kept_seq: number;
}

/** Whether an event stands where the history has another one. */
function contradicts(history: History, { seq, type, at }: Told): boolean {
  if (seq > history.lastSeq) return false;
  const known = history.eventOf(seq);
  return (
    known === undefined || (known.type !== type && known.type !== "Unreadable") || known.at !== Date.parse(at)
  );
}

/** Return the position in the live feed after the last event of the history. A run's id ends in its partition. */
export function positionOf(history: History, runId: string): string {
  return `${runId.slice(runId.lastIndexOf("-") + 1)}:${history.lastSeq}`;
}
