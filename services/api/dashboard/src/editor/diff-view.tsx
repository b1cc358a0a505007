/** What differs between two texts: side by side where there is room, in one column where there is not. */

import { MergeView, unifiedMergeView } from "@codemirror/merge";
import { EditorState } from "@codemirror/state";
import { EditorView } from "@codemirror/view";
import clsx from "clsx";
import { useEffect, useRef } from "react";
import type { Format } from "@/api/definitions";
import { reading } from "./setup";

const SIDE_BY_SIDE_PX = 760;
/** What is the same is folded away, but for some lines around each difference. */
const FOLDED = { margin: 4, minSize: 8 };
/** Texts of very many differences would take seconds to compare to the last letter. */
const DIFFING = { scanLimit: 1000, timeout: 500 };

interface Props {
  before: string;
  after: string;
  format: Format;
  className?: string;
}

export default function DiffView({ before, after, format, className }: Props) {
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const parent = box.current;
    if (!parent) return;
    const wide = parent.clientWidth >= SIDE_BY_SIDE_PX;
    const view = wide ? sideBySide(parent, before, after, format) : unified(parent, before, after, format);
    return () => view.destroy();
  }, [before, after, format]);
  return (
    <div
      ref={box}
      data-diff
      className={clsx("overflow-auto rounded-md border border-line bg-panel", className)}
    />
  );
}

function sideBySide(parent: HTMLElement, before: string, after: string, format: Format): MergeView {
  return new MergeView({
    a: { doc: before, extensions: reading(format, "Before") },
    b: { doc: after, extensions: reading(format, "After") },
    parent,
    collapseUnchanged: FOLDED,
    diffConfig: DIFFING,
  });
}

function unified(parent: HTMLElement, before: string, after: string, format: Format): EditorView {
  const merge = unifiedMergeView({
    original: before,
    mergeControls: false,
    collapseUnchanged: FOLDED,
    diffConfig: DIFFING,
  });
  const extensions = [reading(format, "What changes"), merge];
  return new EditorView({ state: EditorState.create({ doc: after, extensions }), parent });
}
