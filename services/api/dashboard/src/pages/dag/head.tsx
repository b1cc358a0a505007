import { Link } from "@tanstack/react-router";
import { Ellipsis, ListTree, Play } from "lucide-react";
import { useState } from "react";
import type { VersionEntry } from "@/api/types";
import { plural, shortVersion } from "@/lib/format";
import { RunDialog } from "@/start/run-dialog";
import { useStart } from "@/start/use-start";
import { Button, buttonClass } from "@/ui/button";
import { CopyButton } from "@/ui/fields";
import { Menu, MenuItem } from "@/ui/overlay";
import { PageHead } from "@/ui/panel";
import { Ago } from "@/ui/time";

export function DagTrail() {
  return (
    <Link to="/ui/dags" className="hover:text-text hover:underline">
      DAGs
    </Link>
  );
}

/** Which DAG this is, and what can be done with it. */
export function DagHead({ dag, versions }: { dag: VersionEntry; versions: number }) {
  return (
    <>
      <PageHead trail={<DagTrail />} title={dag.name} actions={<Actions dag={dag} />}>
        <span className="inline-flex items-center">
          <code className="break-all font-mono text-xs">{dag.dag_id}</code>
          <CopyButton text={dag.dag_id} label="Copy the id" />
        </span>
        <span>{plural(dag.task_count, "task")}</span>
        <span title={dag.version}>
          version <span className="font-mono text-xs">{shortVersion(dag.version)}</span>
          {versions > 1 && ` of ${versions}`}, registered <Ago at={dag.registered_at} absent="just now" />
        </span>
        {dag.tags.map((tag) => (
          <Link
            key={tag}
            to="/ui/dags"
            search={{ tag }}
            className="rounded border border-line bg-sunken px-1.5 py-px text-xs hover:text-text"
          >
            {tag}
          </Link>
        ))}
      </PageHead>
      {dag.description && (
        <p className="-mt-2 mb-4 max-w-prose whitespace-pre-wrap break-words text-sm">{dag.description}</p>
      )}
    </>
  );
}

function Actions({ dag }: { dag: VersionEntry }) {
  const [asking, setAsking] = useState(false);
  const start = useStart();
  return (
    <>
      <Link to="/ui/runs" search={{ dag: dag.dag_id }} className={buttonClass()}>
        <ListTree aria-hidden className="size-4" /> Its runs
      </Link>
      <Button kind="primary" onClick={() => void start({ dagId: dag.dag_id, name: dag.name }, true)}>
        <Play aria-hidden className="size-4" /> Run
      </Button>
      <Menu
        trigger={
          <Button kind="ghost" size="icon" aria-label="More">
            <Ellipsis aria-hidden className="size-4" />
          </Button>
        }
      >
        <MenuItem onSelect={() => setAsking(true)}>Run with a key …</MenuItem>
      </Menu>
      {asking && <RunDialog dag={dag} onClose={() => setAsking(false)} />}
    </>
  );
}
