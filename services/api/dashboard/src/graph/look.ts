/** How strong edges are drawn: the more are in sight the fainter, and faint where one task is looked at. */
export function edgeOpacity(inSight: number, selected: boolean): number {
  const all = Math.max(0.2, 0.75 * Math.min(1, Math.sqrt(160 / Math.max(1, inSight))));
  return selected ? Math.min(all, 0.25) : all;
}
