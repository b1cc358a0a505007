import { expect, test } from "vitest";
import { outline, type Schema, schemaAt } from "./schema";

const SCHEMA: Schema = {
  properties: {
    id: { type: "string" },
    tasks: { additionalProperties: { $ref: "#/$defs/task" } },
  },
  $defs: {
    task: {
      properties: {
        retries: { type: "integer", minimum: 0, maximum: 1000, default: 0 },
        env: { type: "object" },
      },
      additionalProperties: false,
    },
  },
};

test("a path is followed through maps and references", () => {
  expect(schemaAt(SCHEMA, ["tasks", "any"])?.properties).toHaveProperty("retries");
  expect(schemaAt(SCHEMA, ["tasks", "any", "retries"])?.type).toBe("integer");
});

test("nothing is said of what the schema does not know", () => {
  expect(schemaAt(SCHEMA, ["tasks", "any", "nope"])).toBeUndefined();
  expect(schemaAt(SCHEMA, ["nope", "deeper"])).toBeUndefined();
});

test("an outline has type, default and bounds", () => {
  expect(outline(schemaAt(SCHEMA, ["tasks", "any", "retries"]) ?? {})).toBe(
    "integer · default 0 · 0 to 1,000",
  );
});
