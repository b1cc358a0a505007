/** What elk is asked and what it answers. */

import type { ElkExtendedEdge, ElkNode } from "elkjs/lib/elk-api";
import type { Structure } from "../model";
import type { Size } from "../types";
import type { Direction, Layout } from "./types";

/** Options that keep elk quick; edges are smoothed when they are drawn, so lines with few bends are enough. */
const OPTIONS = {
  "elk.algorithm": "layered",
  "elk.edgeRouting": "POLYLINE",
  "elk.layered.nodePlacement.strategy": "BRANDES_KOEPF",
  "elk.layered.nodePlacement.bk.fixedAlignment": "BALANCED",
  "elk.layered.thoroughness": "4",
  "elk.layered.spacing.nodeNodeBetweenLayers": "40",
  "elk.layered.spacing.edgeNodeBetweenLayers": "16",
  "elk.spacing.nodeNode": "14",
  "elk.spacing.edgeNode": "14",
  "elk.spacing.componentComponent": "40",
  "elk.aspectRatio": "1.7",
  "elk.padding": "[top=0,left=0,bottom=0,right=0]",
} as const;

export function toElk(structure: Structure, card: Size, direction: Direction): ElkNode {
  const edges: ElkExtendedEdge[] = Array.from(structure.from, (source, e) => ({
    id: `e${e}`,
    sources: [`${source}`],
    targets: [`${structure.to[e] ?? 0}`],
  }));
  return {
    id: "graph",
    layoutOptions: { ...OPTIONS, "elk.direction": direction === "right" ? "RIGHT" : "DOWN" },
    children: Array.from({ length: structure.count }, (_, i) => ({ id: `${i}`, ...card })),
    edges,
  };
}

export function fromElk(answer: ElkNode, structure: Structure, card: Size, direction: Direction): Layout {
  const x = new Float64Array(structure.count);
  const y = new Float64Array(structure.count);
  for (const child of answer.children ?? []) {
    x[Number(child.id)] = child.x ?? 0;
    y[Number(child.id)] = child.y ?? 0;
  }
  const offsets = new Int32Array(structure.from.length + 1);
  const points: number[] = [];
  const sections = new Map((answer.edges ?? []).map((edge) => [edge.id, edge.sections?.[0]]));
  for (let e = 0; e < structure.from.length; e += 1) {
    const section = sections.get(`e${e}`);
    if (section) {
      for (const point of [section.startPoint, ...(section.bendPoints ?? []), section.endPoint])
        points.push(point.x, point.y);
    }
    offsets[e + 1] = points.length;
  }
  return {
    direction,
    card,
    width: answer.width ?? 0,
    height: answer.height ?? 0,
    x,
    y,
    offsets,
    points: Float64Array.from(points),
  };
}
