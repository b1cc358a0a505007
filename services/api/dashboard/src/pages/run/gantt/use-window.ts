import { type RefObject, useEffect, useState } from "react";
import { flushSync } from "react-dom";

/** Rows from `first` up to but not including `last`. */
export interface RowWindow {
  readonly first: number;
  readonly last: number;
}

/** Rows come and go by so many at once, well out of sight. */
const CHUNK = 8;

/** Which of `count` equal rows are in sight of a box that scrolls, and some around them. */
export function useWindow(
  box: RefObject<HTMLElement | null>,
  count: number,
  rowHeight: number,
  height: number,
): RowWindow {
  const [chunk, setChunk] = useState(0);
  useEffect(() => {
    const element = box.current;
    if (element === null) return;
    const look = () => setChunk(Math.floor(element.scrollTop / (rowHeight * CHUNK)));
    // At once: the frame that shows the scroll is painted right after this.
    const onScroll = () => flushSync(look);
    look();
    element.addEventListener("scroll", onScroll, { passive: true });
    return () => element.removeEventListener("scroll", onScroll);
  }, [box, rowHeight]);
  const inSight = Math.ceil(height / rowHeight);
  return {
    first: Math.max(0, Math.min(chunk - 1, Math.floor(count / CHUNK)) * CHUNK),
    last: Math.min(count, (chunk + 2) * CHUNK + inSight),
  };
}
