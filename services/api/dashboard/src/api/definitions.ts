/** Definitions as text: read one, register one, and ask whether a text is one. */

import { api, body } from "./client";
import type { Validation } from "./types";

export type Format = "yaml" | "json";

/** Return what a file is read as, undefined for a name that the API does not take. */
export function formatOf(filename: string): Format | undefined {
  const ending = /\.(json|ya?ml)$/i.exec(filename)?.[1]?.toLowerCase();
  if (ending === undefined) return undefined;
  return ending === "json" ? "json" : "yaml";
}

/**
 * Register a definition under the name of a file.
 *
 * @throws ApiError it was refused; `details` say where and why.
 */
export function register(filename: string, content: Blob | string) {
  const form = new FormData();
  form.set("file", typeof content === "string" ? new Blob([content]) : content, filename);
  return body(api.POST("/dags/upload", { body: { file: "" }, bodySerializer: () => form }));
}

/**
 * Ask whether a text is a definition, and what is wrong with it where it is none.
 *
 * @throws ApiError it is too large to look at, or the API does not answer.
 */
export function validate(text: string, format: Format, signal: AbortSignal): Promise<Validation> {
  return body(
    api.POST("/dags/validate", {
      params: { query: { format } },
      headers: { "Content-Type": "text/plain" },
      body: text,
      bodySerializer: (plain) => plain,
      signal,
    }),
  );
}

/** Read a version of a DAG (the current one by default) as a text to edit. */
export function readDefinition(dagId: string, version: string | undefined, format: Format): Promise<string> {
  return body(
    api.GET("/dags/{dag_id}/definition", {
      params: { path: { dag_id: dagId }, query: { format, ...(version && { version }) } },
      parseAs: "text",
    }),
  );
}
