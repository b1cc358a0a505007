import { describe, expect, test } from "vitest";
import { arrived } from "./draft";

describe("a text that was told", () => {
  test("is no news when it arrives, and later ones are still awaited", () => {
    expect(arrived(["a", "ab"], "a")).toEqual(["ab"]);
    expect(arrived(["a", "ab"], "ab")).toEqual([]);
  });

  test("is told from one that somebody else has set", () => {
    expect(arrived(["a", "ab"], "")).toBeUndefined();
  });
});
