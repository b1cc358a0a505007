import type { RunDetail } from "@/api/types";
import { useDefinition } from "@/api/use-definition";
import { Reader } from "@/editor/lazy";
import { shortVersion } from "@/lib/format";
import { CopyButton } from "@/ui/fields";
import { Failure, Loading } from "@/ui/notices";

/** The definition in the version that this run executes: it never changes, so it is read once. */
export function Definition({ detail }: { detail: RunDetail }) {
  const { dag_id, dag_version } = detail;
  const text = useDefinition(dag_id, dag_version, "yaml");
  if (text.error) return <Failure error={text.error} retry={() => void text.refetch()} />;
  if (text.data === undefined) return <Loading what="Reading the definition" />;
  return (
    <div className="flex h-full min-h-72 flex-col">
      <p className="flex items-center gap-1.5 border-line border-b px-3 py-1 text-dim text-xs">
        As this run executes it: version{" "}
        <span className="font-mono" title={dag_version}>
          {shortVersion(dag_version)}
        </span>
        <span className="ml-auto">
          <CopyButton text={text.data} label="Copy the definition" />
        </span>
      </p>
      <Reader text={text.data} format="yaml" label="Definition as YAML" className="min-h-0 flex-1" />
    </div>
  );
}
