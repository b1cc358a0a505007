/** Where each row stands: all rows have one height until they are measured, which a row is when it is first in sight. */

const GROUP = 256;

interface Group {
  readonly extra: Float32Array;
  sum: number;
}

/** Rows are counted from 0. Costs grow with the rows that were measured as other than the rest, not with all of them. */
export class Heights {
  private readonly groups = new Map<number, Group>();
  private extra = 0;
  count = 0;

  constructor(readonly row: number) {}

  get total(): number {
    return this.count * this.row + this.extra;
  }

  heightOf(index: number): number {
    return this.row + (this.groups.get(Math.floor(index / GROUP))?.extra[index % GROUP] ?? 0);
  }

  /** Return the distance from the top of the first row to the top of this one. */
  offsetOf(index: number): number {
    const number = Math.floor(index / GROUP);
    let offset = index * this.row;
    for (const [at, group] of this.groups) if (at < number) offset += group.sum;
    const own = this.groups.get(number);
    for (let at = 0; own && at < index % GROUP; at += 1) offset += own.extra[at] ?? 0;
    return offset;
  }

  /** Return the row that is `offset` below the top of the first one: the first or the last where it is out of bounds. */
  indexAt(offset: number): number {
    let low = 0;
    let high = Math.max(0, this.count - 1);
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if (this.offsetOf(middle) <= offset) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  /** Take the measured height of a row; return by how much it has changed. */
  measure(index: number, height: number): number {
    const number = Math.floor(index / GROUP);
    const change = height - this.heightOf(index);
    if (Math.abs(change) < 0.5) return 0;
    let group = this.groups.get(number);
    if (!group) {
      group = { extra: new Float32Array(GROUP), sum: 0 };
      this.groups.set(number, group);
    }
    const before = group.extra[index % GROUP] ?? 0;
    group.extra[index % GROUP] = before + change;
    const kept = (group.extra[index % GROUP] ?? 0) - before;
    group.sum += kept;
    this.extra += kept;
    return kept;
  }

  /** Forget all that was measured: the rows are as wide as never before. */
  clear(): void {
    this.groups.clear();
    this.extra = 0;
  }
}
