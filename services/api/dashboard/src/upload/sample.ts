/** The first definition that an empty deployment offers. It is `examples/sample.yaml`; a test keeps it so. */
export const SAMPLE = `id: sample
name: Sample DAG
tags: [example]
tasks:
  task_a:
    id: task_a
    name: Echo A
    command: echo "A"
    retries: 1
    retry_delay_seconds: 3
    timeout_seconds: 30
  task_b:
    id: task_b
    name: Callable B
    callable: examples.sample_module:do_b
    dependencies: [task_a]
    retries: 2
    metadata:
      message: "hello"
  task_c:
    id: task_c
    name: Echo C
    command: sleep 1 && echo "C"
    dependencies: [task_a]
    timeout_seconds: 60
  task_d:
    id: task_d
    name: Done
    command: echo "done"
    dependencies: [task_b, task_c]
    retries: 0
`;
