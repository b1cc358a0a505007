/** The command palette: pages, DAGs, the latest runs, and a run by its id. */

import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { Command } from "cmdk";
import { MonitorCog, Play } from "lucide-react";
import { useState } from "react";
import { toast } from "sonner";
import { api, body } from "@/api/client";
import { asError } from "@/api/errors";
import { StatusMark } from "@/ui/status";
import { PAGES } from "./nav";
import { chooseTheme } from "./theme";

const ITEM =
  "flex cursor-pointer items-center gap-2.5 rounded-md px-2.5 py-2 text-sm data-[selected=true]:bg-sunken";
const RUN_ID = /^[0-9a-z]{26}-\d+$/;

const SHOWN = 50;

/** Whether any word that was typed is in the text: which fits best, the palette itself finds out. */
function matches(text: string, typed: string): boolean {
  const there = text.toLowerCase();
  return (
    typed === "" ||
    typed
      .toLowerCase()
      .split(/\s+/)
      .some((word) => there.includes(word))
  );
}

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
  const start = async (dagId: string) => {
    onClose();
    try {
      const run = await body(api.POST("/dags/{dag_id}/run", { params: { path: { dag_id: dagId } } }));
      void navigate({ to: "/ui/runs/$runId", params: { runId: run.run_id } });
    } catch (error) {
      toast.error(asError(error).message);
    }
  };
  const typed = text.trim();
  const found = (dags.data?.dags ?? [])
    .filter(({ dag_id, name }) => matches(`${dag_id} ${name}`, typed))
    .slice(0, SHOWN);
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
                onSelect={() => void start(dag_id)}
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
