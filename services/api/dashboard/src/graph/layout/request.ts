/** Ask for a layout: computed in a worker, remembered by structure, given up when nobody wants it any more. */

import type { Layout } from "./types";
import type { Job } from "./worker";

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
  const layout = await inWorker(job, signal);
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

let spare: Worker | null = null;

/** Start a worker before it is wanted: that takes as long as it lays out a thousand tasks. */
export function warmUp(): void {
  spare = start();
  spare.onerror = () => {
    spare = null;
  };
}

function start(): Worker {
  return new Worker(new URL("./worker.ts", import.meta.url), { type: "module" });
}

function inWorker(job: Job, signal: AbortSignal): Promise<Layout> {
  return new Promise((resolve, reject) => {
    const worker = spare ?? start();
    spare = null;
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
