/** Where in a JSON document the cursor stands, told by the syntax tree. */

import { syntaxTree } from "@codemirror/language";
import type { EditorState } from "@codemirror/state";
import type { Spot } from "./place-yaml";

type Node = ReturnType<ReturnType<typeof syntaxTree>["resolveInner"]>;

/** Return what is being written at `pos`; null outside keys and strings. */
export function jsonSpot(state: EditorState, pos: number): (Spot & { from: number; to: number }) | null {
  const node = syntaxTree(state).resolveInner(pos, -1);
  const typed = (from: number) => state.sliceDoc(from + 1, pos);
  if (node.name === "PropertyName") {
    const object = node.parent?.parent;
    if (!object) return null;
    const siblings = keysOf(state, object).filter((key) => key !== nameOf(state, node));
    return {
      path: pathTo(state, object),
      at: "key",
      typed: typed(node.from),
      siblings,
      from: node.from,
      to: node.to,
    };
  }
  if (node.name === "String") {
    return {
      path: pathTo(state, node),
      at: "value",
      typed: typed(node.from),
      siblings: [],
      from: node.from,
      to: node.to,
    };
  }
  return null;
}

/** Return the key at `pos` with the path to its value; null where none stands. */
export function jsonKeyAt(
  state: EditorState,
  pos: number,
): { path: string[]; from: number; to: number } | null {
  const node = syntaxTree(state).resolveInner(pos, 0);
  if (node.name !== "PropertyName" || !node.parent) return null;
  return { path: [...pathTo(state, node.parent), nameOf(state, node)], from: node.from, to: node.to };
}

/** Return the ids of the tasks in the document. */
export function jsonTaskIds(state: EditorState): string[] {
  const root = syntaxTree(state).topNode.getChild("Object");
  for (const property of root?.getChildren("Property") ?? []) {
    const name = property.getChild("PropertyName");
    const tasks = property.getChild("Object");
    if (name && tasks && nameOf(state, name) === "tasks") return keysOf(state, tasks);
  }
  return [];
}

function keysOf(state: EditorState, object: Node): string[] {
  return object.getChildren("Property").flatMap((property) => {
    const name = property.getChild("PropertyName");
    return name ? [nameOf(state, name)] : [];
  });
}

/** The keys on the way from the top to a node; a node inside a property's value counts that property. */
function pathTo(state: EditorState, node: Node): string[] {
  const path: string[] = [];
  for (let at: Node | null = node.parent; at; at = at.parent) {
    const name = at.name === "Property" ? at.getChild("PropertyName") : null;
    if (name) path.unshift(nameOf(state, name));
  }
  return path;
}

function nameOf(state: EditorState, node: Node): string {
  return state.sliceDoc(node.from + 1, node.to - 1);
}
