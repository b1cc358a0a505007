/** The API's answers by name. They are generated from its OpenAPI document: `make dashboard-types`. */

import type { components } from "./schema";

type Schemas = components["schemas"];

export type RunEntry = Schemas["RunEntry"];
export type RunList = Schemas["RunList"];
export type RunDetail = Schemas["RunDetail"];
export type TaskView = Schemas["TaskView"];
export type DagEntry = Schemas["DagEntry"];
export type DagWithRuns = Schemas["DagWithRuns"];
export type DagRunsList = Schemas["DagRunsList"];
export type Validation = Schemas["Validation"];
export type VersionEntry = Schemas["VersionEntry"];
export type DagGrid = Schemas["DagGrid"];
export type GridRun = Schemas["GridRun"];
export type GridTask = Schemas["GridTask"];
export type RunStatus = RunEntry["status"];
export type TaskStatus = TaskView["status"];
export type TaskDetail = Schemas["TaskDetail"];
export type Attempt = Schemas["Attempt"];
export type LogLine = Schemas["LogLine"];
export type LogLines = Schemas["LogLines"];
export type Detail = Schemas["Detail"];
export type Overview = Schemas["Overview"];
export type Figures = Schemas["Figures"];
export type Sample = Schemas["Sample"];
export type Worker = Schemas["Worker"];
export type Scheduler = Schemas["Scheduler"];
export type SystemState = Schemas["SystemState"];
export type PartitionMetrics = Schemas["PartitionMetrics"];
export type DeadLetterEntry = Schemas["DeadLetterEntry"];
