/** The API's answers by name. They are generated from its OpenAPI document: `make dashboard-types`. */

import type { components } from "./schema";

type Schemas = components["schemas"];

export type RunEntry = Schemas["RunEntry"];
export type RunList = Schemas["RunList"];
export type RunDetail = Schemas["RunDetail"];
export type TaskView = Schemas["TaskView"];
export type DagEntry = Schemas["DagEntry"];
export type DagDetail = Schemas["DagDetail"];
export type RunStatus = RunEntry["status"];
export type TaskStatus = TaskView["status"];
export type TaskDetail = Schemas["TaskDetail"];
export type Attempt = Schemas["Attempt"];
export type LogLine = Schemas["LogLine"];
export type LogLines = Schemas["LogLines"];
export type Detail = Schemas["Detail"];
