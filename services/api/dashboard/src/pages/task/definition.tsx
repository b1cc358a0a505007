import type { ReactNode } from "react";
import type { TaskDetail } from "@/api/types";
import { duration } from "@/lib/format";
import { Fact, Facts } from "@/ui/facts";
import { CopyButton } from "@/ui/fields";
import { Panel } from "@/ui/panel";
import { JsonTree } from "./json-tree";
import { TaskLinks } from "./task-link";

/** What the definition says about the task. */
export function Definition({ task }: { task: TaskDetail }) {
  const { definition, run_id } = task;
  const code = definition.command ?? definition.callable ?? "";
  const env = Object.entries(definition.env);
  return (
    <Panel title="Definition">
      <div className="space-y-3.5">
        {definition.description && <p className="whitespace-pre-wrap text-sm">{definition.description}</p>}
        <Part
          title={definition.command === null ? "Callable" : "Command"}
          actions={<CopyButton text={code} label="Copy" />}
        >
          <pre
            // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by the keyboard
            tabIndex={0}
            className="max-h-48 overflow-auto whitespace-pre-wrap rounded-md bg-sunken p-2 font-mono text-xs leading-5 [font-variant-ligatures:none] [overflow-wrap:anywhere]"
          >
            {code}
          </pre>
        </Part>
        <Facts>
          <Fact name="Retries">
            {definition.retries === 0
              ? "none"
              : `${definition.retries}, the first after ${duration(definition.retry_delay_seconds * 1000)}, then twice as late each time`}
          </Fact>
          <Fact name="Timeout">
            {definition.timeout_seconds === null
              ? "none"
              : `${duration(definition.timeout_seconds * 1000)} per attempt`}
          </Fact>
          <Fact name="Waits for">
            <TaskLinks runId={run_id} ids={task.dependencies} none="no task" />
          </Fact>
          <Fact name="Waited for by">
            <TaskLinks runId={run_id} ids={task.dependents} none="no task" />
          </Fact>
        </Facts>
        {env.length > 0 && (
          <Part title="Environment">
            <div className="font-mono text-xs">
              <Facts>
                {env.map(([name, value]) => (
                  <Fact key={name} name={name}>
                    {value || <span className="font-sans text-dim">empty</span>}
                  </Fact>
                ))}
              </Facts>
            </div>
          </Part>
        )}
        {Object.keys(definition.metadata).length > 0 && (
          <Part title="Metadata">
            <JsonTree value={definition.metadata} label="Metadata" />
          </Part>
        )}
      </div>
    </Panel>
  );
}

function Part({ title, actions, children }: { title: string; actions?: ReactNode; children: ReactNode }) {
  return (
    <section>
      <header className="mb-1 flex min-h-7 items-center justify-between">
        <h3 className="text-dim text-sm">{title}</h3>
        {actions}
      </header>
      {children}
    </section>
  );
}
