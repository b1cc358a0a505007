import { useEffect, useEffectEvent } from "react";
import { isTyping } from "@/app/shortcuts";
import { type Jump, keyJump } from "./strip";

/** Where keys mean something else: what moves by arrows itself, what scrolls, what opens over the page, what Space presses. */
const ARROWS_THERE =
  "[role=tablist], [role=dialog], [role=menu], [role=listbox], [role=application], [role=log], [data-arrows]";
const SPACE_THERE = "button, a, summary, [role=button], [role=switch]";

/** Let the keys of the whole page move the scrubber, unless they are meant for what has the focus. */
export function useScrubberKeys(n: number, length: number, jump: (to: Jump) => void): void {
  const onKey = useEffectEvent((event: KeyboardEvent) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target))
      return;
    const target = event.target instanceof Element ? event.target : document.body;
    if (target.closest(ARROWS_THERE) !== null) return;
    if (event.key === " " && target.closest(SPACE_THERE) !== null) return;
    const to = keyJump(event.key, event.shiftKey, n, length);
    if (to === undefined) return;
    event.preventDefault();
    jump(to);
  });
  useEffect(() => {
    const listen = (event: KeyboardEvent) => onKey(event);
    addEventListener("keydown", listen);
    return () => removeEventListener("keydown", listen);
  }, []);
}
