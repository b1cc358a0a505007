/** Ask for a layout: computed in a worker, remembered by structure, given up when nobody wants it any more. */

import ELK from "elkjs/lib/elk-api";
import elkWorker from "elkjs/lib/elk-worker.min.js?url";
import { fromElk, toElk } from "./elk";
import type { Layout } from "./types";
import type { Job } from "./worker";

/** Above these elk takes longer than anybody wants to wait (it starts cold on every page); see `layered`. */
const ELK_NODES = 80;
const ELK_EDGES = 120;
const REMEMBERED = 12;

const remembered = new Map<string, Layout>();

/** Return a known layout of the same structure, if there is one. */
export function knownLayout(job: Job): Layout | undefined {
  return remembered.get(keyOf(job));
}

/**
 * Compute a layout. `signal` ends the work: the worker is stopped, and nothing is answered.
 *
 * Raises (rejects with) an Error where the worker could not be loaded or failed.
 */
export async function computeLayout(job: Job, signal: AbortSignal): Promise<Layout> {
  const { structure } = job;
  const small = structure.count <= ELK_NODES && structure.from.length <= ELK_EDGES;
  const layout = await (small ? withElk(job, signal) : withWorker(job, signal));
  remember(keyOf(job), layout);
  return layout;
}

function remember(key: string, layout: Layout): void {
  remembered.set(key, layout);
  for (const oldest of remembered.keys()) {
    if (remembered.size <= REMEMBERED) break;
    remembered.delete(oldest);
  }
}

function keyOf({ structure, card, direction }: Job): string {
  return `${direction} ${card.width} ${card.height} ${structure.count} ${structure.from.join()} ${structure.to.join()}`;
}

function withWorker(job: Job, signal: AbortSignal): Promise<Layout> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL("./worker.ts", import.meta.url), { type: "module" });
    const stop = () => worker.terminate();
    signal.addEventListener("abort", stop, { once: true });
    worker.onmessage = ({ data }: MessageEvent<Layout>) => {
      signal.removeEventListener("abort", stop);
      worker.terminate();
      resolve(data);
    };
    worker.onerror = (event) => reject(new Error(event.message || "The layout could not be computed."));
    worker.postMessage(job);
  });
}

/** One elk at a time, ended when nothing was asked for a while (it is large); elk cannot be interrupted, only ended. */
const IDLE_MS = 20_000;
let idle: ReturnType<typeof setTimeout> | undefined;
let elk: { engine: InstanceType<typeof ELK>; failed: Promise<never> } | null = null;

function engine() {
  if (elk) return elk;
  let fail: (error: Error) => void = () => {};
  const failed = new Promise<never>((_, reject) => {
    fail = reject;
  });
  failed.catch(() => {
    elk = null;
  });
  const workerFactory = () => {
    const worker = new Worker(elkWorker);
    worker.onerror = (event) => fail(new Error(event.message || "The layout engine could not be loaded."));
    return worker;
  };
  elk = { engine: new ELK({ workerFactory, algorithms: ["layered"] }), failed };
  return elk;
}

async function withElk(job: Job, signal: AbortSignal): Promise<Layout> {
  const { engine: running, failed } = engine();
  const stop = () => {
    running.terminateWorker();
    elk = null;
  };
  clearTimeout(idle);
  signal.addEventListener("abort", stop, { once: true });
  try {
    const asked = running.layout(toElk(job.structure, job.card, job.direction));
    const answer = await Promise.race([asked, failed]);
    return fromElk(answer, job.structure, job.card, job.direction);
  } finally {
    signal.removeEventListener("abort", stop);
    idle = setTimeout(stop, IDLE_MS);
  }
}
