/** What of a line is shown at first: a line may have 16 KiB, and a progress bar every state it ever had. */

export const SHOWN = 2000;

export interface Cut {
  readonly text: string;
  /** Whether there is more than `text`. */
  readonly more: boolean;
}

/**
 * Return the part of a line that is shown until the reader asks for all of it: what a terminal would have left standing
 * (after the last carriage return), and no more than `SHOWN` characters.
 */
export function cut(line: string): Cut {
  const back = line.trimEnd().lastIndexOf("\r");
  const standing = back === -1 ? line : line.slice(back + 1);
  if (standing.length <= SHOWN) return { text: standing, more: back !== -1 };
  return { text: whole(standing.slice(0, SHOWN)), more: true };
}

/** Return all of a line; carriage returns, which would not be seen, as a sign. */
export function uncut(line: string): string {
  return line.replaceAll("\r", "␍");
}

/** Leave out half a character, or half an escape sequence, at the end. */
function whole(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the introducer of a sequence
  return text.replace(/[\ud800-\udbff]$|\x1b(?:\[[0-?]*[ -/]*)?$/, "");
}
