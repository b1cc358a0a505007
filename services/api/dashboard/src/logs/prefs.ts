/** How somebody likes to read logs; kept in the browser. */

import { Value } from "@/lib/external";
import { keep, recall } from "@/lib/storage";

export interface LogPrefs {
  readonly wrap: boolean;
  readonly times: boolean;
}

const KEY = "penstock:logs";

export const logPrefs = new Value<LogPrefs>(read());

export function prefer(part: Partial<LogPrefs>): void {
  logPrefs.set({ ...logPrefs.get(), ...part });
  keep(KEY, JSON.stringify(logPrefs.get()));
}

function read(): LogPrefs {
  try {
    const kept = JSON.parse(recall(KEY) ?? "{}") as Partial<LogPrefs> | null;
    return { wrap: kept?.wrap === true, times: kept?.times === true };
  } catch (error) {
    // Somebody else's text under our key counts as none.
    if (error instanceof SyntaxError) return { wrap: false, times: false };
    throw error;
  }
}
