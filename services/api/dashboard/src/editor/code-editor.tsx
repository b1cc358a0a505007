/** An editor for a definition. It keeps its own text; problems are marked in the gutter and under the words. */

import { type Diagnostic, setDiagnostics } from "@codemirror/lint";
import { EditorState } from "@codemirror/state";
import { EditorView } from "@codemirror/view";
import clsx from "clsx";
import { type Ref, useEffect, useEffectEvent, useImperativeHandle, useRef } from "react";
import type { Format } from "@/api/definitions";
import type { Detail } from "@/api/types";
import { placeOf, saying } from "./problems";
import { writing } from "./setup";

export interface EditorHandle {
  /** Put the cursor where a problem is. */
  jump: (place: Pick<Detail, "line" | "column">) => void;
}

interface Props {
  /** What stands in it at first. To begin with another text, give the editor another `key`. */
  initial: string;
  format: Format;
  label: string;
  problems: readonly Detail[];
  onChange: (text: string) => void;
  ref?: Ref<EditorHandle>;
  autoFocus?: boolean;
  className?: string;
}

export default function CodeEditor(props: Props) {
  const { initial, format, label, problems, onChange, ref, autoFocus, className } = props;
  const box = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView>(null);
  const changed = useEffectEvent(onChange);
  const create = useEffectEvent((parent: HTMLElement) => {
    const extensions = writing(format, label, (text) => changed(text));
    const made = new EditorView({ state: EditorState.create({ doc: initial, extensions }), parent });
    if (autoFocus) made.focus();
    return made;
  });
  // biome-ignore lint/correctness/useExhaustiveDependencies: another language is another editor
  useEffect(() => {
    if (!box.current) return;
    const made = create(box.current);
    view.current = made;
    return () => made.destroy();
  }, [format]);
  useEffect(() => {
    const editor = view.current;
    if (editor)
      editor.dispatch(
        setDiagnostics(
          editor.state,
          problems.map((one) => diagnostic(editor, one)),
        ),
      );
  }, [problems]);
  useImperativeHandle(ref, () => ({ jump: (place) => view.current && jump(view.current, place) }), []);
  return (
    <div
      ref={box}
      className={clsx(
        "overflow-hidden rounded-md border border-line focus-within:border-strong-line",
        className,
      )}
    />
  );
}

function diagnostic(editor: EditorView, problem: Detail): Diagnostic {
  return { ...placeOf(editor.state.doc, problem), severity: "error", message: saying(problem) };
}

function jump(editor: EditorView, place: Pick<Detail, "line" | "column">): void {
  const { from } = placeOf(editor.state.doc, place);
  editor.dispatch({ selection: { anchor: from }, effects: EditorView.scrollIntoView(from, { y: "center" }) });
  editor.focus();
}
