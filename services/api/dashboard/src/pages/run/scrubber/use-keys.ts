import { useEffect, useEffectEvent, useRef } from "react";
import { isTyping } from "@/app/shortcuts";
import { scrollsByKey } from "@/lib/scrolls";
import { type Jump, jumpsOf, keyJump, type Press } from "./strip";

/** Where keys mean something else: what moves by arrows itself, what opens over the page, what Space presses. */
const ARROWS_THERE = "[role=tablist], [role=dialog], [role=menu]";
const SPACE_THERE = "button, a, summary, [role=button], [role=switch]";

interface Scrubbed {
  readonly n: number;
  readonly length: number;
  /** The history is here; until then keys are kept, and count as soon as it is. */
  readonly ready: boolean;
  readonly failed: boolean;
  readonly jump: (to: Jump) => void;
}

/**
 * Let the keys of the whole page move the scrubber, unless they are meant for what has the focus: lists, graph and
 * chart take theirs before they come here, and what scrolls keeps those that scroll it.
 */
export function useScrubberKeys({ n, length, ready, failed, jump }: Scrubbed): void {
  const kept = useRef<Press[]>([]);
  const onKey = useEffectEvent((event: KeyboardEvent) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target))
      return;
    const target = event.target instanceof Element ? event.target : document.body;
    if (target.closest(ARROWS_THERE) !== null || scrollsByKey(target, event.key)) return;
    if (event.key === " " && target.closest(SPACE_THERE) !== null) return;
    const to = keyJump(event.key, event.shiftKey, n, length);
    if (to === undefined) return;
    event.preventDefault();
    if (ready) jump(to);
    else if (!failed) kept.current.push({ key: event.key, shift: event.shiftKey });
  });
  const onReady = useEffectEvent((presses: readonly Press[]) => {
    for (const to of jumpsOf(presses, n, length)) jump(to);
  });
  useEffect(() => {
    const listen = (event: KeyboardEvent) => onKey(event);
    addEventListener("keydown", listen);
    return () => removeEventListener("keydown", listen);
  }, []);
  useEffect(() => {
    if (!ready && !failed) return;
    const presses = kept.current;
    kept.current = [];
    if (ready) onReady(presses);
  }, [ready, failed]);
}
