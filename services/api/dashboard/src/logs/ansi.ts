/**
 * What a program prints for a terminal, as styled text: colours and weights are kept, all other control sequences are
 * dropped. Nothing in here ever becomes markup: spans are text and numbers.
 */

/** One of the 256 colours of a terminal, or red, green and blue. */
export type Color = number | readonly [number, number, number];

export interface Style {
  readonly fg?: Color;
  readonly bg?: Color;
  readonly bold?: true;
  readonly dim?: true;
  readonly italic?: true;
  readonly underline?: true;
  readonly strike?: true;
  readonly reverse?: true;
}

export interface Span {
  readonly text: string;
  readonly style: Style;
}

export const PLAIN: Style = Object.freeze({});

/* A CSI sequence (its parameters and last byte are looked at), a string sequence (a window's title, a hyperlink's
   address: left out to its end, or to the end of the line), any other escape, and single control characters, those that
   turn the direction of writing among them. Both ways to write the introducers are known: ESC with a letter, and one
   character of C1. */
const SEQUENCE =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  /(?:\x1b\[|\x9b)([0-?]*)[ -/]*([@-~]?)|(?:\x1b[\]PX^_]|[\x90\x98\x9d-\x9f])[^\x07\x1b\x9c]*(?:\x07|\x1b\\|\x9c|$)?|\x1b[ -/]*[0-~]?|[\x00-\x08\x0b-\x1a\x1c-\x1f\x7f-\x9a\x9c\u202a-\u202e\u2066-\u2069]/g;

/** Return the line as spans of one style each, none of them empty. Colours do not reach over a line's end. */
export function parseAnsi(line: string): readonly Span[] {
  const spans: { text: string; style: Style }[] = [];
  let style: Style = PLAIN;
  let from = 0;
  const add = (text: string) => {
    const last = spans.at(-1);
    if (text === "") return;
    if (last?.style === style) last.text += text;
    else spans.push({ text, style });
  };
  for (const found of line.matchAll(SEQUENCE)) {
    add(line.slice(from, found.index));
    from = found.index + found[0].length;
    if (found[2] === "m") style = select(style, found[1] ?? "");
  }
  add(line.slice(from));
  return spans;
}

const ON: Readonly<Record<number, Partial<Style>>> = {
  1: { bold: true },
  2: { dim: true },
  3: { italic: true },
  4: { underline: true },
  7: { reverse: true },
  9: { strike: true },
  21: { underline: true },
};

const OFF: Readonly<Record<number, readonly (keyof Style)[]>> = {
  22: ["bold", "dim"],
  23: ["italic"],
  24: ["underline"],
  27: ["reverse"],
  29: ["strike"],
  39: ["fg"],
  49: ["bg"],
};

/** Apply the parameters of "select graphic rendition" to a style. What is not known changes nothing. */
function select(before: Style, parameters: string): Style {
  if (/[^\d;:]/.test(parameters)) return before;
  const groups = parameters.split(";").map((group) => group.split(":").map(Number));
  let style: Record<string, unknown> = { ...before };
  for (let index = 0; index < groups.length; index += 1) {
    const group = groups[index] ?? [];
    const code = group[0] ?? 0;
    if (code === 0) style = {};
    else if (code === 38 || code === 48) {
      const apart = group.length === 1;
      const [color, used] = extended(
        apart ? groups.slice(index + 1).map(([value]) => value ?? 0) : colons(group),
      );
      if (color !== null) style[code === 38 ? "fg" : "bg"] = color;
      if (apart) index += used;
    } else if (code === 4 && group[1] === 0) delete style["underline"];
    else change(style, code);
  }
  return Object.keys(style).length === 0 ? PLAIN : (style as Style);
}

function change(style: Record<string, unknown>, code: number): void {
  Object.assign(style, ON[code]);
  for (const name of OFF[code] ?? []) delete style[name];
  if (code >= 30 && code <= 37) style["fg"] = code - 30;
  else if (code >= 40 && code <= 47) style["bg"] = code - 40;
  else if (code >= 90 && code <= 97) style["fg"] = code - 82;
  else if (code >= 100 && code <= 107) style["bg"] = code - 92;
}

/** `38:2:<space>:r:g:b` names a colour space that `38;2;r;g;b` has no room for. */
function colons(group: readonly number[]): readonly number[] {
  return group[1] === 2 && group.length > 5 ? [2, ...group.slice(3)] : group.slice(1);
}

/** Return the colour that the parameters after 38 or 48 name, null for none, and how many of them it took. */
function extended(values: readonly number[]): readonly [Color | null, number] {
  const [kind, first = 0, second = 0, third = 0] = values;
  if (kind === 5) return [byte(first), 2];
  if (kind === 2) return [[byte(first), byte(second), byte(third)], 4];
  return [null, 1];
}

function byte(value: number): number {
  return Math.min(255, Math.max(0, value || 0));
}
