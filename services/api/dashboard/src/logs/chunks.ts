/** The part of a log that is kept in the browser: chunks of lines by number, those used last. */

import type { LogLine } from "@/api/types";

export const CHUNK_LINES = 500;

/** A line, or null where the log has none of that number; undefined where it has not been read. */
export type Slot = LogLine | null | undefined;

interface Chunk {
  readonly slots: Slot[];
  size: number;
}

export interface Range {
  readonly first: number;
  readonly last: number;
}

/** Lines count from 1. What is kept is bounded by the characters in it, but the chunk used last is never dropped. */
export class ChunkCache {
  /** In the order of their last use. */
  private readonly chunks = new Map<number, Chunk>();
  private size = 0;

  constructor(private readonly mostCharacters = 16_000_000) {}

  get(line: number): Slot {
    return this.chunks.get(chunkOf(line))?.slots[(line - 1) % CHUNK_LINES];
  }

  /** Take what a read of `first` to `last` brought: numbers within that are not among `lines` do not exist. */
  put({ first, last }: Range, lines: readonly LogLine[]): void {
    const found = new Map(lines.map((line) => [line.n, line]));
    for (let number = first; number <= last; number += 1) this.set(number, found.get(number) ?? null);
    this.touch(first, last);
    this.drop();
  }

  /** Say that these lines are looked at, so that they are kept. */
  touch(first: number, last: number): void {
    for (let index = chunkOf(first); index <= chunkOf(last); index += 1) {
      const chunk = this.chunks.get(index);
      if (chunk) {
        this.chunks.delete(index);
        this.chunks.set(index, chunk);
      }
    }
  }

  /** Return what to read first of the lines from `first` to `last`: at most a chunk; null where all is there. */
  missing({ first, last }: Range): Range | null {
    let from = first;
    while (from <= last && this.get(from) !== undefined) from += 1;
    if (from > last) return null;
    let to = Math.min(last, chunkOf(from) * CHUNK_LINES + CHUNK_LINES);
    while (to > from && this.get(to) !== undefined) to -= 1;
    return { first: from, last: to };
  }

  private set(line: number, slot: LogLine | null): void {
    const index = chunkOf(line);
    let chunk = this.chunks.get(index);
    if (!chunk) {
      chunk = { slots: new Array<Slot>(CHUNK_LINES).fill(undefined), size: 0 };
      this.chunks.set(index, chunk);
    }
    const at = (line - 1) % CHUNK_LINES;
    const change = sizeOf(slot) - sizeOf(chunk.slots[at]);
    chunk.slots[at] = slot;
    chunk.size += change;
    this.size += change;
  }

  private drop(): void {
    for (const [index, chunk] of this.chunks) {
      if (this.size <= this.mostCharacters || this.chunks.size === 1) return;
      this.chunks.delete(index);
      this.size -= chunk.size;
    }
  }
}

function chunkOf(line: number): number {
  return Math.floor((line - 1) / CHUNK_LINES);
}

/** What a line costs, about: its characters and the object around them. */
function sizeOf(slot: Slot): number {
  return slot ? slot.text.length + 100 : 0;
}
