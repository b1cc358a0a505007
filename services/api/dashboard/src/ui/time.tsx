/** Times: relative ones keep themselves true, all of them on one clock; the absolute one stands in the title. */

import { useSyncExternalStore } from "react";
import { serverNow } from "@/lib/clock";
import { Value } from "@/lib/external";
import { duration, moment, parseTime, relative } from "@/lib/format";

const second = new Value(serverNow());
let timer: ReturnType<typeof setInterval> | undefined;
let users = 0;

function subscribe(listener: () => void): () => void {
  if (users === 0) second.set(Date.now());
  const leave = second.subscribe(listener);
  users += 1;
  // Nobody has kept it true while nobody used it.
  if (timer === undefined) second.set(serverNow());
  timer ??= setInterval(() => second.set(serverNow()), 1000);
  return () => {
    leave();
    users -= 1;
    if (users === 0) {
      clearInterval(timer);
      timer = undefined;
    }
  };
}

/** The present in ms by the server's clock, moving on once a second while somebody uses it. */
export function useNow(): number {
  return useSyncExternalStore(subscribe, second.get);
}

type When = string | number | null | undefined;

function ms(at: When): number | null {
  return typeof at === "number" ? at : parseTime(at);
}

export function Ago({ at, absent = "–" }: { at: When; absent?: string }) {
  const now = useNow();
  const value = ms(at);
  if (value === null) return <span className="text-dim">{absent}</span>;
  return (
    <time
      dateTime={new Date(value).toISOString()}
      title={moment(value)}
      className="tabular whitespace-nowrap"
    >
      {relative(value, now)}
    </time>
  );
}

/** How long something took, or has been taking since it began. */
export function Took({ from, to, absent = "–" }: { from: When; to: When; absent?: string }) {
  const start = ms(from);
  const end = ms(to);
  if (start === null) return <span className="text-dim">{absent}</span>;
  if (end !== null) return <span className="tabular whitespace-nowrap">{duration(end - start)}</span>;
  return <Counting from={start} />;
}

function Counting({ from }: { from: number }) {
  const now = useNow();
  // The server's clock may be ahead of what we take it for by a little: never below nothing.
  return (
    <span className="tabular whitespace-nowrap">
      {duration(Math.max(0, Math.floor((now - from) / 1000) * 1000))}
    </span>
  );
}
