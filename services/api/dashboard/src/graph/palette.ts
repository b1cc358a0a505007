/** The colours of the page for what is drawn on a canvas. */

import { useMemo, useSyncExternalStore } from "react";
import { isDark } from "@/app/theme";
import { STATUSES, type Status } from "@/ui/status";

export interface Palette {
  readonly panel: string;
  readonly sunken: string;
  readonly line: string;
  readonly strongLine: string;
  readonly text: string;
  readonly dim: string;
  readonly accent: string;
  readonly status: Readonly<Record<Status, string>>;
}

export function usePalette(): Palette {
  const dark = useSyncExternalStore(isDark.subscribe, isDark.get);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the theme is what the style is read for
  return useMemo(readPalette, [dark]);
}

function readPalette(): Palette {
  const style = getComputedStyle(document.documentElement);
  const read = (name: string) => style.getPropertyValue(name).trim();
  const status = Object.fromEntries(
    Object.entries(STATUSES).map(([key, { color }]) => [key, read(color.slice("var(".length, -1))]),
  ) as Record<Status, string>;
  return {
    panel: read("--panel"),
    sunken: read("--sunken"),
    line: read("--line"),
    strongLine: read("--strong-line"),
    text: read("--text"),
    dim: read("--dim"),
    accent: read("--accent"),
    status,
  };
}
