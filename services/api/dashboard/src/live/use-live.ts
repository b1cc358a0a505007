import { useEffect, useEffectEvent } from "react";
import { type Follower, LiveStream } from "./stream";
import type { Topic } from "./topic";

export const RUN_EVENTS = [
  "RunRequested",
  "RunCancelled",
  "RunStarted",
  "RunLate",
  "RunFinished",
  "TaskReady",
  "TaskStarted",
  "TaskSucceeded",
  "TaskFailed",
  "TaskLost",
  "TaskReturned",
  "TaskCancelled",
  "TaskUpstreamFailed",
  "FactRejected",
] as const;
export const ALL_EVENTS = ["DagRegistered", "LogForked", ...RUN_EVENTS] as const;
export const DIGEST = ["Run", "Dag", "Figures", "Overflow"] as const;

/**
 * Keep a page's snapshot true: follow `topic` after `position`, which came with the snapshot (null while there is
 * none: nothing is followed then). See `Follower` for what the page does when messages come and when it is far behind.
 */
export function useLive(
  topic: Topic,
  position: string | null,
  types: readonly string[],
  follower: Follower,
): void {
  const receive = useEffectEvent(follower.receive);
  const renew = useEffectEvent(follower.renew);
  const key = JSON.stringify([topic, types]);
  // The position moves on with every snapshot; a stream that is open does not need it any more.
  const ready = position !== null;
  const start = useEffectEvent(() => new LiveStream(topic, position, types, { receive, renew }));
  // biome-ignore lint/correctness/useExhaustiveDependencies: the key stands for the topic's content
  useEffect(() => {
    if (!ready) return;
    const stream = start();
    return () => stream.close();
  }, [key, ready]);
}
