import { useNavigate } from "@tanstack/react-router";
import { useCallback } from "react";
import { toast } from "sonner";
import { plural } from "@/lib/format";
import { addDrafts } from "./drafts";
import { type Outcome, registerFiles } from "./files";

/** With more files than this, one message tells of all. */
const MOST_MESSAGES = 3;

type Registered = Extract<Outcome, { kind: "registered" }>;

/** Register files and tell how each fared; those that must be mended are opened in the editor. */
export function useUpload(): (files: readonly File[]) => Promise<void> {
  const navigate = useNavigate();
  return useCallback(
    async (files) => {
      if (!files.length) return;
      const busy = toast.loading(`Registering ${plural(files.length, "file")} …`);
      const outcomes = await registerFiles(files);
      toast.dismiss(busy);
      const open = (dagId: string) => void navigate({ to: "/ui/dags/$dagId", params: { dagId } });
      tell(outcomes, open, () => void navigate({ to: "/ui/dags" }));
      addDrafts(outcomes.flatMap((outcome) => (outcome.kind === "mend" ? [outcome.draft] : [])));
    },
    [navigate],
  );
}

function tell(outcomes: readonly Outcome[], open: (dagId: string) => void, openAll: () => void): void {
  const registered = outcomes.filter((outcome) => outcome.kind === "registered");
  if (registered.length > MOST_MESSAGES) {
    const fresh = registered.filter(({ created }) => created).length;
    toast.success(`${plural(fresh, "definition")} registered, ${registered.length - fresh} known before`, {
      action: { label: "See the DAGs", onClick: openAll },
    });
  } else {
    for (const outcome of registered) tellRegistered(outcome, () => open(outcome.dagId));
  }
  const refused = outcomes.filter((outcome) => outcome.kind === "refused");
  for (const { file, why } of refused.slice(0, MOST_MESSAGES)) toast.error(file, { description: why });
  if (refused.length > MOST_MESSAGES)
    toast.error(`${refused.length - MOST_MESSAGES} more files were refused`);
}

export function tellRegistered(
  { dagId, created }: Pick<Registered, "dagId" | "created">,
  open: () => void,
): void {
  const action = { action: { label: "Open", onClick: open } };
  if (created) toast.success(`${dagId} is registered`, action);
  else toast.info(`${dagId}: this content was registered before; it is the current version`, action);
}
