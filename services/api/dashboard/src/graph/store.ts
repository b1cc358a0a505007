/**
 * What every card shows, so that each listens to itself alone: states come up to 60 times a second, and a frame in which
 * three tasks changed costs three cards.
 */

import { Value } from "@/lib/external";
import type { Model } from "./model";
import { type Emphasis, NOTHING, type Related, related } from "./related";
import type { NodeState } from "./types";

export interface NodeView {
  readonly state: NodeState | undefined;
  readonly emphasis: Emphasis;
  /** Whether the tab key stops here: one card of the graph does, arrows lead on from it. */
  readonly stop: boolean;
}

export class NodeStore {
  /** Counts up with every change of any card; for what is drawn as a whole. */
  readonly version = new Value(0);
  readonly related = new Value<Related>(NOTHING);
  private readonly views: NodeView[];
  private readonly listeners: Set<() => void>[];
  private stop = 0;
  private selected = -1;
  private wantsFocus = -1;

  constructor(readonly model: Model) {
    this.views = model.nodes.map((_, i) => ({ state: undefined, emphasis: "none", stop: i === 0 }));
    this.listeners = model.nodes.map(() => new Set());
  }

  readonly get = (node: number): NodeView => this.views[node] ?? ABSENT;

  subscribe(node: number, listener: () => void): () => void {
    const set = this.listeners[node];
    set?.add(listener);
    return () => set?.delete(listener);
  }

  /** The states of a moment. Cards whose state is the same object as before are left alone. */
  show(states: ReadonlyMap<string, NodeState> | undefined): void {
    const changed: number[] = [];
    for (const [i, node] of this.model.nodes.entries()) {
      const state = states?.get(node.id);
      const view = this.get(i);
      if (view.state === state) continue;
      this.views[i] = { ...view, state };
      changed.push(i);
    }
    this.tell(changed);
  }

  /** Select a task and mark what belongs to it; undefined or unknown: none. */
  select(id: string | undefined): void {
    const selected = (id === undefined ? undefined : this.model.index.get(id)) ?? -1;
    if (selected === this.selected) return;
    this.selected = selected;
    const found = related(this.model, selected);
    const changed: number[] = [];
    for (const i of this.views.keys()) {
      const view = this.get(i);
      const emphasis = found.of(i);
      if (view.emphasis === emphasis) continue;
      this.views[i] = { ...view, emphasis };
      changed.push(i);
    }
    this.related.set(found);
    if (selected >= 0) this.stopAt(selected);
    this.tell(changed);
  }

  get selectedIndex(): number {
    return this.selected;
  }

  get stopIndex(): number {
    return this.stop;
  }

  /** Make a card the one at which the tab key stops. */
  stopAt(node: number): void {
    if (node === this.stop) return;
    const before = this.stop;
    this.stop = node;
    for (const i of [before, node]) this.views[i] = { ...this.get(i), stop: i === node };
    this.tell([before, node]);
  }

  /** Remember that a card is to be focused as soon as it is there. */
  wantFocus(node: number): void {
    this.wantsFocus = node;
  }

  takeFocus(node: number): boolean {
    if (this.wantsFocus !== node) return false;
    this.wantsFocus = -1;
    return true;
  }

  private tell(changed: readonly number[]): void {
    if (!changed.length) return;
    for (const i of changed) for (const listener of this.listeners[i] ?? []) listener();
    this.version.set(this.version.get() + 1);
  }
}

const ABSENT: NodeView = { state: undefined, emphasis: "none", stop: false };
