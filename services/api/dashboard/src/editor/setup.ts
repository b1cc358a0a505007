/** What an editor of definitions is made of. */

import { autocompletion } from "@codemirror/autocomplete";
import { json } from "@codemirror/lang-json";
import { yaml } from "@codemirror/lang-yaml";
import { lintGutter } from "@codemirror/lint";
import { EditorState, type Extension } from "@codemirror/state";
import { EditorView } from "@codemirror/view";
import { basicSetup } from "codemirror";
import type { Format } from "@/api/definitions";
import { completionOf, explanation } from "./assist";
import { COMPARED, LOOK } from "./theme";

function languageOf(format: Format): Extension {
  return format === "yaml" ? yaml() : json();
}

/** One side of a comparison: to be read, not changed. */
export function reading(format: Format, label: string): Extension {
  return [
    basicSetup,
    languageOf(format),
    COMPARED,
    EditorState.readOnly.of(true),
    EditorView.contentAttributes.of({ "aria-label": label, tabindex: "0" }),
    EditorView.editable.of(false),
  ];
}

export function writing(format: Format, label: string, onChange: (text: string) => void): Extension {
  return [
    basicSetup,
    languageOf(format),
    LOOK,
    lintGutter(),
    explanation(format),
    autocompletion({ override: [completionOf(format)], icons: false }),
    EditorView.contentAttributes.of({ "aria-label": label, tabindex: "0" }),
    EditorView.updateListener.of((update) => {
      if (update.docChanged) onChange(update.state.doc.toString());
    }),
  ];
}
