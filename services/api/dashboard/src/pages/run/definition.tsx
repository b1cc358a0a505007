import { useQuery } from "@tanstack/react-query";
import { api, body } from "@/api/client";
import type { RunDetail } from "@/api/types";
import { CopyButton } from "@/ui/fields";
import { Failure, Loading } from "@/ui/notices";

/** The definition in the version that this run executes: it never changes, so it is read once. */
export function Definition({ detail }: { detail: RunDetail }) {
  const { dag_id, dag_version } = detail;
  const text = useQuery({
    queryKey: ["definition", dag_id, dag_version, "yaml"],
    queryFn: () =>
      body(
        api.GET("/dags/{dag_id}/definition", {
          params: { path: { dag_id }, query: { version: dag_version, format: "yaml" } },
          parseAs: "text",
        }),
      ) as Promise<string>,
    refetchOnMount: false,
    gcTime: Number.POSITIVE_INFINITY,
  });
  if (text.error) return <Failure error={text.error} retry={() => void text.refetch()} />;
  if (text.data === undefined) return <Loading what="Reading the definition" />;
  return (
    <div className="flex h-full min-h-72 flex-col">
      <p className="flex items-center gap-2 border-line border-b px-3 py-1 text-dim text-xs">
        As this run executes it, version <span className="font-mono">{dag_version.slice(0, 8)}</span>
        <span className="ml-auto">
          <CopyButton text={text.data} label="Copy the definition" />
        </span>
      </p>
      <section
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls can be reached by key
        tabIndex={0}
        aria-label="Definition as YAML"
        className="min-h-0 flex-1 overflow-auto p-3 focus-visible:-outline-offset-2"
        data-arrows
      >
        <pre className="font-mono text-xs leading-5">{text.data}</pre>
      </section>
    </div>
  );
}
