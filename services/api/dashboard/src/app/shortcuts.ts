/** Keys that work on every page: `Ctrl-K` the palette, `/` search, `g` and a letter a page, `?` this list. */

import { useNavigate } from "@tanstack/react-router";
import { useEffect } from "react";
import { PAGES } from "./nav";

const CHORD_MS = 1200;

export function useShortcuts(openPalette: () => void, openHelp: () => void): void {
  const navigate = useNavigate();
  useEffect(() => {
    let chord = Number.NEGATIVE_INFINITY;
    const onKey = (event: KeyboardEvent) => {
      // Behind a dialog nothing moves; it has keys of its own.
      if (event.defaultPrevented || document.querySelector("[role=dialog]") !== null) return;
      if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") {
        event.preventDefault();
        openPalette();
        return;
      }
      if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
      if (performance.now() - chord < CHORD_MS) {
        chord = Number.NEGATIVE_INFINITY;
        const page = PAGES.find(({ key }) => key === event.key);
        if (page) void navigate({ to: page.to });
      } else if (event.key === "g") {
        chord = performance.now();
      } else if (event.key === "?") {
        openHelp();
      } else if (event.key === "/") {
        const field = document.querySelector<HTMLInputElement>("[data-search]");
        if (!field) return;
        event.preventDefault();
        field.focus();
      }
    };
    addEventListener("keydown", onKey);
    return () => removeEventListener("keydown", onKey);
  }, [navigate, openPalette, openHelp]);
}

/** Whether a key is meant as text, so that it is no shortcut. */
export function isTyping(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement && target.closest("input, textarea, select, [contenteditable]") !== null
  );
}
