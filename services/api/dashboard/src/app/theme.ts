/** Dark or light: the system's, until somebody chooses. `public/theme.js` does the same before the first paint. */

import { Value } from "@/lib/external";
import { keep, recall } from "@/lib/storage";

export type Theme = "system" | "light" | "dark";

const KEY = "penstock:theme";
const system = matchMedia("(prefers-color-scheme: dark)");

export const theme = new Value<Theme>(read());
/** Whether the page is dark now; for what is drawn on a canvas. */
export const isDark = new Value(document.documentElement.classList.contains("dark"));

export function chooseTheme(next: Theme): void {
  keep(KEY, next === "system" ? null : next);
  theme.set(next);
  apply();
}

function read(): Theme {
  const chosen = recall(KEY);
  return chosen === "dark" || chosen === "light" ? chosen : "system";
}

function apply(): void {
  const dark = theme.get() === "system" ? system.matches : theme.get() === "dark";
  document.documentElement.classList.toggle("dark", dark);
  isDark.set(dark);
}

system.addEventListener("change", apply);
apply();
