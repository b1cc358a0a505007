import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { type Format, readDefinition } from "@/api/definitions";
import type { VersionEntry } from "@/api/types";
import { Select } from "@/ui/fields";
import { Failure, Loading } from "@/ui/notices";
import { Panel } from "@/ui/panel";
import { DefinitionEditor } from "./definition-editor";

/** The text of a version never changes: once read it is kept. */
export function useDefinition(dagId: string, version: string | undefined, format: Format) {
  return useQuery({
    queryKey: ["definition", dagId, version, format],
    queryFn: () => readDefinition(dagId, version, format),
    enabled: version !== undefined,
    refetchOnMount: false,
  });
}

const SETTLE_FIRST = "Save or revert what you have changed first";

/** A definition to read and to change; what is saved becomes the next version. */
export function DefinitionTab(props: {
  dagId: string;
  versions: readonly VersionEntry[];
  /** The version to begin with; the current one without. */
  version: string | undefined;
  onVersion: (version: string | undefined) => void;
}) {
  const { dagId, versions, onVersion } = props;
  const current = versions.find((one) => one.current);
  // The version that was current when the tab was opened: what is written upon it is not thrown away for a newer one.
  const [began, setBegan] = useState(current?.version);
  const version = versions.some((one) => one.version === props.version) ? props.version : began;
  const [format, setFormat] = useState<Format>("yaml");
  const [dirty, setDirty] = useState(false);
  const choose = (chosen: string) => {
    if (chosen === current?.version) setBegan(chosen);
    onVersion(chosen === current?.version ? undefined : chosen);
  };
  const { data, error, refetch } = useDefinition(dagId, version, format);
  return (
    <Panel
      title="Definition"
      actions={
        <>
          <Select
            aria-label="Version"
            className="max-w-56"
            value={version}
            disabled={dirty}
            title={dirty ? SETTLE_FIRST : undefined}
            onChange={(event) => choose(event.target.value)}
          >
            {versions.map((one) => (
              <option key={one.version} value={one.version}>
                {one.version.slice(0, 12)}
                {one.current ? " (current)" : ""}
              </option>
            ))}
          </Select>
          <Select
            aria-label="Format"
            value={format}
            disabled={dirty}
            title={dirty ? SETTLE_FIRST : undefined}
            onChange={(event) => setFormat(event.target.value as Format)}
          >
            <option value="yaml">YAML</option>
            <option value="json">JSON</option>
          </Select>
        </>
      }
    >
      {data !== undefined && (
        <DefinitionEditor
          key={`${version} ${format}`}
          dagId={dagId}
          base={data}
          format={format}
          onDirty={setDirty}
          overtaken={began !== current?.version}
          onSaved={(saved) => {
            setBegan(saved);
            onVersion(undefined);
          }}
        />
      )}
      {data === undefined &&
        (error ? (
          <Failure error={error} retry={() => void refetch()} />
        ) : (
          <Loading what="Reading the definition" />
        ))}
    </Panel>
  );
}
