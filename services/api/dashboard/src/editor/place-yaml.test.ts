import { expect, test } from "vitest";
import { yamlKeyAt, yamlSpot, yamlTaskIds } from "./place-yaml";

/** The spot at the mark `|`. */
function spot(marked: string) {
  const lines = marked.split("\n");
  const row = lines.findIndex((line) => line.includes("|"));
  const column = lines[row]?.indexOf("|") ?? 0;
  return yamlSpot(
    lines.map((line) => line.replace("|", "")),
    row,
    column,
  );
}

test("at the left margin stands a key of the DAG, beside those that there are", () => {
  expect(spot("id: x\nna|\ntasks:\n  a:\n    name: A")).toEqual({
    path: [],
    at: "key",
    typed: "na",
    siblings: ["id", "tasks"],
  });
});

test("inside a task stands a key of the task", () => {
  expect(spot("tasks:\n  a:\n    name: A\n    re|\n  b:\n    command: x")).toEqual({
    path: ["tasks", "a"],
    at: "key",
    typed: "re",
    siblings: ["name"],
  });
});

test("behind a key stands its value, also in a list on the same line", () => {
  expect(spot("tasks:\n  a:\n    retries: |")).toMatchObject({
    path: ["tasks", "a", "retries"],
    at: "value",
  });
  expect(spot("tasks:\n  b:\n    dependencies: [a, fe|")).toMatchObject({
    path: ["tasks", "b", "dependencies"],
    at: "value",
    typed: "fe",
  });
});

test("an item of a list is a value of the key above it, however far it is indented", () => {
  const expected = { path: ["tasks", "b", "dependencies"], at: "value", typed: "fe" };
  expect(spot("tasks:\n  b:\n    dependencies:\n      - fe|")).toMatchObject(expected);
  expect(spot("tasks:\n  b:\n    dependencies:\n    - fe|")).toMatchObject(expected);
});

test("nothing is completed in a comment or inside a text", () => {
  expect(spot("tasks: # na|")).toBeNull();
  expect(spot("name: two words he|")).toBeNull();
});

test("task ids are the keys below tasks, quoted ones without their quotes", () => {
  const lines = 'id: x\ntasks:\n  a:\n    name: A\n  # b:\n  "c d":\n    name: C\nname: end'.split("\n");
  expect(yamlTaskIds(lines)).toEqual(["a", "c d"]);
});

test("the key under the pointer is found with its place", () => {
  expect(yamlKeyAt("    retries: 3", 6)).toEqual({ key: "retries", indent: 4, from: 4, to: 11 });
  expect(yamlKeyAt("    retries: 3", 13)).toBeNull();
});
