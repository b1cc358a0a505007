/** A definition to read: coloured, folded and searched as in the editor, but not changed. */

import { EditorState } from "@codemirror/state";
import { EditorView } from "@codemirror/view";
import clsx from "clsx";
import { useEffect, useRef } from "react";
import type { Format } from "@/api/definitions";
import { reading } from "./setup";

interface Props {
  text: string;
  format: Format;
  label: string;
  className?: string;
}

export default function CodeReader({ text, format, label, className }: Props) {
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const parent = box.current;
    if (!parent) return;
    const view = new EditorView({
      state: EditorState.create({ doc: text, extensions: reading(format, label) }),
      parent,
    });
    return () => view.destroy();
  }, [text, format, label]);
  return <div ref={box} className={clsx("overflow-hidden [&_.cm-editor]:h-full", className)} />;
}
