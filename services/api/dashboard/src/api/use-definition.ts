import { useQuery } from "@tanstack/react-query";
import { type Format, readDefinition } from "./definitions";

/** The text of a version, which never changes: once read it is not read again as long as somebody looks at it. */
export function useDefinition(dagId: string, version: string | undefined, format: Format) {
  return useQuery({
    queryKey: ["definition", dagId, version, format],
    queryFn: () => readDefinition(dagId, version, format),
    enabled: version !== undefined,
    refetchOnMount: false,
  });
}
