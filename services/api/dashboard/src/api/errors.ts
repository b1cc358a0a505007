/** What can go wrong when the API is asked, in words for the person who looks. */

import type { components } from "./schema";

export type Detail = components["schemas"]["Detail"];

/** The API answered with an error, or not at all (status 0). */
export class ApiError extends Error {
  override readonly name = "ApiError";

  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly details: readonly Detail[] = [],
  ) {
    super(message);
  }

  /** Whether the same request may succeed later without anybody changing anything. */
  get passing(): boolean {
    return this.status === 0 || this.status >= 500;
  }
}

/** Return the error that an answer with a status of 400 or above stands for. */
export function errorOf(status: number, body: unknown): ApiError {
  const error = isErrorAnswer(body) ? body.error : undefined;
  if (error) return new ApiError(status, error.code, error.message, error.details ?? []);
  return new ApiError(
    status,
    "unreadable_answer",
    `The API answered with status ${status} and nothing readable.`,
  );
}

export function unreachable(): ApiError {
  return new ApiError(
    0,
    "unreachable",
    "The API does not answer. Is `penstock up` (or its container) running?",
  );
}

/** Return any thrown value as an error with a message to show. */
export function asError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(String(thrown));
}

interface ErrorAnswer {
  error: { code: string; message: string; details?: Detail[] };
}

function isErrorAnswer(body: unknown): body is ErrorAnswer {
  return (
    typeof body === "object" &&
    body !== null &&
    "error" in body &&
    typeof body.error === "object" &&
    body.error !== null &&
    "message" in body.error
  );
}
