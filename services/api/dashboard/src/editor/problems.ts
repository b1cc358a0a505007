/** From what the API says is wrong to the places in a text. */

import type { Text } from "@codemirror/state";
import type { Detail } from "@/api/types";

/** A part of a text, in positions from 0; `to` is behind its last character. */
export interface Place {
  from: number;
  to: number;
}

const WORD = /^(?:"(?:[^"\\]|\\.)*"?|[^\s:,[\]{}"]+|\S)/;

/**
 * Return where a problem stands: the word at its line and column, or the first line where it has none.
 *
 * The API counts both from 1, columns in characters; an editor counts in UTF-16 units.
 */
export function placeOf(text: Text, { line: number, column }: Pick<Detail, "line" | "column">): Place {
  const line = text.line(Math.min(Math.max(1, number), text.lines));
  if (number < 1) return { from: line.from, to: line.to };
  const before = Array.from(line.text)
    .slice(0, Math.max(0, column - 1))
    .join("").length;
  const word = WORD.exec(line.text.slice(before))?.[0] ?? "";
  if (word) return { from: line.from + before, to: line.from + before + word.length };
  // At the end of the line there is nothing to underline: what stands before it is.
  return { from: line.from + line.text.trimEnd().search(/\S*$/), to: line.to };
}

/** Say what is wrong, with the field where it says more than the text around it. */
export function saying({ field, message }: Pick<Detail, "field" | "message">): string {
  return field === "" || field === "file" ? message : `${field}: ${message}`;
}
