import { Link } from "@tanstack/react-router";
import { type ReactNode, useMemo } from "react";
import type { Attempt } from "@/api/types";
import { clock, count, moment, parseTime } from "@/lib/format";
import { Fact, Facts } from "@/ui/facts";
import { CopyButton } from "@/ui/fields";
import { Panel } from "@/ui/panel";
import { Ago } from "@/ui/time";
import { AttemptBadge, AttemptTook } from "./attempt-tabs";
import { JsonTree } from "./json-tree";
import { TaskLink } from "./task-link";
import { endedBy, madeReady } from "./words";

/** What is known of one attempt beside what it printed and returned. */
export function AttemptFacts({ runId, attempt, of }: { runId: string; attempt: Attempt; of: number }) {
  const note = endedBy(attempt);
  return (
    <Panel title={`Attempt ${attempt.attempt} of ${of}`} actions={<AttemptBadge attempt={attempt} />}>
      {note && <p className="mb-2.5 text-sm">{note}</p>}
      <Facts>
        <Fact name="Ready">
          <At time={attempt.ready_at} />
        </Fact>
        <Fact name="Because">
          {madeReady(attempt)}{" "}
          {attempt.waited_for && <TaskLink runId={runId} taskId={attempt.waited_for} inText />}
        </Fact>
        <Fact name="Started">
          <At time={attempt.started_at} />
        </Fact>
        <Fact name="Ended">
          <At time={attempt.ended_at} />
        </Fact>
        <Fact name="Ran for">{attempt.started_at === null ? "–" : <AttemptTook attempt={attempt} />}</Fact>
        {attempt.retry_at && (
          <Fact name="Next attempt">
            <At time={attempt.retry_at} />
          </Fact>
        )}
        <Fact name="Worker">
          {attempt.worker === null ? (
            "–"
          ) : (
            <Link to="/ui/workers" className="text-accent hover:underline">
              {attempt.worker}
            </Link>
          )}
        </Fact>
        <Fact name="Queue">{attempt.queue}</Fact>
        <Fact name="Exit code">{attempt.exit_code ?? "–"}</Fact>
        <Fact name="Printed">{attempt.lines === 1 ? "1 line" : `${count(attempt.lines)} lines`}</Fact>
      </Facts>
    </Panel>
  );
}

function At({ time }: { time: string | null }) {
  const at = parseTime(time);
  if (at === null) return <span className="text-dim">–</span>;
  return (
    <span className="tabular" title={moment(at)}>
      {clock(at)}{" "}
      <span className="text-dim">
        (<Ago at={at} />)
      </span>
    </span>
  );
}

/** Why the attempt failed. */
export function AttemptError({ error }: { error: NonNullable<Attempt["error"]> }) {
  const { kind, message, traceback } = error;
  return (
    <Panel
      title={<span className="text-danger">Error</span>}
      actions={<CopyButton text={traceback ? `${message}\n${traceback}` : message} label="Copy the error" />}
      className="border-danger/50"
    >
      <p className="max-h-40 overflow-y-auto whitespace-pre-wrap font-medium text-sm [overflow-wrap:anywhere]">
        {message} <code className="ml-1 rounded bg-sunken px-1 font-normal text-dim text-xs">{kind}</code>
      </p>
      {traceback && (
        <section
          aria-label="Traceback"
          // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by the keyboard
          tabIndex={0}
          className="mt-2.5 max-h-72 overflow-auto rounded-md bg-sunken p-2.5"
        >
          <pre className="font-mono text-xs leading-5">{traceback}</pre>
        </section>
      )}
    </Panel>
  );
}

/** What the attempt returned. */
export function AttemptOutput({ output }: { output: unknown }) {
  // Large ones are written out once, not whenever something else on the page moves.
  const text = useMemo(
    () => (typeof output === "string" ? output : JSON.stringify(output, null, 2)),
    [output],
  );
  const tree: ReactNode = useMemo(() => <JsonTree value={output} label="Output" />, [output]);
  return (
    <Panel title="Output" actions={<CopyButton text={text} label="Copy the output" />}>
      {tree}
    </Panel>
  );
}
