/** How strong the edges are drawn: fainter where there are many, and where one task is looked at. */
export function edgeOpacity(edges: number, selected: boolean): number {
  if (selected) return 0.25;
  return edges > 400 ? 0.5 : 0.75;
}
