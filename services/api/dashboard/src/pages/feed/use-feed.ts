import { useEffect, useRef, useState } from "react";
import type { Message } from "@/live/stream";
import { ALL_EVENTS, useLive } from "@/live/use-live";
import { add, type Entry, hold } from "./feed";

const LAST = 100;

/** The feed of what is chosen. While it is held what comes is counted, and shown once it goes on. */
export function useFeed(types: readonly string[], dagId: string, held: boolean) {
  const [entries, setEntries] = useState<readonly Entry[]>([]);
  const waiting = useRef<readonly Message[]>([]);
  /** What waits does not follow on what is shown. */
  const anew = useRef(false);
  const [missed, setMissed] = useState(0);
  const chosen = `${types.join()} ${dagId}`;
  // biome-ignore lint/correctness/useExhaustiveDependencies: another choice is another feed
  useEffect(() => {
    waiting.current = [];
    anew.current = false;
    setMissed(0);
    setEntries([]);
  }, [chosen]);
  const topic = { last: LAST, ...(types.length && { types }), ...(dagId && { dagId }) };
  useLive(topic, "", ALL_EVENTS, {
    receive: (batch) => {
      if (held) {
        waiting.current = hold(waiting.current, batch);
        setMissed((before) => before + batch.length);
      } else {
        setEntries((before) => add(before, batch));
      }
    },
    renew: async () => {
      waiting.current = [];
      setMissed(0);
      // Who holds the feed goes on reading what is there; it gives way when the feed goes on.
      if (held) anew.current = true;
      else setEntries([]);
      return "";
    },
  });
  useEffect(() => {
    if (held || waiting.current.length === 0) return;
    const batch = waiting.current;
    const begin = anew.current;
    waiting.current = [];
    anew.current = false;
    setMissed(0);
    setEntries((before) => add(begin ? [] : before, batch));
  }, [held]);
  return { entries, missed };
}
