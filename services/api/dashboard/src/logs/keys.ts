import type { KeyboardEvent, RefObject } from "react";
import { isTyping } from "@/app/shortcuts";
import type { LogWindow } from "./use-window";

interface Reached {
  readonly view: LogWindow;
  readonly onStep: (direction: 1 | -1) => void;
  readonly box: RefObject<HTMLElement | null>;
}

/** The keys of a log that has the focus: `g` and `G` its ends, `/` search, `n` and `N` the matches. */
export function logKeys({ view, onStep, box }: Reached): (event: KeyboardEvent<HTMLElement>) => void {
  return (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const field = event.currentTarget.querySelector<HTMLInputElement>("[data-search]");
    const typing: [string, () => void][] = [
      ["Enter", () => onStep(event.shiftKey ? -1 : 1)],
      ["Escape", () => box.current?.focus()],
    ];
    const reading: [string, () => void][] = [
      ["g", () => view.showRow(0)],
      ["Home", () => view.showRow(0)],
      ["G", view.showEnd],
      ["End", view.showEnd],
      ["n", () => onStep(1)],
      ["N", () => onStep(-1)],
      ["/", () => field?.focus()],
    ];
    const act = new Map(isTyping(event.target) ? typing : reading).get(event.key);
    if (!act) return;
    // They mean something else on the rest of the page.
    event.preventDefault();
    event.stopPropagation();
    act();
  };
}
