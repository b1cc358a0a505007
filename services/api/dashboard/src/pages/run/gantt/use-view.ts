import { useMemo, useState } from "react";
import { makeScale, pan, type Range, type Scale, within, zoom } from "./scale";

/** What part of the time is shown, and how it is changed. */
export interface View {
  readonly scale: Scale;
  readonly zoomed: boolean;
  /** Show `factor` times as much time; the pixel `x` (else the middle) stays where it is. */
  readonly zoomBy: (factor: number, x?: number) => void;
  readonly panBy: (pixels: number) => void;
  readonly show: (range: Range) => void;
  readonly fit: () => void;
}

/** The view on a chart of `length` ms that is `width` pixels wide: all of it until somebody zooms in. */
export function useView(length: number, width: number): View {
  const [chosen, setChosen] = useState<Range | null>(null);
  return useMemo(() => {
    const range = (chosen && within(chosen, length)) ?? { from: 0, to: length };
    const scale = makeScale(range, width);
    return {
      scale,
      zoomed: range.to - range.from < length,
      zoomBy: (factor, x = width / 2) => setChosen(zoom(range, scale.time(x), factor, length)),
      panBy: (pixels) => setChosen(pan(range, scale.time(pixels) - scale.time(0), length)),
      show: (wanted) => setChosen(within(wanted, length)),
      fit: () => setChosen(null),
    };
  }, [chosen, length, width]);
}
