import { useEffect, useState } from "react";
import { type Format, validate } from "@/api/definitions";
import { ApiError, asError } from "@/api/errors";
import type { Detail, Validation } from "@/api/types";

const REST_MS = 300;
const NONE: readonly Detail[] = [];

/** What is known of a text: `answer` belongs to what was written a moment ago while `checking`. */
export interface Checked {
  checking: boolean;
  answer: Validation | null;
  problems: readonly Detail[];
  /** Why the API could not look at it. */
  failure: string | null;
}

/** Let the API look at a text whenever whoever writes it pauses. `known` are problems that were found already. */
export function useValidation(text: string, format: Format, known: readonly Detail[] = NONE): Checked {
  const [checked, setChecked] = useState<Checked>({
    checking: true,
    answer: null,
    problems: known,
    failure: null,
  });
  useEffect(() => {
    const stop = new AbortController();
    setChecked((before) => ({ ...before, checking: true }));
    const timer = setTimeout(async () => {
      try {
        const answer = await validate(text, format, stop.signal);
        setChecked({ checking: false, answer, problems: answer.problems, failure: null });
      } catch (error) {
        if (stop.signal.aborted) return;
        const problems = error instanceof ApiError ? error.details : NONE;
        setChecked({ checking: false, answer: null, problems, failure: asError(error).message });
      }
    }, REST_MS);
    return () => {
      clearTimeout(timer);
      stop.abort();
    };
  }, [text, format]);
  return checked;
}
