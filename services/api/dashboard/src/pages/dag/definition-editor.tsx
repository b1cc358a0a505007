import { useQueryClient } from "@tanstack/react-query";
import { useBlocker, useNavigate } from "@tanstack/react-router";
import { Save, Undo2 } from "lucide-react";
import { useRef, useState } from "react";
import { toast } from "sonner";
import { type Format, register } from "@/api/definitions";
import { asError } from "@/api/errors";
import type { EditorHandle } from "@/editor/code-editor";
import { Editor } from "@/editor/lazy";
import { type Checked, useValidation } from "@/editor/use-validation";
import { ProblemList, VerdictLine } from "@/editor/verdict";
import { shortVersion } from "@/lib/format";
import { Button } from "@/ui/button";
import { Dialog } from "@/ui/overlay";
import { tellRegistered } from "@/upload/use-upload";
import { SaveDialog } from "./save-dialog";

interface Props {
  dagId: string;
  /** The text to begin with. */
  base: string;
  format: Format;
  /** Whether somebody registered a newer version in the meantime. */
  overtaken: boolean;
  onSaved: (version: string) => void;
}

export function DefinitionEditor({ dagId, base, format, overtaken, onSaved }: Props) {
  const [text, setText] = useState(base);
  const [times, setTimes] = useState(0);
  const [reviewing, setReviewing] = useState(false);
  const editor = useRef<EditorHandle>(null);
  const checked = useValidation(text, format);
  const dirty = text !== base;
  const save = useSave(dagId, text, format, onSaved, () => setText(base));
  const revert = () => {
    setText(base);
    setTimes(times + 1);
  };
  return (
    <div className="space-y-3">
      {overtaken && (
        <p role="status" className="rounded-md border border-s-ready border-line bg-sunken px-3 py-2 text-sm">
          A newer version was registered since you began.{" "}
          {dirty ? "Saving yours makes it the current one." : "Choose it above to read it."}
        </p>
      )}
      <Editor
        key={times}
        ref={editor}
        initial={base}
        format={format}
        label={`Definition of ${dagId}`}
        problems={checked.problems}
        onChange={setText}
        className="h-[calc(100dvh-25rem)] min-h-72"
      />
      <div className="flex min-h-8 flex-wrap items-center justify-between gap-2">
        <VerdictLine checked={checked} />
        <div className="ml-auto flex gap-2">
          <Button disabled={!dirty} onClick={revert}>
            <Undo2 aria-hidden className="size-4" /> Revert
          </Button>
          <Button kind="primary" disabled={!dirty || !mayBeSaved(checked)} onClick={() => setReviewing(true)}>
            <Save aria-hidden className="size-4" /> Review and save
          </Button>
        </div>
      </div>
      <ProblemList problems={checked.problems} onJump={(problem) => editor.current?.jump(problem)} />
      {reviewing && (
        <SaveDialog
          dagId={dagId}
          before={base}
          after={text}
          format={format}
          answer={checked.answer}
          onSave={save}
          onClose={() => setReviewing(false)}
        />
      )}
      <LeaveGuard dirty={dirty} />
    </div>
  );
}

function mayBeSaved({ checking, answer }: Checked): boolean {
  return !checking && answer?.valid === true;
}

/** Register the text; resolves to whether that went well. */
function useSave(
  dagId: string,
  text: string,
  format: Format,
  onSaved: (version: string) => void,
  clean: () => void,
): () => Promise<boolean> {
  const client = useQueryClient();
  const navigate = useNavigate();
  const open = (other: string) => void navigate({ to: "/ui/dags/$dagId", params: { dagId: other } });
  return async () => {
    try {
      const saved = await register(`${dagId}.${format}`, text);
      clean();
      if (saved.dag_id === dagId) {
        await client.invalidateQueries({ queryKey: ["dag", dagId] });
        onSaved(saved.version);
        toast.success(`Saved: version ${shortVersion(saved.version)} is the current one`);
      } else {
        tellRegistered({ dagId: saved.dag_id, created: saved.created }, () => open(saved.dag_id));
      }
      return true;
    } catch (error) {
      toast.error(asError(error).message);
      return false;
    }
  };
}

/** Asks before what was written is lost, also where the tab of the browser is closed. */
function LeaveGuard({ dirty }: { dirty: boolean }) {
  const blocker = useBlocker({
    shouldBlockFn: () => dirty,
    enableBeforeUnload: () => dirty,
    withResolver: true,
  });
  if (blocker.status !== "blocked") return null;
  return (
    <Dialog
      open
      onOpenChange={blocker.reset}
      title="Leave without saving?"
      description="What you changed in the definition would be lost."
    >
      <div className="flex justify-end gap-2">
        <Button kind="danger" onClick={blocker.proceed}>
          Leave
        </Button>
        <Button kind="primary" onClick={blocker.reset}>
          Keep writing
        </Button>
      </div>
    </Dialog>
  );
}
