/** One cell of a grid takes the tab; arrows, Home, End and the page keys go on from there. */

import { type FocusEvent, type KeyboardEvent, type RefObject, useEffect, useRef, useState } from "react";

const PAGE_ROWS = 15;

interface Place {
  row: number;
  column: number;
}

export function useGridKeys(
  scroller: RefObject<HTMLElement | null>,
  rows: number,
  columns: number,
  reveal: (row: number, column: number) => void,
) {
  const [place, setPlace] = useState<Place>({ row: 0, column: 0 });
  const moving = useRef(false);
  const at = { row: Math.min(place.row, rows - 1), column: Math.min(place.column, columns - 1) };
  useEffect(() => {
    if (!moving.current) return;
    // The cell may come into the page only with the scrolling that `reveal` has begun.
    const cell = scroller.current?.querySelector<HTMLElement>(`[data-place="${at.row}:${at.column}"]`);
    if (!cell) return;
    moving.current = false;
    cell.focus({ preventScroll: true });
  });
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const next = step(event.key, at, rows, columns);
    if (!next) return;
    event.preventDefault();
    moving.current = true;
    setPlace(next);
    reveal(next.row, next.column);
  };
  const onFocus = (event: FocusEvent) => {
    const [row, column] = (event.target.getAttribute("data-place") ?? "").split(":").map(Number);
    if (row !== undefined && column !== undefined && !moving.current) setPlace({ row, column });
  };
  return { at, onKeyDown, onFocus };
}

function step(key: string, { row, column }: Place, rows: number, columns: number): Place | undefined {
  const within = (value: number, size: number) => Math.max(0, Math.min(value, size - 1));
  switch (key) {
    case "ArrowUp":
      return { row: within(row - 1, rows), column };
    case "ArrowDown":
      return { row: within(row + 1, rows), column };
    case "ArrowLeft":
      return { row, column: within(column - 1, columns) };
    case "ArrowRight":
      return { row, column: within(column + 1, columns) };
    case "Home":
      return { row, column: 0 };
    case "End":
      return { row, column: columns - 1 };
    case "PageUp":
      return { row: within(row - PAGE_ROWS, rows), column };
    case "PageDown":
      return { row: within(row + PAGE_ROWS, rows), column };
    default:
      return undefined;
  }
}
