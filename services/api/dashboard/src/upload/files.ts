/** From files that somebody chose to definitions that are registered, or texts that must be mended first. */

import { formatOf, register } from "@/api/definitions";
import { ApiError, asError } from "@/api/errors";
import type { Draft } from "./drafts";

const AT_ONCE = 4;
/** Beyond this a text is not opened for mending: whoever wrote it has better tools than a page. */
const MOST_EDITABLE_BYTES = 2 * 1024 * 1024;

/** How a file fared. `refused` cannot be mended here; `mend` can. */
export type Outcome =
  | { kind: "registered"; file: string; dagId: string; version: string; created: boolean }
  | { kind: "mend"; file: string; draft: Draft }
  | { kind: "refused"; file: string; why: string };

/** Register every file; the outcomes stand in the order of the files. */
export async function registerFiles(files: readonly File[]): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  let next = 0;
  const work = async () => {
    for (let at = next++; at < files.length; at = next++) {
      const file = files[at];
      if (file) outcomes[at] = await registerFile(file);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return outcomes;
}

async function registerFile(file: File): Promise<Outcome> {
  if (!formatOf(file.name)) {
    return { kind: "refused", file: file.name, why: "A definition is a .json, .yaml or .yml file." };
  }
  try {
    const { dag_id, version, created } = await register(file.name, file);
    return { kind: "registered", file: file.name, dagId: dag_id, version, created };
  } catch (error) {
    return (await mendable(file, error)) ?? { kind: "refused", file: file.name, why: asError(error).message };
  }
}

/** Return what to mend where the API found fault with the text itself, and the text can be read here. */
async function mendable(file: File, error: unknown): Promise<Outcome | undefined> {
  if (!(error instanceof ApiError) || error.passing || file.size > MOST_EDITABLE_BYTES) return undefined;
  try {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(await file.arrayBuffer());
    const problems = error.details.length
      ? error.details
      : [{ field: "file", message: error.message, line: 0, column: 0 }];
    return { kind: "mend", file: file.name, draft: { name: file.name, text, problems } };
  } catch {
    // No text, or no file (a folder was dropped): the API's own words say more than an editor could.
    return undefined;
  }
}
