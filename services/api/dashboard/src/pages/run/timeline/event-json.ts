import type { RunEvent } from "@/core/events";

/** Return an event as the API tells it, but with every field spelt out, to be read by people. */
export function eventJson(event: RunEvent): string {
  const { seq, type, at, cause, ...rest } = event;
  const retry = "retry_at" in rest ? { retry_at: time(rest.retry_at) } : {};
  const times = "due" in rest ? { due: time(rest.due) } : retry;
  const told = { seq, type, at: time(at), cause, ...rest, ...times };
  if (event.type !== "Unreadable") return JSON.stringify(told, null, 2);
  return JSON.stringify({ ...told, type: event.original, original: undefined }, null, 2);
}

function time(ms: number): string | null {
  return ms === 0 ? null : new Date(ms).toISOString();
}
