/** The editor in the colours of the page; both themes come from its variables. */

import { HighlightStyle, syntaxHighlighting } from "@codemirror/language";
import type { Extension } from "@codemirror/state";
import { EditorView } from "@codemirror/view";
import { tags as t } from "@lezer/highlight";

const PLAIN = EditorView.theme({
  "&": { color: "var(--text)", backgroundColor: "var(--panel)", fontSize: "0.86rem", height: "100%" },
  "&.cm-focused": { outline: "none" },
  ".cm-scroller": { fontFamily: "var(--font-mono)", lineHeight: "1.55", overflow: "auto" },
  ".cm-content": { caretColor: "var(--text)", padding: "8px 0" },
  ".cm-cursor": { borderLeftColor: "var(--text)" },
  ".cm-gutters": {
    backgroundColor: "var(--sunken)",
    color: "var(--dim)",
    borderRight: "1px solid var(--line)",
  },
  ".cm-activeLine, .cm-activeLineGutter": {
    backgroundColor: "color-mix(in srgb, var(--accent) 7%, transparent)",
  },
  "&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground": {
    background: "color-mix(in srgb, var(--accent) 26%, transparent)",
  },
  ".cm-selectionMatch": { backgroundColor: "color-mix(in srgb, var(--s-ready) 22%, transparent)" },
  ".cm-searchMatch": {
    backgroundColor: "color-mix(in srgb, var(--s-ready) 28%, transparent)",
    outline: "1px solid var(--s-ready)",
  },
  ".cm-searchMatch-selected": { backgroundColor: "color-mix(in srgb, var(--s-ready) 55%, transparent)" },
  "&.cm-focused .cm-matchingBracket": {
    backgroundColor: "color-mix(in srgb, var(--accent) 25%, transparent)",
  },
  ".cm-foldPlaceholder": {
    backgroundColor: "var(--sunken)",
    border: "1px solid var(--line)",
    color: "var(--dim)",
  },
});

const FLOATING = EditorView.theme({
  ".cm-tooltip": {
    backgroundColor: "var(--panel)",
    border: "1px solid var(--line)",
    borderRadius: "6px",
    boxShadow: "0 4px 14px rgb(0 0 0 / 18%)",
    color: "var(--text)",
  },
  ".cm-tooltip.cm-tooltip-autocomplete > ul": { fontFamily: "var(--font-mono)", maxHeight: "16em" },
  ".cm-tooltip.cm-tooltip-autocomplete > ul > li": { padding: "2px 8px" },
  ".cm-tooltip.cm-tooltip-autocomplete > ul > li[aria-selected]": {
    backgroundColor: "var(--accent-soft)",
    color: "var(--text)",
  },
  ".cm-completionDetail": { color: "var(--dim)", fontStyle: "normal", fontSize: "0.85em" },
  ".cm-tooltip.cm-completionInfo": { padding: "6px 10px", fontFamily: "var(--font-sans)", maxWidth: "22rem" },
  ".penstock-explanation": { padding: "6px 10px", maxWidth: "26rem", fontFamily: "var(--font-sans)" },
  ".penstock-explanation small": { color: "var(--dim)" },
  ".cm-diagnostic": { padding: "4px 10px", fontFamily: "var(--font-sans)", maxWidth: "32rem" },
  ".cm-diagnostic-error": { borderLeft: "3px solid var(--danger)" },
  ".cm-lintRange-error": {
    backgroundImage: "none",
    textDecoration: "underline wavy var(--danger) 1.2px",
    textUnderlineOffset: "3px",
    backgroundColor: "color-mix(in srgb, var(--danger) 12%, transparent)",
  },
  ".cm-panels": { backgroundColor: "var(--sunken)", color: "var(--text)", borderColor: "var(--line)" },
  ".cm-panels.cm-panels-bottom": { borderTop: "1px solid var(--line)" },
  ".cm-textfield, .cm-button": {
    backgroundImage: "none",
    backgroundColor: "var(--panel)",
    color: "var(--text)",
    border: "1px solid var(--line)",
    borderRadius: "4px",
  },
  ".cm-panel.cm-search label": { fontSize: "0.8rem" },
  ".cm-panel.cm-search [name=close]": { color: "var(--dim)" },
});

const DIFFERENCES = EditorView.theme({
  "&.cm-merge-a .cm-changedLine, .cm-deletedChunk": {
    backgroundColor: "color-mix(in srgb, var(--s-failed) 12%, transparent)",
  },
  "&.cm-merge-b .cm-changedLine, .cm-insertedLine": {
    backgroundColor: "color-mix(in srgb, var(--s-succeeded) 13%, transparent)",
  },
  "&.cm-merge-a .cm-changedText, .cm-deletedChunk .cm-deletedText": {
    background: "color-mix(in srgb, var(--s-failed) 30%, transparent)",
  },
  "&.cm-merge-b .cm-changedText": {
    background: "color-mix(in srgb, var(--s-succeeded) 30%, transparent)",
  },
  // Its own marks are of a block of letters that few fonts have.
  ".cm-collapsedLines::before, .cm-collapsedLines::after": { content: '"⋯"' },
  ".cm-collapsedLines": {
    background: "var(--sunken)",
    color: "var(--dim)",
    fontFamily: "var(--font-sans)",
    fontSize: "0.8rem",
  },
});

const WORDS = HighlightStyle.define([
  { tag: [t.propertyName, t.definition(t.propertyName)], color: "var(--s-running)" },
  { tag: [t.string, t.special(t.string), t.content], color: "var(--text)" },
  { tag: [t.number, t.bool, t.null, t.atom, t.keyword], color: "var(--s-retrying)" },
  { tag: [t.comment, t.lineComment], color: "var(--dim)", fontStyle: "italic" },
  { tag: [t.punctuation, t.separator, t.bracket, t.squareBracket, t.brace], color: "var(--dim)" },
  { tag: [t.labelName, t.typeName, t.meta], color: "var(--s-upstream_failed)" },
  { tag: t.invalid, color: "var(--danger)" },
]);

/** On the tinted lines of a comparison colours of words would be hard to read; weight tells keys from values. */
const COMPARED_WORDS = HighlightStyle.define([
  { tag: [t.propertyName, t.definition(t.propertyName)], fontWeight: "600" },
  { tag: [t.comment, t.lineComment], fontStyle: "italic" },
]);

export const LOOK: Extension = [PLAIN, FLOATING, syntaxHighlighting(WORDS)];
export const COMPARED: Extension = [PLAIN, FLOATING, DIFFERENCES, syntaxHighlighting(COMPARED_WORDS)];
