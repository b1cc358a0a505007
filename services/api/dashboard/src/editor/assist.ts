/** Completion and explanation of keys from the schema, and of dependencies from the tasks that there are. */

import type { Completion, CompletionContext, CompletionResult } from "@codemirror/autocomplete";
import type { EditorState, Extension } from "@codemirror/state";
import { hoverTooltip } from "@codemirror/view";
import type { Format } from "@/api/definitions";
import { jsonKeyAt, jsonSpot, jsonTaskIds } from "./place-json";
import { pathAbove, type Spot, yamlKeyAt, yamlSpot, yamlTaskIds } from "./place-yaml";
import { loadSchema, outline, type Schema, schemaAt } from "./schema";

/** Beyond this many lines a document is not looked through with every key. */
const MOST_LINES = 20_000;

export function completionOf(
  format: Format,
): (context: CompletionContext) => Promise<CompletionResult | null> {
  return async (context) => {
    const { state, pos } = context;
    if (state.doc.lines > MOST_LINES) return null;
    const found = format === "yaml" ? inYaml(state, pos) : jsonSpot(state, pos);
    if (!found || (!context.explicit && found.typed === "" && found.at === "key")) return null;
    const root = await loadSchema().catch(() => null);
    if (!root) return null;
    const options = found.at === "key" ? keys(root, found, format) : values(root, found, state, format);
    return options.length ? { from: found.from, to: found.to, options, validFor: /^"?[\w.-]*$/ } : null;
  };
}

interface Range {
  from: number;
  to: number;
}

function inYaml(state: EditorState, pos: number): (Spot & Range) | null {
  const line = state.doc.lineAt(pos);
  const spot = yamlSpot(linesOf(state), line.number - 1, pos - line.from);
  return spot && { ...spot, from: pos - spot.typed.length, to: pos };
}

function keys(root: Schema, spot: Spot, format: Format): Completion[] {
  const schema = schemaAt(root, spot.path);
  const known = Object.entries(schema?.properties ?? {});
  return known
    .filter(([key]) => !spot.siblings.includes(key))
    .map(([key, part], at) => ({
      label: format === "json" ? `"${key}"` : key,
      apply: format === "json" ? `"${key}"` : `${key}: `,
      type: "property",
      info: part.description ?? "",
      detail: schema?.required?.includes(key) ? "required" : "",
      // In the order of the schema, which is the one of the documentation.
      boost: -at,
    }));
}

function values(root: Schema, spot: Spot, state: EditorState, format: Format): Completion[] {
  const [tasks, own, key] = spot.path;
  if (tasks === "tasks" && key === "dependencies") {
    const ids = format === "yaml" ? yamlTaskIds(linesOf(state)) : jsonTaskIds(state);
    return ids
      .filter((id) => id !== own)
      .map((id) => ({ label: format === "json" ? `"${id}"` : id, type: "constant", detail: "task" }));
  }
  const schema = schemaAt(root, spot.path);
  const fallback = schema?.default;
  if (format === "json" || fallback === undefined || fallback === "") return [];
  return [{ label: JSON.stringify(fallback), detail: "default", type: "constant" }];
}

/** Explain the key under the pointer. */
export function explanation(format: Format): Extension {
  return hoverTooltip(async (view, pos) => {
    const found = format === "yaml" ? yamlKey(view.state, pos) : jsonKeyAt(view.state, pos);
    const root = found && (await loadSchema().catch(() => null));
    const schema = root && schemaAt(root, found.path);
    const key = found?.path.at(-1);
    if (!found || !key || !schema?.description) return null;
    return { pos: found.from, end: found.to, above: true, create: () => ({ dom: explain(key, schema) }) };
  });
}

function yamlKey(state: EditorState, pos: number): ({ path: string[] } & Range) | null {
  if (state.doc.lines > MOST_LINES) return null;
  const line = state.doc.lineAt(pos);
  const found = yamlKeyAt(line.text, pos - line.from);
  if (!found) return null;
  const path = [...pathAbove(linesOf(state), line.number - 1, found.indent), found.key];
  return { path, from: line.from + found.from, to: line.from + found.to };
}

function explain(key: string, schema: Schema): HTMLElement {
  const box = document.createElement("div");
  box.className = "penstock-explanation";
  for (const [tag, text] of [
    ["strong", key],
    ["div", schema.description ?? ""],
    ["small", outline(schema)],
  ] as const) {
    const part = document.createElement(tag);
    part.textContent = text;
    box.append(part);
  }
  return box;
}

/** The lines of the newest document; keys come one at a time, so remembering one is enough. */
let remembered: { doc: EditorState["doc"]; lines: string[] } | undefined;

function linesOf({ doc }: EditorState): string[] {
  if (remembered?.doc !== doc) remembered = { doc, lines: [...doc.iterLines()] };
  return remembered.lines;
}
