/**
 * How a page's snapshot takes what the live stream brings.
 *
 * A snapshot that is read anew may be older than what was patched into the former one while it was on its way, and the
 * stream says nothing twice. So whatever comes during a read is kept, and applied once more to what arrives: a patch
 * passes over what its snapshot has already.
 */

import { hashKey, type Query, type QueryClient, type QueryKey, useQueryClient } from "@tanstack/react-query";
import { useEffect, useMemo, useRef } from "react";
import type { Message } from "./stream";

type Patch<T> = (snapshot: T, batch: readonly Message[]) => T;

/** After these the snapshot is read anew: something was left out, or what came before is of a past that is no more. */
const BREAKS: ReadonlySet<string> = new Set(["LogForked", "Overflow"]);
/** Where that fails it is tried again with what comes next, but no more often than this. */
const AGAIN_MS = 5000;

export class Patches<T> {
  private kept: Message[] = [];
  private reads = 0;
  private breaks = 0;
  /** When the reading that a break asks for was last begun; null once it was done. */
  private due: number | null = null;

  constructor(
    private readonly client: QueryClient,
    private readonly key: QueryKey,
    private readonly patch: Patch<T>,
  ) {}

  /** Watch the snapshot being read, until the function that is returned is called. */
  follow(): () => void {
    const cache = this.client.getQueryCache();
    return cache.subscribe((event) => {
      if (event.type !== "updated" || event.query !== this.query()) return;
      const { action } = event;
      const read = action.type === "success" && !action.manual;
      if (read) this.due = null;
      if (read || action.type === "error") this.settle();
    });
  }

  /** Take what the stream brings, and read the snapshot anew where it can no longer be patched. */
  take(batch: readonly Message[]): void {
    const broken = batch.findLastIndex(({ type }) => BREAKS.has(type));
    if (broken !== -1) {
      this.kept = [];
      this.breaks += 1;
    }
    if (broken !== -1 || this.isOverdue()) this.readAnew();
    if (this.reading()) this.kept.push(...batch.slice(broken + 1));
    this.apply(batch);
  }

  /**
   * Join what is read beside the snapshot, such as another page of it, to whatever the snapshot is by then. Where the
   * log broke meanwhile it is not joined: it may be of a past that is no more.
   */
  async join<P>(read: Promise<P>, join: (snapshot: T, part: P) => T): Promise<void> {
    const { breaks } = this;
    this.reads += 1;
    try {
      const part = await read;
      if (breaks !== this.breaks) return;
      this.client.setQueryData<T>(this.key, (snapshot) => snapshot && join(snapshot, part));
    } finally {
      this.reads -= 1;
      this.settle();
    }
  }

  private readAnew(): void {
    this.due = Date.now();
    void this.client.invalidateQueries({ queryKey: this.key });
  }

  /** Whether the reading after a break has failed. */
  private isOverdue(): boolean {
    return this.due !== null && !this.reading() && Date.now() - this.due >= AGAIN_MS;
  }

  private settle(): void {
    const { kept } = this;
    if (!this.reading()) this.kept = [];
    if (kept.length) this.apply(kept);
  }

  private apply(batch: readonly Message[]): void {
    this.client.setQueryData<T>(this.key, (snapshot) => snapshot && this.patch(snapshot, batch));
  }

  private reading(): boolean {
    return this.reads > 0 || (this.query()?.state.fetchStatus ?? "idle") !== "idle";
  }

  private query(): Query | undefined {
    return this.client.getQueryCache().get(hashKey(this.key));
  }
}

/** The patches of the snapshot under `key`. */
export function usePatches<T>(key: QueryKey, patch: Patch<T>): Patches<T> {
  const client = useQueryClient();
  const latest = useRef(patch);
  useEffect(() => {
    latest.current = patch;
  });
  const name = hashKey(key);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the name stands for the key's content
  const patches = useMemo(
    () => new Patches<T>(client, key, (snapshot, batch) => latest.current(snapshot, batch)),
    [client, name],
  );
  useEffect(() => patches.follow(), [patches]);
  return patches;
}
