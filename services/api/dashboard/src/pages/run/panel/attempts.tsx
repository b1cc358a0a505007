import clsx from "clsx";
import type { Attempt } from "@/core/lanes";
import { clock, duration } from "@/lib/format";
import { ATTEMPT_LOOKS } from "@/ui/attempt-look";
import { StatusMark } from "@/ui/status";
import { causeOfFailure } from "../words/names";
import { Part } from "./part";

interface Props {
  attempts: readonly Attempt[];
  chosen: number;
  onChoose: (attempt: number) => void;
  onVisit: (seq: number) => void;
}

/** Every attempt up to the moment; the chosen one's error and log are shown. */
export function Attempts({ attempts, chosen, onChoose, onVisit }: Props) {
  return (
    <Part title={attempts.length === 1 ? "Attempt" : "Attempts"}>
      <table className="w-full text-left text-xs">
        <thead className="sr-only">
          <tr>
            <th>Attempt</th>
            <th>Began</th>
            <th>Ran</th>
            <th>Worker</th>
          </tr>
        </thead>
        <tbody>
          {attempts.map((attempt) => {
            const { status, word } = lookOf(attempt);
            const on = attempt.attempt === chosen;
            return (
              <tr
                key={attempt.attempt}
                className={clsx("align-baseline", on && attempts.length > 1 && "bg-accent-soft")}
              >
                <td className="py-0.5 pr-2">
                  <button
                    type="button"
                    aria-pressed={on}
                    onClick={() => onChoose(attempt.attempt)}
                    className="inline-flex items-center gap-1.5 font-medium hover:underline"
                    title={causeOfFailure(attempt.error, attempt.exit_code) || word}
                  >
                    <StatusMark status={status} size={11} />
                    {attempt.attempt} {word}
                  </button>
                </td>
                <td className="py-0.5 pr-2">
                  <button
                    type="button"
                    onClick={() => onVisit(attempt.ended_seq || attempt.started_seq || attempt.ready_seq)}
                    className="tabular text-accent hover:underline"
                    title="Go to the last event of this attempt"
                  >
                    {clock(attempt.started_at || attempt.ready_at)}
                  </button>
                </td>
                <td className="tabular py-0.5 pr-2 text-right">{ranFor(attempt)}</td>
                <td className="max-w-32 truncate py-0.5 font-mono text-dim" title={attempt.worker}>
                  {attempt.worker}
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </Part>
  );
}

function ranFor({ started_at, ended_at }: Attempt): string {
  return started_at && ended_at ? duration(ended_at - started_at) : "–";
}

function lookOf({ end, started_at }: Attempt) {
  const { status, label } = ATTEMPT_LOOKS[end ?? (started_at ? "running" : "ready")];
  return { status, word: label.toLowerCase() };
}
