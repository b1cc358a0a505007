import { useQuery } from "@tanstack/react-query";
import { api, body } from "@/api/client";
import type { RunDetail } from "@/api/types";
import { Reader } from "@/editor/lazy";
import { CopyButton } from "@/ui/fields";
import { Failure, Loading } from "@/ui/notices";

const SHORT_VERSION = 8;

/** The definition in the version that this run executes: it never changes, so it is read once. */
export function Definition({ detail }: { detail: RunDetail }) {
  const { dag_id, dag_version } = detail;
  const query = { version: dag_version, format: "yaml" as const };
  const text = useQuery({
    queryKey: ["definition", dag_id, dag_version, "yaml"],
    queryFn: () =>
      body<string>(
        api.GET("/dags/{dag_id}/definition", { params: { path: { dag_id }, query }, parseAs: "text" }),
      ),
    refetchOnMount: false,
    gcTime: Number.POSITIVE_INFINITY,
  });
  if (text.error) return <Failure error={text.error} retry={() => void text.refetch()} />;
  if (text.data === undefined) return <Loading what="Reading the definition" />;
  return (
    <div className="flex h-full min-h-72 flex-col">
      <p className="flex items-center gap-1.5 border-line border-b px-3 py-1 text-dim text-xs">
        As this run executes it: version{" "}
        <span className="font-mono">{dag_version.slice(0, SHORT_VERSION)}</span>
        <span className="ml-auto">
          <CopyButton text={text.data} label="Copy the definition" />
        </span>
      </p>
      <Reader text={text.data} format="yaml" label="Definition as YAML" className="min-h-0 flex-1" />
    </div>
  );
}
