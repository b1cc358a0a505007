import { useState } from "react";
import type { Format } from "@/api/definitions";
import type { VersionEntry } from "@/api/types";
import { useDefinition } from "@/api/use-definition";
import { shortVersion } from "@/lib/format";
import { Select } from "@/ui/fields";
import { Failure, Loading } from "@/ui/notices";
import { Panel } from "@/ui/panel";
import { DefinitionEditor } from "./definition-editor";

/** A definition to read and to change; what is saved becomes the next version. */
export function DefinitionTab(props: {
  dagId: string;
  versions: readonly VersionEntry[];
  /** The version to begin with; the current one without. */
  version: string | undefined;
  onVersion: (version: string | undefined) => void;
  format: Format;
  onFormat: (format: Format) => void;
}) {
  const { dagId, versions, onVersion, format, onFormat } = props;
  const current = versions.find((one) => one.current);
  const { version, began, pin } = usePinned(versions, props.version);
  const { data, error, refetch } = useDefinition(dagId, version, format);
  const overtaken = began !== current?.version;
  return (
    <Panel
      title="Definition"
      actions={
        <>
          <Select
            aria-label="Version"
            className="max-w-56"
            value={version}
            onChange={(event) =>
              // By its name where another one was current before, so that the address changes and one is asked.
              onVersion(
                event.target.value === current?.version && !overtaken ? undefined : event.target.value,
              )
            }
          >
            {versions.map((one) => (
              <option key={one.version} value={one.version} title={one.version}>
                {shortVersion(one.version)}
                {one.current ? " (current)" : ""}
              </option>
            ))}
          </Select>
          <Select
            aria-label="Format"
            value={format}
            onChange={(event) => onFormat(event.target.value as Format)}
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
          overtaken={overtaken}
          onSaved={(saved) => {
            pin(saved);
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

/**
 * The version that is open: the one asked for, else the one that was current when the tab was opened. It stays when
 * others register newer ones, so that what is being written does not vanish; `began` is what was current then.
 */
function usePinned(versions: readonly VersionEntry[], asked: string | undefined) {
  const current = versions.find((one) => one.current)?.version;
  const known = versions.some((one) => one.version === asked);
  const fresh = { asked, version: known ? asked : current, began: current };
  const [pinned, setPinned] = useState(fresh);
  if (pinned.asked !== asked) setPinned(fresh);
  const { version, began } = pinned.asked === asked ? pinned : fresh;
  return { version, began, pin: (saved: string) => setPinned({ asked, version: saved, began: saved }) };
}
