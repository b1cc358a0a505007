/** In which order a log is searched: from where the reader is to the end, then from the beginning; then what was added. */

import type { Range } from "./chunks";

/** More matches than that are not kept; the search rests when it comes to them. */
export const MOST_MATCHES = 20_000;

export class SearchPlan {
  private ranges: Range[];
  private known: number;
  private readonly found: number[] = [];
  /** How many lines were looked at. */
  searched = 0;
  /** The match that was found first, null while there is none. */
  first: number | null = null;

  /** `from` is the line at which the reader is, `total` the last line of the log. */
  constructor(from: number, total: number) {
    this.known = total;
    const here = Math.min(Math.max(1, from), Math.max(1, total));
    this.ranges = [
      { first: here, last: total },
      { first: 1, last: here - 1 },
    ].filter(({ first, last }) => first <= last);
  }

  /** The lines to look at next, null when all were. */
  get next(): Range | null {
    return this.ranges[0] ?? null;
  }

  /** The numbers of the lines that match, ascending. */
  get matches(): readonly number[] {
    return this.found;
  }

  get full(): boolean {
    return this.found.length >= MOST_MATCHES;
  }

  /** Take an answer about the next range: the matches in it up to line `upTo`. */
  took(lines: readonly number[], upTo: number): void {
    const range = this.ranges[0];
    if (!range) return;
    const last = Math.max(range.first, Math.min(upTo, range.last));
    const within = lines.filter((line) => line >= range.first && line <= last);
    this.first ??= within[0] ?? null;
    insert(this.found, within);
    this.searched += last - range.first + 1;
    if (last < range.last) this.ranges[0] = { first: last + 1, last: range.last };
    else this.ranges.shift();
  }

  /** Search what was added to the log as well. */
  extend(total: number): void {
    if (total <= this.known) return;
    const last = this.ranges.at(-1);
    if (last?.last === this.known) this.ranges[this.ranges.length - 1] = { first: last.first, last: total };
    else this.ranges.push({ first: this.known + 1, last: total });
    this.known = total;
  }
}

/** Return the match after or before `line`; beyond the last one the first follows. Null where there is none. */
export function step(matches: readonly number[], line: number, direction: 1 | -1): number | null {
  if (direction === 1) return matches[after(matches, line)] ?? matches[0] ?? null;
  return matches[after(matches, line - 1) - 1] ?? matches.at(-1) ?? null;
}

/** Return how many of the ascending numbers are not above `line`. */
export function after(numbers: readonly number[], line: number): number {
  let low = 0;
  let high = numbers.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((numbers[middle] ?? 0) <= line) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Add ascending numbers that all belong at one place. */
function insert(into: number[], lines: readonly number[]): void {
  const [first] = lines;
  if (first !== undefined) into.splice(after(into, first), 0, ...lines);
}
