/** A text that is typed here and kept elsewhere, such as in the URL. */

import { useState } from "react";

/**
 * Return what of the texts told is still on its way once `value` has arrived, undefined where `value` comes from
 * somebody else.
 */
export function arrived(told: readonly string[], value: string): readonly string[] | undefined {
  const at = told.lastIndexOf(value);
  return at < 0 ? undefined : told.slice(at + 1);
}

/** The text follows `value`, but not where that only comes back: more may have been typed by then. */
export function useDraft(value: string, onChange: (text: string) => void) {
  const [state, setState] = useState({ text: value, value, told: [] as readonly string[] });
  let now = state;
  if (value !== state.value) {
    const told = arrived(state.told, value);
    now = told ? { ...state, value, told } : { text: value, value, told: [] };
    setState(now);
  }
  const last = now.told.at(-1) ?? value;
  return {
    text: now.text,
    /** Whether the text is other than what was told last. */
    changed: now.text !== last,
    setText: (text: string) => setState((before) => ({ ...before, text })),
    tell: (text: string) => {
      if (text === last) return;
      setState((before) => ({ ...before, told: [...before.told, text] }));
      onChange(text);
    },
  };
}
