/** One tooltip for very many small things: whatever inside has `data-tip` is explained while the pointer is on it. */

import { type FocusEvent, type PointerEvent, type ReactNode, useEffect, useRef, useState } from "react";
import { createPortal } from "react-dom";

const FIRST_MS = 120;
const EDGE = 150;
const ROOM_ABOVE = 110;

interface Shown {
  key: string;
  rect: DOMRect;
}

/** `tip` makes the text for the value of `data-tip`. The things need names of their own for those who do not point. */
export function HoverTips({ tip, children }: { tip: (key: string) => ReactNode; children: ReactNode }) {
  const [shown, setShown] = useState<Shown | null>(null);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const hide = () => {
    clearTimeout(timer.current);
    setShown(null);
  };
  const show = (event: PointerEvent | FocusEvent) => {
    clearTimeout(timer.current);
    const target = event.target instanceof Element ? event.target.closest<HTMLElement>("[data-tip]") : null;
    const key = target?.dataset["tip"];
    if (!target || key === undefined) return setShown(null);
    const open = () => setShown({ key, rect: target.getBoundingClientRect() });
    if (shown) open();
    else timer.current = setTimeout(open, FIRST_MS);
  };
  const visible = shown !== null;
  useEffect(() => () => clearTimeout(timer.current), []);
  useEffect(() => {
    if (!visible) return;
    const close = () => setShown(null);
    addEventListener("scroll", close, { capture: true, passive: true });
    return () => removeEventListener("scroll", close, { capture: true });
  }, [visible]);
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: it listens for what is inside, which has names of its own
    <div
      className="contents"
      onPointerOver={show}
      onPointerLeave={hide}
      onFocus={show}
      onBlur={hide}
      onPointerDown={hide}
    >
      {children}
      {shown && createPortal(<Tip rect={shown.rect}>{tip(shown.key)}</Tip>, document.body)}
    </div>
  );
}

function Tip({ rect, children }: { rect: DOMRect; children: ReactNode }) {
  if (children == null) return null;
  const above = rect.top > ROOM_ABOVE;
  const middle = rect.left + rect.width / 2;
  return (
    <div
      aria-hidden
      className="pointer-events-none fixed z-50 max-w-72 rounded-md border border-line bg-panel px-2.5 py-1.5 text-xs shadow-lg"
      style={{
        left: Math.max(EDGE, Math.min(middle, innerWidth - EDGE)),
        top: above ? rect.top - 6 : rect.bottom + 6,
        translate: above ? "-50% -100%" : "-50% 0",
      }}
    >
      {children}
    </div>
  );
}
