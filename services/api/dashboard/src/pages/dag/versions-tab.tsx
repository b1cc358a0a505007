import { Link } from "@tanstack/react-router";
import clsx from "clsx";
import type { VersionEntry } from "@/api/types";
import { useDefinition } from "@/api/use-definition";
import { Diff } from "@/editor/lazy";
import { count, shortVersion } from "@/lib/format";
import { Failure, Loading } from "@/ui/notices";
import { Panel } from "@/ui/panel";
import { Ago } from "@/ui/time";

/** Every version of a DAG, and what differs between two of them. */
export function VersionsTab(props: {
  dagId: string;
  versions: readonly VersionEntry[];
  version: string | undefined;
  against: string | undefined;
  onChoose: (choice: { version?: string; against?: string }) => void;
}) {
  const { dagId, versions, onChoose } = props;
  const known = (version: string | undefined) => versions.find((one) => one.version === version);
  const after = known(props.version) ?? versions[0];
  const before = known(props.against) ?? versions[after ? versions.indexOf(after) + 1 : 0] ?? versions.at(-1);
  return (
    <div className="space-y-4">
      <Panel title="Versions" flush>
        <div className="max-h-72 overflow-auto">
          <table className="w-full text-sm">
            <thead className="sticky top-0 bg-panel text-dim text-xs">
              <tr className="border-line border-b text-left">
                <th className="w-16 px-3.5 py-1.5 font-normal">Before</th>
                <th className="w-16 py-1.5 pr-3.5 font-normal">After</th>
                <th className="py-1.5 font-normal">Version</th>
                <th className="hidden py-1.5 font-normal md:table-cell">Name</th>
                <th className="hidden py-1.5 pr-4 text-right font-normal sm:table-cell">Tasks</th>
                <th className="py-1.5 font-normal">Registered</th>
                <th className="w-10 py-1.5 pr-3.5">
                  <span className="sr-only">Actions</span>
                </th>
              </tr>
            </thead>
            <tbody>
              {versions.map((one) => (
                <Row
                  key={one.version}
                  one={one}
                  before={one === before}
                  after={one === after}
                  onBefore={() => onChoose({ against: one.version })}
                  onAfter={() => onChoose({ version: one.version })}
                />
              ))}
            </tbody>
          </table>
        </div>
      </Panel>
      {after && before && after !== before ? (
        <Comparison dagId={dagId} before={before.version} after={after.version} />
      ) : (
        <p className="text-dim text-sm">
          {versions.length > 1
            ? "Choose two versions to see what differs."
            : "There is one version so far. Change the definition, or drop a changed file, and the two can be compared here."}
        </p>
      )}
    </div>
  );
}

function Row(props: {
  one: VersionEntry;
  before: boolean;
  after: boolean;
  onBefore: () => void;
  onAfter: () => void;
}) {
  const { one } = props;
  const short = shortVersion(one.version);
  return (
    <tr className={clsx("border-line border-b last:border-0", (props.before || props.after) && "bg-sunken")}>
      <td className="px-3.5 py-1.5">
        <input
          type="radio"
          name="before"
          aria-label={`Before: ${short}`}
          checked={props.before}
          onChange={props.onBefore}
          className="accent-accent"
        />
      </td>
      <td className="py-1.5">
        <input
          type="radio"
          name="after"
          aria-label={`After: ${short}`}
          checked={props.after}
          onChange={props.onAfter}
          className="accent-accent"
        />
      </td>
      <td className="py-1.5 pr-3 font-mono text-xs" title={one.version}>
        {short}
        {one.current && (
          <span className="ml-2 rounded bg-accent-soft px-1.5 py-0.5 font-sans text-text text-xs">
            current
          </span>
        )}
      </td>
      <td className="hidden max-w-60 truncate py-1.5 pr-3 md:table-cell">{one.name}</td>
      <td className="tabular hidden py-1.5 pr-4 text-right sm:table-cell">{count(one.task_count)}</td>
      <td className="py-1.5 pr-3 text-dim">
        <Ago at={one.registered_at} absent="just now" />
      </td>
      <td className="py-1.5 pr-3.5 text-right">
        <Link
          to="/ui/dags/$dagId"
          params={{ dagId: one.dag_id }}
          search={{ tab: "definition", version: one.version }}
          className="text-accent hover:underline"
          aria-label={`Open version ${short} in the editor`}
        >
          Open
        </Link>
      </td>
    </tr>
  );
}

function Comparison({ dagId, before, after }: { dagId: string; before: string; after: string }) {
  const one = useDefinition(dagId, before, "yaml");
  const other = useDefinition(dagId, after, "yaml");
  const error = one.error ?? other.error;
  return (
    <Panel
      title={
        <span className="font-mono font-normal text-xs">
          <span title={before}>{shortVersion(before)}</span> →{" "}
          <span title={after}>{shortVersion(after)}</span>
        </span>
      }
      flush
    >
      {one.data !== undefined && other.data !== undefined ? (
        <Diff before={one.data} after={other.data} format="yaml" className="min-h-40 border-0" />
      ) : error ? (
        <Failure error={error} retry={() => void Promise.all([one.refetch(), other.refetch()])} />
      ) : (
        <Loading what="Reading both versions" />
      )}
    </Panel>
  );
}
