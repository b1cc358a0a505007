import type { GridTask } from "@/api/types";

/**
 * Return the numbers of the tasks so that each comes after all it depends on, otherwise in the order written.
 *
 * Tasks of several versions together may depend on each other in a ring: it is broken where it is met.
 */
export function topologicalOrder(tasks: readonly Pick<GridTask, "task_id" | "dependencies">[]): number[] {
  const numbers = new Map(tasks.map(({ task_id }, number) => [task_id, number]));
  const order: number[] = [];
  const seen = new Uint8Array(tasks.length);
  for (let first = 0; first < tasks.length; first++) {
    // Depth first without recursion: a chain of 50,000 tasks is deeper than the stack.
    const path: { number: number; next: number }[] = [];
    const enter = (number: number) => {
      if (seen[number]) return;
      seen[number] = 1;
      path.push({ number, next: 0 });
    };
    enter(first);
    for (let top = path.at(-1); top; top = path.at(-1)) {
      const dependency: string | undefined = tasks[top.number]?.dependencies[top.next++];
      if (dependency === undefined) {
        order.push(top.number);
        path.pop();
      } else {
        const number = numbers.get(dependency);
        if (number !== undefined) enter(number);
      }
    }
  }
  return order;
}
