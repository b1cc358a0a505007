/** How somebody likes to read logs; kept in the browser. */

import { Value } from "@/lib/external";
import { stored } from "@/lib/stored";

export interface LogPrefs {
  readonly wrap: boolean;
  readonly times: boolean;
}

const KEY = "penstock:logs";

export const logPrefs = new Value<LogPrefs>(read());

export function prefer(part: Partial<LogPrefs>): void {
  logPrefs.set({ ...logPrefs.get(), ...part });
  stored.set(KEY, JSON.stringify(logPrefs.get()));
}

function read(): LogPrefs {
  try {
    const kept = JSON.parse(stored.get(KEY) ?? "{}") as Partial<LogPrefs> | null;
    return { wrap: kept?.wrap === true, times: kept?.times === true };
  } catch (error) {
    // Somebody else's text under our key counts as none.
    if (error instanceof SyntaxError) return { wrap: false, times: false };
    throw error;
  }
}
