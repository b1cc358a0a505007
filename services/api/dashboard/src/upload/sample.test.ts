import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import SAMPLE from "./sample.yaml?raw";

test("the sample that is offered is the example that is documented, with a callable that every worker has", () => {
  const example = readFileSync(new URL("../../../../../examples/sample.yaml", import.meta.url), "utf8");
  expect(SAMPLE).toBe(example.replace("examples.sample_module:do_b", "penstock_worker.sample:do_b"));
});
