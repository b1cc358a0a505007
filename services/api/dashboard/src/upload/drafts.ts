/** Texts that are being written or mended in the editor dialog, which lives in the shell and so on every page. */

import type { Detail } from "@/api/types";
import { Value } from "@/lib/external";

export interface Draft {
  /** The name of the file; its ending says how the text is read. */
  readonly name: string;
  readonly text: string;
  readonly problems: readonly Detail[];
}

export const drafts = new Value<readonly Draft[]>([]);

export function addDrafts(more: readonly Draft[]): void {
  drafts.set([...drafts.get(), ...more]);
}

export function removeDraft(draft: Draft): void {
  drafts.set(drafts.get().filter((other) => other !== draft));
}

export function newDraft(): Draft {
  return { name: "new.yaml", text: TEMPLATE, problems: [] };
}

const TEMPLATE = `id: my_dag
name: My first DAG
description: ""
tasks:
  fetch:
    name: Fetch the data
    command: echo "fetched"
  report:
    name: Write the report
    command: echo "written"
    dependencies: [fetch]
    retries: 2
    timeout_seconds: 60
`;
