import { useNavigate } from "@tanstack/react-router";
import { FilePlus2, Sparkles } from "lucide-react";
import { useState } from "react";
import { toast } from "sonner";
import { register } from "@/api/definitions";
import { asError } from "@/api/errors";
import { Button } from "@/ui/button";
import { Empty } from "@/ui/notices";
import { addDrafts, newDraft } from "@/upload/drafts";
import SAMPLE from "@/upload/sample.yaml?raw";
import { UploadButton } from "@/upload/upload-button";

/** What an empty deployment says: what a DAG is, and three ways to the first one. */
export function NoDags() {
  const [busy, setBusy] = useState(false);
  const navigate = useNavigate();
  const sample = async () => {
    setBusy(true);
    try {
      const { dag_id } = await register("sample.yaml", SAMPLE);
      void navigate({ to: "/ui/dags/$dagId", params: { dagId: dag_id }, search: { tab: "graph" } });
    } catch (error) {
      toast.error(asError(error).message);
      setBusy(false);
    }
  };
  return (
    <Empty title="No DAGs yet">
      <p>
        A DAG is a set of tasks, shell commands or Python functions, and what each of them waits for, written
        in YAML or JSON. Drop its file anywhere on this page, or begin here.
      </p>
      <div className="mt-4 flex flex-wrap justify-center gap-2">
        <Button kind="primary" disabled={busy} onClick={() => void sample()}>
          <Sparkles aria-hidden className="size-4" /> Register the sample DAG
        </Button>
        <UploadButton />
        <Button onClick={() => addDrafts([newDraft()])}>
          <FilePlus2 aria-hidden className="size-4" /> Write one
        </Button>
      </div>
      <p className="mt-4">
        From a shell: <code className="font-mono text-text">penstock dag register my_dag.yaml</code>
      </p>
    </Empty>
  );
}
