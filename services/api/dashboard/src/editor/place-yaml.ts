/** Where in a YAML document the cursor stands, told by the indentation: enough to complete block style. */

export interface Spot {
  /** The keys that lead to the map or list in which the cursor stands. */
  path: string[];
  /** What is being written: a key, or a value of the last key of the path. */
  at: "key" | "value";
  /** How much before the cursor has been written of it. */
  typed: string;
  /** The keys that stand in this map already. */
  siblings: string[];
}

const KEY = /^(\s*)(?:- +)?("[^"]*"|'[^']*'|[^\s#:'"[{,-][^#:]*?)\s*:(?=\s|$)/;
const VALUE = /^\s*(?:- +)?("[^"]*"|'[^']*'|[^\s#:'"[{,-][^#:]*?)\s*:\s+(?:\[(?:.*[,[])?\s*)?([^\s[\]{},]*)$/;
const ITEM = /^(\s*)- +([^\s:]*)$/;

/** Return what stands at `column` (from 0) of `lines[row]`; null in comments and inside flow maps. */
export function yamlSpot(lines: readonly string[], row: number, column: number): Spot | null {
  const before = (lines[row] ?? "").slice(0, column);
  if (/(^|\s)#/.test(before)) return null;
  const value = VALUE.exec(before);
  if (value) {
    const path = [...pathAbove(lines, row, indentOf(before)), unquoted(value[1] ?? "")];
    return { path, at: "value", typed: value[2] ?? "", siblings: [] };
  }
  const item = ITEM.exec(before);
  if (item) {
    // The items of a list may stand as far left as the key that has them.
    return {
      path: pathAbove(lines, row, (item[1] ?? "").length + 1),
      at: "value",
      typed: item[2] ?? "",
      siblings: [],
    };
  }
  const typed = /^\s*([\w.-]*)$/.exec(before)?.[1];
  if (typed === undefined) return null;
  const indent = indentOf(before);
  return { path: pathAbove(lines, row, indent), at: "key", typed, siblings: siblingsOf(lines, row, indent) };
}

/** Return the keys that lead to what is indented by `indent` at `row`. */
export function pathAbove(lines: readonly string[], row: number, indent: number): string[] {
  const path: string[] = [];
  let within = indent;
  for (let at = row - 1; at >= 0 && within > 0; at--) {
    const key = KEY.exec(lines[at] ?? "");
    const depth = (key?.[1] ?? "").length;
    if (!key || depth >= within) continue;
    path.unshift(unquoted(key[2] ?? ""));
    within = depth;
  }
  return path;
}

/** Return the key that stands at `column` of a line, with where it begins and ends; null where none does. */
export function yamlKeyAt(
  line: string,
  column: number,
): { key: string; indent: number; from: number; to: number } | null {
  const found = KEY.exec(line);
  if (!found) return null;
  const [whole, space = "", written = ""] = found;
  const from = whole.indexOf(written, space.length);
  const to = from + written.length;
  return column >= from && column <= to ? { key: unquoted(written), indent: space.length, from, to } : null;
}

function siblingsOf(lines: readonly string[], row: number, indent: number): string[] {
  const found: string[] = [];
  for (const step of [-1, 1]) {
    for (let at = row + step; at >= 0 && at < lines.length; at += step) {
      const line = lines[at] ?? "";
      if (!line.trim() || line.trimStart().startsWith("#")) continue;
      if (indentOf(line) < indent) break;
      const key = KEY.exec(line);
      if (key && (key[1] ?? "").length === indent) found.push(unquoted(key[2] ?? ""));
    }
  }
  return found;
}

/** Return the ids of the tasks in a document of block style. */
export function yamlTaskIds(lines: readonly string[]): string[] {
  const start = lines.findIndex((line) => /^(["']?)tasks\1\s*:\s*(#.*)?$/.test(line));
  if (start === -1) return [];
  const ids: string[] = [];
  let depth = -1;
  for (const line of lines.slice(start + 1)) {
    if (!line.trim() || line.trimStart().startsWith("#")) continue;
    const indent = indentOf(line);
    if (indent === 0) break;
    if (depth === -1) depth = indent;
    const key = indent === depth ? KEY.exec(line) : null;
    if (key) ids.push(unquoted(key[2] ?? ""));
  }
  return ids;
}

function indentOf(line: string): number {
  return line.length - line.trimStart().length;
}

function unquoted(text: string): string {
  return /^(["']).*\1$/.test(text) ? text.slice(1, -1) : text;
}
