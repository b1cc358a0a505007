/** The events of the whole deployment as they come, newest first. */

import { MalformedEventError, type RunEvent, readEvent } from "@/core/events";
import type { RunStatus, TaskStatus } from "@/core/status";
import { describe, statusAfter } from "@/core/words";
import { parseTime, shortVersion } from "@/lib/format";
import type { Message } from "@/live/stream";

export interface Entry {
  /** Unlike any other of the feed: partition, branch of its log and place in it. */
  readonly key: string;
  readonly partition: number;
  /** How often the log had forked when this came, as far as the feed has seen: after a fork places come again. */
  readonly branch: number;
  readonly seq: number;
  readonly at: number;
  readonly type: string;
  readonly text: string;
  readonly status: RunStatus | TaskStatus | null;
  readonly runId: string;
  readonly taskId: string;
  readonly dagId: string;
  readonly data: string;
}

/** How many are kept: what is further back is in the logs. */
export const KEPT = 5000;

/** Return the feed with a batch in front, the latest of it first. */
export function add(entries: readonly Entry[], batch: readonly Message[]): readonly Entry[] {
  const branches = branchesOf(entries);
  const fresh = batch.slice(-KEPT).map(({ data }) => read(data, branches));
  // The stream keeps the order of each log; logs are merged by time, as far as a batch goes.
  fresh.sort((one, other) => other.at - one.at || other.seq - one.seq);
  return fresh.concat(entries.slice(0, Math.max(0, KEPT - fresh.length)));
}

/** The latest branch of each partition's log. */
function branchesOf(entries: readonly Entry[]): Map<number, number> {
  const branches = new Map<number, number>();
  for (const { partition, branch } of entries) {
    if (branch > (branches.get(partition) ?? 0)) branches.set(partition, branch);
  }
  return branches;
}

/** Return what waits while the feed is held, with a batch more: the latest, as many as will be shown and some. */
export function hold(waiting: readonly Message[], batch: readonly Message[]): readonly Message[] {
  const all = [...waiting, ...batch];
  return all.length > 2 * KEPT ? all.slice(-KEPT) : all;
}

interface Raw {
  partition: number;
  seq: number;
  at: string;
  type: string;
  run_id?: string;
  task_id?: string;
  dag_id?: string;
  version?: string;
  task_count?: number;
  incarnation?: number;
  kept_seq?: number;
}

function read(data: string, branches: Map<number, number>): Entry {
  const raw = JSON.parse(data) as Raw;
  if (raw.incarnation !== undefined) branches.set(raw.partition, raw.incarnation);
  const branch = branches.get(raw.partition) ?? 0;
  const event = runEvent(raw);
  return {
    key: `${raw.partition}:${branch}:${raw.seq}`,
    partition: raw.partition,
    branch,
    seq: raw.seq,
    at: parseTime(raw.at),
    type: raw.type,
    text: event ? describe(event) : words(raw),
    status: event ? statusAfter(event) : null,
    runId: raw.run_id ?? "",
    taskId: raw.task_id ?? "",
    dagId: raw.dag_id ?? "",
    data,
  };
}

function runEvent(raw: Raw): RunEvent | null {
  if (!raw.run_id) return null;
  try {
    return readEvent(raw);
  } catch (error) {
    if (error instanceof MalformedEventError) return null;
    throw error;
  }
}

/** What the events say that are about no run. */
function words(raw: Raw): string {
  if (raw.type === "DagRegistered") {
    return `DAG ${raw.dag_id} has a new current version, ${shortVersion(raw.version ?? "")}, of ${raw.task_count} tasks.`;
  }
  if (raw.type === "LogForked") {
    return `The server came back with an older past: what followed event ${raw.kept_seq} is gone, this is branch ${raw.incarnation}.`;
  }
  return "An event that this page cannot read.";
}
