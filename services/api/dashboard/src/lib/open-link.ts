import { useNavigate } from "@tanstack/react-router";
import { type MouseEvent, useCallback } from "react";

/**
 * Return what a plain link, or something around many of them, does when it is clicked: it goes there without loading
 * the page anew. For links that come in thousands; a router link each would be slow.
 */
export function useOpenLink(): (event: MouseEvent) => void {
  const navigate = useNavigate();
  return useCallback(
    (event) => {
      if (event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
      const href = event.target instanceof Element && event.target.closest("a")?.getAttribute("href");
      if (!href) return;
      event.preventDefault();
      void navigate({ href });
    },
    [navigate],
  );
}
