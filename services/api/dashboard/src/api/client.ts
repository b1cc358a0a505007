/** The typed client: every call either returns the answer's body or throws an `ApiError`. */

import createClient from "openapi-fetch";
import { serverClock } from "@/lib/clock";
import { errorOf, unreachable } from "./errors";
import type { paths } from "./schema";

export const api = createClient<paths>({ baseUrl: "", fetch: reach });

async function reach(request: Request): Promise<Response> {
  const sent = Date.now();
  try {
    const response = await fetch(request);
    serverClock.hear(response.headers.get("date"), sent, Date.now());
    return response;
  } catch (error) {
    if (request.signal.aborted) throw error;
    throw unreachable();
  }
}

interface Answer<T> {
  data?: T;
  error?: unknown;
  response: Response;
}

/** Unwrap an answer of `api`: `await body(api.GET("/runs/{run_id}", …))`. */
export async function body<T>(answer: Promise<Answer<T>>): Promise<NonNullable<T>> {
  const { data, error, response } = await answer;
  if (response.ok && data != null) return data;
  throw errorOf(response.status, error);
}
