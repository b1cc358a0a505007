/** The id of a task beside its name, giving way to it where there is little room; nothing where the name is the id. */
export function TaskId({ taskId, name }: { taskId: string; name: string }) {
  if (name === taskId) return null;
  return <bdi className="min-w-0 shrink-[3] truncate font-mono text-dim text-xs">{taskId}</bdi>;
}
