/** The command palette: pages, DAGs, the latest runs, and a run by its id. */

import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { Command, defaultFilter } from "cmdk";
import { MonitorCog, Play } from "lucide-react";
import { useState } from "react";
import { api, body } from "@/api/client";
import { useStart } from "@/start/use-start";
import { StatusMark } from "@/ui/status";
import { PAGES } from "./nav";
import { chooseTheme } from "./theme";

const ITEM =
  "flex cursor-pointer items-center gap-2.5 rounded-md px-2.5 py-2 text-sm data-[selected=true]:bg-sunken";
const MOST = 200;
const RUN_ID = /^[0-9a-z]{26}-\d+$/;

export function CommandPalette({ onClose }: { onClose: () => void }) {
  const [text, setText] = useState("");
  const navigate = useNavigate();
  const dags = useQuery({ queryKey: ["dags", "palette"], queryFn: () => body(api.GET("/dags")) });
  const runs = useQuery({
    queryKey: ["runs", "palette"],
    queryFn: () => body(api.GET("/runs", { params: { query: { limit: 20 } } })),
  });
  const then = (act: () => unknown) => () => {
    onClose();
    act();
  };
  const start = useStart();
  const typed = text.trim();
  // Filtered first: of many DAGs those that match must not be among the ones cut off.
  const found = (dags.data?.dags ?? [])
    .filter(({ dag_id, name }) => typed === "" || defaultFilter(`run start dag ${dag_id} ${name}`, typed) > 0)
    .slice(0, MOST);
  return (
    <Command.Dialog
      open
      onOpenChange={onClose}
      label="Search and commands"
      overlayClassName="fixed inset-0 z-40 bg-black/50"
      contentClassName="fixed top-[12vh] left-1/2 z-50 w-[calc(100vw-2rem)] max-w-xl -translate-x-1/2 overflow-hidden rounded-lg border border-line bg-panel shadow-xl"
    >
      <Command.Input
        value={text}
        onValueChange={setText}
        placeholder="A page, a DAG, a run …"
        className="w-full border-line border-b bg-transparent px-4 py-3 text-base outline-none placeholder:text-dim"
      />
      <Command.List className="max-h-[52vh] overflow-auto p-1.5 [&_[cmdk-group-heading]]:px-2.5 [&_[cmdk-group-heading]]:pt-2 [&_[cmdk-group-heading]]:text-dim [&_[cmdk-group-heading]]:text-xs">
        <Command.Empty className="px-3 py-6 text-center text-dim text-sm">
          Nothing is called that.
        </Command.Empty>
        {RUN_ID.test(typed) && (
          <Command.Item
            className={ITEM}
            onSelect={then(() => navigate({ to: "/ui/runs/$runId", params: { runId: typed } }))}
          >
            Open run {typed}
          </Command.Item>
        )}
        <Command.Group heading="Pages">
          {PAGES.map(({ to, label, icon: Icon }) => (
            <Command.Item
              key={to}
              value={`page ${label}`}
              className={ITEM}
              onSelect={then(() => navigate({ to }))}
            >
              <Icon aria-hidden className="size-4 text-dim" /> {label}
            </Command.Item>
          ))}
          {(["light", "dark", "system"] as const).map((one) => (
            <Command.Item
              key={one}
              value={`theme ${one}`}
              className={ITEM}
              onSelect={then(() => chooseTheme(one))}
            >
              <MonitorCog aria-hidden className="size-4 text-dim" /> Theme: {one}
            </Command.Item>
          ))}
        </Command.Group>
        <Command.Group heading="DAGs">
          {found.map(({ dag_id, name }) => (
            <Command.Item
              key={dag_id}
              value={`dag ${dag_id} ${name}`}
              className={ITEM}
              onSelect={then(() => navigate({ to: "/ui/dags/$dagId", params: { dagId: dag_id } }))}
            >
              <span className="min-w-0 flex-1 truncate">
                {name} <span className="text-dim">{dag_id}</span>
              </span>
            </Command.Item>
          ))}
        </Command.Group>
        {typed && (
          <Command.Group heading="Start a run">
            {found.map(({ dag_id, name }) => (
              <Command.Item
                key={dag_id}
                value={`run start ${dag_id} ${name}`}
                className={ITEM}
                onSelect={then(() => start({ dagId: dag_id, name }, true))}
              >
                <Play aria-hidden className="size-4 text-dim" /> Run {name}
              </Command.Item>
            ))}
          </Command.Group>
        )}
        <Command.Group heading="Latest runs">
          {runs.data?.runs.map(({ run_id, dag_id, status }) => (
            <Command.Item
              key={run_id}
              value={`run ${run_id} ${dag_id} ${status}`}
              className={ITEM}
              onSelect={then(() => navigate({ to: "/ui/runs/$runId", params: { runId: run_id } }))}
            >
              <StatusMark status={status} />
              <span className="min-w-0 flex-1 truncate">{dag_id}</span>
              <span className="font-mono text-dim text-xs">{run_id}</span>
            </Command.Item>
          ))}
        </Command.Group>
      </Command.List>
    </Command.Dialog>
  );
}
