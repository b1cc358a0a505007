import { useCallback, useEffect, useEffectEvent, useRef, useState } from "react";
import type { History } from "@/core/history";
import { advance, type Playhead, playFrom, type Speed } from "./play";

export interface Player {
  readonly playing: boolean;
  readonly toggle: () => void;
  readonly stop: () => void;
}

/** Play the history from moment `n` on: `move` is told where it has come to, null at its end. */
export function usePlay(
  history: History | null,
  n: number,
  speed: Speed,
  move: (n: number | null) => void,
): Player {
  const [playing, setPlaying] = useState(false);
  const head = useRef<Playhead | null>(null);
  const onFrame = useEffectEvent((elapsed: number) => {
    if (history === null) return;
    const before = head.current ?? playFrom(history, n);
    const next = advance(history, before, speed, elapsed);
    head.current = next;
    if (next.n >= history.length) {
      setPlaying(false);
      move(null);
    } else if (next.n !== n) {
      move(next.n);
    }
  });
  useEffect(() => {
    if (!playing) return;
    head.current = null;
    let last = performance.now();
    let frame = requestAnimationFrame(function step(now) {
      onFrame(now - last);
      last = now;
      frame = requestAnimationFrame(step);
    });
    return () => cancelAnimationFrame(frame);
  }, [playing]);
  const toggle = useCallback(() => setPlaying((before) => !before), []);
  const stop = useCallback(() => setPlaying(false), []);
  return { playing, toggle, stop };
}
