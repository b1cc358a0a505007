/** Which cards are where: a grid over the world, so that neither hit testing nor drawing looks at all of them. */

import type { Layout } from "../layout/types";

export interface Box {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/** Cells hold about so many cards. */
const PER_CELL = 8;

export class Spots {
  private readonly columns: number;
  private readonly rows: number;
  private readonly cellWidth: number;
  private readonly cellHeight: number;
  private readonly cells: number[][];

  constructor(private readonly layout: Layout) {
    const count = Math.max(1, layout.x.length);
    const side = Math.max(1, Math.floor(Math.sqrt(count / PER_CELL)));
    this.columns = side;
    this.rows = side;
    this.cellWidth = Math.max(1, layout.width / side);
    this.cellHeight = Math.max(1, layout.height / side);
    this.cells = Array.from({ length: side * side }, () => []);
    for (const [node, x] of layout.x.entries()) {
      // By its middle: a card reaches into other cells by half of itself at most, which the searches allow for.
      const column = this.column(x + layout.card.width / 2);
      const row = this.row((layout.y[node] ?? 0) + layout.card.height / 2);
      this.cells[row * this.columns + column]?.push(node);
    }
  }

  /** The card at a point of the world, -1 where there is none. */
  at(x: number, y: number): number {
    const { card } = this.layout;
    const around = { left: x, right: x, top: y, bottom: y };
    for (const node of this.within(around)) {
      const left = this.layout.x[node] ?? 0;
      const top = this.layout.y[node] ?? 0;
      if (x >= left && x <= left + card.width && y >= top && y <= top + card.height) return node;
    }
    return -1;
  }

  /** The card whose middle is nearest to a point, of those not further than `reach`; -1 where there is none. */
  near(x: number, y: number, reach: number): number {
    const { card } = this.layout;
    let best = -1;
    let least = reach;
    const around = { left: x - reach, right: x + reach, top: y - reach, bottom: y + reach };
    for (const node of this.within(around)) {
      const dx = (this.layout.x[node] ?? 0) + card.width / 2 - x;
      const dy = (this.layout.y[node] ?? 0) + card.height / 2 - y;
      const distance = Math.hypot(Math.max(0, Math.abs(dx) - card.width / 2), dy);
      if (distance <= least) {
        least = distance;
        best = node;
      }
    }
    return best;
  }

  /** All cards that touch a box, and perhaps a few beside it. */
  *within({ left, top, right, bottom }: Box): Generator<number> {
    const { card } = this.layout;
    const firstColumn = this.column(left - card.width / 2);
    const lastColumn = this.column(right + card.width / 2);
    const firstRow = this.row(top - card.height / 2);
    const lastRow = this.row(bottom + card.height / 2);
    for (let row = firstRow; row <= lastRow; row += 1) {
      for (let column = firstColumn; column <= lastColumn; column += 1) {
        yield* this.cells[row * this.columns + column] ?? [];
      }
    }
  }

  private column(x: number): number {
    return Math.min(this.columns - 1, Math.max(0, Math.floor(x / this.cellWidth)));
  }

  private row(y: number): number {
    return Math.min(this.rows - 1, Math.max(0, Math.floor(y / this.cellHeight)));
  }
}
