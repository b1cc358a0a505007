/** What the API says of the text in an editor: a line, and the list of problems, each a way to its place. */

import { CircleCheck, CircleX, LoaderCircle, TriangleAlert } from "lucide-react";
import type { Detail } from "@/api/types";
import { plural } from "@/lib/format";
import { saying } from "./problems";
import type { Checked } from "./use-validation";

const MOST = 100;

export function VerdictLine({ checked }: { checked: Checked }) {
  const { answer, problems, failure, checking } = checked;
  return (
    <p role="status" className="flex min-h-6 items-center gap-2 text-sm" data-verdict={word(checked)}>
      {checking && !answer && !problems.length ? (
        <>
          <LoaderCircle aria-hidden className="size-4 animate-spin text-dim" />{" "}
          <span className="text-dim">Checking …</span>
        </>
      ) : answer?.valid ? (
        <>
          <CircleCheck aria-hidden className="size-4 shrink-0 text-accent" />
          <span className="min-w-0 truncate">
            Valid: <b className="font-medium">{answer.dag_id}</b>, {plural(answer.task_count ?? 0, "task")}
            <span className="text-dim">{answer.known ? ", registered already" : ", not registered yet"}</span>
          </span>
        </>
      ) : problems.length ? (
        <>
          <CircleX aria-hidden className="size-4 shrink-0 text-danger" /> {plural(problems.length, "problem")}
        </>
      ) : (
        failure && (
          <>
            <TriangleAlert aria-hidden className="size-4 shrink-0 text-danger" /> {failure}
          </>
        )
      )}
    </p>
  );
}

function word({ answer, problems, checking }: Checked): string {
  if (checking) return "checking";
  if (answer?.valid) return "valid";
  return problems.length ? "invalid" : "unknown";
}

export function ProblemList({
  problems,
  onJump,
}: {
  problems: readonly Detail[];
  onJump: (problem: Detail) => void;
}) {
  if (!problems.length) return null;
  return (
    <ul
      aria-label="Problems"
      className="max-h-36 divide-y divide-line overflow-auto rounded-md border border-line"
    >
      {problems.slice(0, MOST).map((problem) => (
        <li key={`${problem.line}:${problem.column}:${problem.field}:${problem.message}`}>
          <button
            type="button"
            onClick={() => onJump(problem)}
            className="flex w-full gap-3 px-2.5 py-1.5 text-left text-sm hover:bg-sunken"
          >
            <span className="tabular w-14 shrink-0 text-dim">
              {problem.line ? `${problem.line}:${problem.column}` : "file"}
            </span>
            <span className="min-w-0 break-words">{saying(problem)}</span>
          </button>
        </li>
      ))}
      {problems.length > MOST && (
        <li className="px-2.5 py-1.5 text-dim text-sm">and {problems.length - MOST} more</li>
      )}
    </ul>
  );
}
