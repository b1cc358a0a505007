import type { Message } from "@/live/stream";

/** Return whether an event changes what is told of the task: it is about the task, its run, or the log they stand in. */
export function concerns(message: Message, taskId: string): boolean {
  if (message.type.startsWith("Run") || message.type === "LogForked") return true;
  // Most events are about other tasks: what cannot hold the id need not be read.
  if (/^[\w.-]*$/.test(taskId) && !message.data.includes(taskId)) return false;
  const event = JSON.parse(message.data) as { task_id?: unknown };
  return event.task_id === taskId;
}
