/** What belongs to the selected task: everything it waits for and everything that waits for it. */

import { type Model, reach } from "./model";

export type Emphasis = "none" | "selected" | "upstream" | "downstream" | "dimmed";

export interface Related {
  readonly of: (node: number) => Emphasis;
  /** The edges between them. */
  readonly edges: readonly number[];
}

export const NOTHING: Related = { of: () => "none", edges: [] };

/** `selected` is an index of the model, or -1 for none. */
export function related(model: Model, selected: number): Related {
  if (selected < 0) return NOTHING;
  const up = reach(model.upstream, selected).add(selected);
  const down = reach(model.downstream, selected).add(selected);
  const edges: number[] = [];
  for (const [e, source] of model.from.entries()) {
    const target = model.to[e] ?? 0;
    if ((up.has(source) && up.has(target)) || (down.has(source) && down.has(target))) edges.push(e);
  }
  const of = (node: number): Emphasis => {
    if (node === selected) return "selected";
    if (up.has(node)) return "upstream";
    return down.has(node) ? "downstream" : "dimmed";
  };
  return { of, edges };
}
