/** The cards on the upper canvas, with the same look as those of the page's own elements. */

import type { NodeView } from "../store";
import { type Detail, detailAt, type View } from "../view";
import type { Mark, Scene } from "./scene";
import type { Box } from "./spots";

const SANS = '"Inter Variable", ui-sans-serif, system-ui, sans-serif';
const MONO = '"JetBrains Mono Variable", ui-monospace, monospace';
const RADIUS = 6;
const PAD = 10;
const MARK = 15;

export function paintCards(pen: CanvasRenderingContext2D, scene: Scene, view: View, seen: Box): void {
  const detail = detailAt(view.k);
  if (detail === "far") paintBlocks(pen, scene, view, seen);
  else for (const node of scene.spots.within(seen)) paintCard(pen, scene, node, detail);
}

/** Far out every card is a block of its state's colour; those of one colour are filled together. */
function paintBlocks(pen: CanvasRenderingContext2D, scene: Scene, view: View, seen: Box): void {
  const { graph, palette } = scene;
  const { x, y, card } = graph.layout;
  const groups = new Map<string, number[]>();
  for (const node of scene.spots.within(seen)) {
    const { state, emphasis } = graph.store.get(node);
    const color = state ? palette.status[state.status] : palette.dim;
    const key = emphasis === "dimmed" ? mix(color, 25, palette.panel) : color;
    const group = groups.get(key);
    if (group) group.push(node);
    else groups.set(key, [node]);
  }
  // Never thinner than a pixel, else the graph would fade away.
  const width = Math.max(card.width, 1 / view.k);
  const height = Math.max(card.height, 1 / view.k);
  for (const [color, nodes] of groups) {
    pen.fillStyle = color;
    for (const node of nodes) pen.fillRect(x[node] ?? 0, y[node] ?? 0, width, height);
  }
  const selected = graph.store.selectedIndex;
  if (selected < 0) return;
  pen.strokeStyle = palette.accent;
  pen.lineWidth = 2.5 / view.k;
  const out = 2.5 / view.k;
  pen.strokeRect((x[selected] ?? 0) - out, (y[selected] ?? 0) - out, width + 2 * out, height + 2 * out);
}

function paintCard(pen: CanvasRenderingContext2D, scene: Scene, node: number, detail: Detail): void {
  const { graph, palette } = scene;
  const { x, y, card } = graph.layout;
  const view = graph.store.get(node);
  const left = x[node] ?? 0;
  const top = y[node] ?? 0;
  const color = view.state ? palette.status[view.state.status] : palette.strongLine;
  pen.beginPath();
  pen.roundRect(left + 0.5, top + 0.5, card.width - 1, card.height - 1, RADIUS);
  pen.fillStyle = view.state && view.emphasis !== "dimmed" ? mix(color, 7, palette.panel) : palette.panel;
  pen.fill();
  pen.lineWidth = view.emphasis === "selected" ? 3 : 1;
  pen.strokeStyle = border(view, color, palette.line, palette.accent);
  pen.stroke();
  paintContent(pen, scene, node, view, detail);
}

function border({ emphasis }: NodeView, color: string, faint: string, accent: string): string {
  if (emphasis === "none") return color;
  return emphasis === "dimmed" ? faint : accent;
}

function paintContent(
  pen: CanvasRenderingContext2D,
  scene: Scene,
  node: number,
  { state, emphasis }: NodeView,
  detail: Detail,
): void {
  const { graph, palette } = scene;
  const task = graph.model.nodes[node];
  if (!task) return;
  const { card } = graph.layout;
  const left = graph.layout.x[node] ?? 0;
  const top = graph.layout.y[node] ?? 0;
  const middle = top + card.height / 2;
  const dimmed = emphasis === "dimmed";
  let start = left + PAD;
  let room = card.width - 2 * PAD;
  if (state) {
    const size = detail === "mid" ? MARK * 1.4 : MARK;
    const mark = scene.marks.get(state.status);
    if (mark) {
      pen.globalAlpha = dimmed ? 0.5 : 1;
      paintMark(
        pen,
        mark,
        palette.status[state.status],
        palette.panel,
        start + (MARK - size) / 2,
        middle - size / 2,
        size,
      );
      pen.globalAlpha = 1;
    }
    start += MARK + 8;
    room -= MARK + 8;
    if (state.attempt > 1)
      room -= paintBadge(pen, `×${state.attempt}`, left + card.width - PAD, middle, palette) + 8;
  }
  pen.textBaseline = "middle";
  pen.fillStyle = dimmed ? palette.dim : palette.text;
  pen.font = detail === "mid" ? `500 18px ${SANS}` : `500 13px ${SANS}`;
  const twoLines = detail === "near" && task.id !== task.name;
  pen.fillText(cutTo(scene, pen, task.name, room), start, twoLines ? middle - 7 : middle + 0.5);
  if (!twoLines) return;
  pen.fillStyle = palette.dim;
  pen.font = `10.5px ${MONO}`;
  pen.fillText(cutTo(scene, pen, task.id, room), start, middle + 8.5);
}

/** Draw how often a task was tried at the right of a card; returns how much room that took. */
function paintBadge(
  pen: CanvasRenderingContext2D,
  text: string,
  right: number,
  middle: number,
  palette: Scene["palette"],
): number {
  pen.font = `500 10.5px ${SANS}`;
  pen.textBaseline = "middle";
  const width = pen.measureText(text).width + 10;
  pen.beginPath();
  pen.roundRect(right - width + 0.5, middle - 7.5, width - 1, 15, 4);
  pen.fillStyle = palette.panel;
  pen.fill();
  pen.lineWidth = 1;
  pen.strokeStyle = palette.line;
  pen.stroke();
  pen.fillStyle = palette.dim;
  pen.fillText(text, right - width + 5, middle + 0.5);
  return width;
}

function paintMark(
  pen: CanvasRenderingContext2D,
  mark: Mark,
  color: string,
  paper: string,
  x: number,
  y: number,
  size: number,
): void {
  pen.save();
  pen.translate(x, y);
  pen.scale(size / 16, size / 16);
  pen.lineJoin = "round";
  pen.lineCap = "round";
  pen.strokeStyle = color;
  pen.lineWidth = mark.filled ? 1 : 1.8;
  if (mark.filled) {
    pen.fillStyle = color;
    pen.fill(mark.path);
  }
  pen.stroke(mark.path);
  if (mark.cut) {
    pen.strokeStyle = paper;
    pen.lineWidth = 1.8;
    pen.stroke(mark.cut);
  }
  pen.restore();
}

/** As much of a text as fits, in the font that is set; remembered, as measuring is slow. */
function cutTo({ cut }: Scene, pen: CanvasRenderingContext2D, text: string, room: number): string {
  const key = `${pen.font} ${Math.round(room)} ${text}`;
  const known = cut.get(key);
  if (known !== undefined) return known;
  // No card has room for more than a few dozen letters, whatever the name's length.
  const letters = Array.from(text.slice(0, 200));
  let fits = letters.length;
  if (pen.measureText(text.slice(0, 200)).width > room) {
    let least = 0;
    while (least < fits - 1) {
      const half = (least + fits) >> 1;
      if (pen.measureText(`${letters.slice(0, half).join("")}…`).width <= room) least = half;
      else fits = half;
    }
    fits = least;
  }
  const result = fits < letters.length ? `${letters.slice(0, fits).join("")}…` : text;
  cut.set(key, result);
  return result;
}

function mix(color: string, percent: number, paper: string): string {
  return `color-mix(in srgb, ${color} ${percent}%, ${paper})`;
}
