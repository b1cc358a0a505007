/** The editor dialog: a text is mended, or written, and registered from here. */

import { useNavigate } from "@tanstack/react-router";
import { useRef, useState, useSyncExternalStore } from "react";
import { toast } from "sonner";
import { formatOf, register } from "@/api/definitions";
import { ApiError, asError } from "@/api/errors";
import type { EditorHandle } from "@/editor/code-editor";
import { Editor } from "@/editor/lazy";
import { useValidation } from "@/editor/use-validation";
import { ProblemList, VerdictLine } from "@/editor/verdict";
import { Button } from "@/ui/button";
import { Dialog } from "@/ui/overlay";
import { type Draft, drafts, removeDraft } from "./drafts";
import { tellRegistered } from "./use-upload";

/** Shows the first draft there is; when it is done with, the next one. */
export function DraftDialog() {
  const [draft, ...others] = useSyncExternalStore(drafts.subscribe, drafts.get);
  return draft && <OneDraft key={draft.name + draft.text} draft={draft} further={others.length} />;
}

function OneDraft({ draft, further }: { draft: Draft; further: number }) {
  const [text, setText] = useState(draft.text);
  const [asking, setAsking] = useState(false);
  const [busy, setBusy] = useState(false);
  const editor = useRef<EditorHandle>(null);
  const format = formatOf(draft.name) ?? "yaml";
  const checked = useValidation(text, format, draft.problems);
  const open = useOpen();
  const close = () => removeDraft(draft);
  const leave = () => (text === draft.text ? close() : setAsking(true));
  const save = async () => {
    setBusy(true);
    try {
      const { dag_id, created } = await register(draft.name, text);
      tellRegistered({ dagId: dag_id, created }, () => open(dag_id));
      close();
    } catch (error) {
      // What is wrong with the text is marked in it by now; anything else is told here.
      if (!(error instanceof ApiError && error.details.length)) toast.error(asError(error).message);
      setBusy(false);
    }
  };
  return (
    <Dialog
      open
      wide
      onOpenChange={leave}
      onEscape={(event) => leaveToEditor(event)}
      title={draft.problems.length ? `${draft.name} needs mending` : "New DAG"}
      description={
        further
          ? `${further} more to mend after this one.`
          : "Ctrl-Space completes keys and the ids of tasks."
      }
    >
      <div className="space-y-3">
        <Editor
          ref={editor}
          initial={draft.text}
          format={format}
          label={`Text of ${draft.name}`}
          problems={checked.problems}
          onChange={setText}
          autoFocus
          className="h-[46vh]"
        />
        <div className="flex flex-wrap items-center justify-between gap-2">
          {asking ? (
            <Discard onDiscard={close} onKeep={() => setAsking(false)} />
          ) : (
            <>
              <VerdictLine checked={checked} />
              <div className="ml-auto flex gap-2">
                <Button onClick={leave}>{further ? "Leave this one" : "Cancel"}</Button>
                <Button
                  kind="primary"
                  disabled={busy || checked.checking || checked.problems.length > 0}
                  onClick={() => void save()}
                >
                  Register
                </Button>
              </div>
            </>
          )}
        </div>
        <ProblemList problems={checked.problems} onJump={(problem) => editor.current?.jump(problem)} />
      </div>
    </Dialog>
  );
}

function Discard({ onDiscard, onKeep }: { onDiscard: () => void; onKeep: () => void }) {
  return (
    <div role="alert" className="flex flex-1 flex-wrap items-center justify-end gap-2 text-sm">
      <span className="mr-auto">What you wrote is not registered. Throw it away?</span>
      <Button kind="danger" onClick={onDiscard}>
        Throw away
      </Button>
      <Button kind="primary" autoFocus onClick={onKeep}>
        Keep writing
      </Button>
    </div>
  );
}

/** In the editor, Escape closes its own lists and search field and not the dialog. */
function leaveToEditor(event: KeyboardEvent): void {
  if (event.target instanceof Element && event.target.closest(".cm-editor")) event.preventDefault();
}

function useOpen(): (dagId: string) => void {
  const navigate = useNavigate();
  return (dagId) => void navigate({ to: "/ui/dags/$dagId", params: { dagId } });
}
