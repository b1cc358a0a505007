import { Save } from "lucide-react";
import { useState } from "react";
import type { Format } from "@/api/definitions";
import type { Validation } from "@/api/types";
import { Diff } from "@/editor/lazy";
import { Button } from "@/ui/button";
import { Dialog } from "@/ui/overlay";

/** What will change, before it does. */
export function SaveDialog(props: {
  dagId: string;
  before: string;
  after: string;
  format: Format;
  answer: Validation | null;
  onSave: () => Promise<boolean>;
  onClose: () => void;
}) {
  const [busy, setBusy] = useState(false);
  const save = async () => {
    setBusy(true);
    if (await props.onSave()) props.onClose();
    else setBusy(false);
  };
  return (
    <Dialog
      open
      wide
      onOpenChange={props.onClose}
      title="Save as a new version"
      description={consequence(props)}
    >
      <Diff before={props.before} after={props.after} format={props.format} className="max-h-[56vh]" />
      <div className="mt-3 flex justify-end gap-2">
        <Button onClick={props.onClose}>Back</Button>
        <Button kind="primary" disabled={busy} onClick={() => void save()}>
          <Save aria-hidden className="size-4" /> Save
        </Button>
      </div>
    </Dialog>
  );
}

function consequence({ dagId, answer }: { dagId: string; answer: Validation | null }): string {
  if (answer?.dag_id && answer.dag_id !== dagId) {
    return `The id is another one: this becomes a version of ${answer.dag_id}, and ${dagId} stays as it is.`;
  }
  if (answer?.known) return "This content was registered before: it becomes the current version again.";
  return "The next run will follow it. Runs that have begun go on with the version they have.";
}
