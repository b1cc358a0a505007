/** Where a text that was searched for stands in a line, and the line's spans cut so that it can be marked. */

import type { Span } from "./ansi";

export interface MarkedSpan extends Span {
  readonly marked: boolean;
}

/** Return the spans cut at every occurrence of `query`, in upper or lower case, also where it spans several. */
export function mark(spans: readonly Span[], query: string): readonly MarkedSpan[] {
  const found = occurrences(spans.map((span) => span.text).join(""), query);
  if (found.length === 0) return spans.map((span) => ({ ...span, marked: false }));
  const parts: MarkedSpan[] = [];
  const cuts = found.flatMap((at) => [at, at + query.length]);
  let start = 0;
  let next = 0;
  for (const span of spans) {
    const end = start + span.text.length;
    let from = start;
    while (from < end) {
      while (next < cuts.length && (cuts[next] ?? 0) <= from) next += 1;
      const to = Math.min(end, cuts[next] ?? end);
      parts.push({
        text: span.text.slice(from - start, to - start),
        style: span.style,
        marked: next % 2 === 1,
      });
      from = to;
    }
    start = end;
  }
  return parts;
}

function occurrences(text: string, query: string): readonly number[] {
  const [where, what] = [text.toLowerCase(), query.toLowerCase()];
  // A letter that becomes longer in lower case would move all that follows it.
  if (what === "" || where.length !== text.length || what.length !== query.length) return [];
  const found: number[] = [];
  for (let at = where.indexOf(what); at !== -1; at = where.indexOf(what, at + what.length)) found.push(at);
  return found;
}
