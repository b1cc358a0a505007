import { useEffect, useRef } from "react";

/** A function that acts at once, and then at most once in `ms`: what is called in between acts at the end of it. */
export function useThrottled(act: () => void, ms: number): () => void {
  const latest = useRef(act);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const pending = useRef(false);
  useEffect(() => {
    latest.current = act;
  });
  useEffect(() => () => clearTimeout(timer.current), []);
  const call = useRef(() => {
    if (timer.current !== undefined) {
      pending.current = true;
      return;
    }
    latest.current();
    timer.current = setTimeout(() => {
      timer.current = undefined;
      if (!pending.current) return;
      pending.current = false;
      call.current();
    }, ms);
  });
  return call.current;
}
