/** What this browser keeps for the dashboard. Some browsers keep nothing and throw: then a choice holds until the page is left. */

export function recall(key: string): string | null {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}

/** Keep a text under a key; forget it where it is null. */
export function keep(key: string, text: string | null): void {
  try {
    if (text === null) localStorage.removeItem(key);
    else localStorage.setItem(key, text);
  } catch {
    // Nothing is lost but the memory of a preference.
  }
}
