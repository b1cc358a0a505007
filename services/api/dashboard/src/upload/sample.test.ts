import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { SAMPLE } from "./sample";

test("the sample that is offered is the example that is documented", () => {
  const file = new URL("../../../../../examples/sample.yaml", import.meta.url);
  expect(SAMPLE).toBe(readFileSync(file, "utf8"));
});
