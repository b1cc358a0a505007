import type { TaskError } from "@/core/events";
import type { TaskState } from "@/core/state";
import { CopyButton } from "@/ui/fields";
import { Block, Part } from "./part";

/** Why an attempt failed, in its own words. */
export function ErrorPart({ error, exitCode }: { error: TaskError | null; exitCode: number | null }) {
  if (error === null) return null;
  const whole = error.traceback ? `${error.message}\n\n${error.traceback}` : error.message;
  return (
    <Part title="Error" actions={<CopyButton text={whole} label="Copy the error" />}>
      <p className="whitespace-pre-wrap break-words text-danger text-sm">{error.message || error.kind}</p>
      <Kind error={error} exitCode={exitCode} />
      {error.traceback && <Block label="Traceback" text={error.traceback} />}
    </Part>
  );
}

/** What the message does not say already. */
function Kind({ error, exitCode }: { error: TaskError; exitCode: number | null }) {
  const code = exitCode !== null && !/exit code/i.test(error.message) ? `exit code ${exitCode}` : "";
  const kind = error.kind !== "exit" && error.kind !== error.message ? error.kind : "";
  if (!code && !kind) return null;
  return <p className="text-dim text-xs">{[kind, code].filter(Boolean).join(", ")}</p>;
}

/** What the task returned. */
export function OutputPart({ task, shown }: { task: TaskState; shown: boolean }) {
  if (!shown || task.output === null || task.output === undefined) return null;
  const text = JSON.stringify(task.output, null, 2);
  return (
    <Part title="Output" actions={<CopyButton text={text} label="Copy the output" />}>
      <Block label="Output as JSON" text={text} />
    </Part>
  );
}
