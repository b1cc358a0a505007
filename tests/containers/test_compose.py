"""The walk of an operator through docker-compose.yml, with real containers: start, scale, kill, upgrade, stop."""

import itertools
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from compose_kit import OURS, SERVICES, Deployment, deployed, docker, engine
from penstock.client import ApiError, ApiUnreachableError, Client
from penstock.core.dag import DagSpec, TaskSpec
from up_kit import wait_until

ROOT = Path(__file__).resolve().parents[2]
MODULE = "import os\n\ndef where() -> dict[str, str]:\n    return {'file': __file__, 'folder': os.getcwd()}\n"
DRAIN_S = 4

pytestmark = [
    pytest.mark.containers,
    pytest.mark.timeout(900),
    pytest.mark.skipif(engine() is not None, reason=str(engine())),
]


@pytest.fixture(scope="module")
def deployment(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployment]:
    """Everything up, with four workers."""
    dags = tmp_path_factory.mktemp("dags")
    dags.chmod(0o755)  # the worker's user is nobody here
    (dags / "reports.py").write_text(MODULE)
    with deployed(dags, "--scale=worker=4", PENSTOCK_DRAIN_GRACE_SECONDS=str(DRAIN_S)) as running:
        yield running


@pytest.fixture
def whole_afterwards(deployment: Deployment) -> Iterator[None]:
    """Whatever the test has done: the log is gapless, and every state is what the log says."""
    yield
    deployment.await_health()
    verdicts = deployment.verdict()
    assert len(verdicts) == 8
    assert not any(verdict["problems"] for verdict in verdicts), verdicts


def one_task(dag_id: str, **task: object) -> DagSpec:
    return DagSpec(id=dag_id, name=dag_id, tasks={"only": TaskSpec(id="only", name="only", **task)})  # type: ignore[arg-type]


def answer_of(deployment: Deployment, spec: DagSpec | Path) -> object:
    """Run a DAG to its end; return what its tasks returned, by task."""
    with Client(deployment.url) as client:
        dag_id = client.register(spec).dag_id
        run = client.wait(client.run(dag_id).run_id, timeout_seconds=60)
        assert run.status == "succeeded", run
        return {task.task_id: task.output for task in run.tasks}


class Traffic:
    """Runs that are asked for again and again, as a client does that knows about idempotency keys."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.runs: list[str] = []
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._ask)

    @contextmanager
    def flowing(self) -> Iterator["Traffic"]:
        before = {"t0": (), "t1": ("t0",), "t2": ("t1",)}
        chain = {
            name: TaskSpec(id=name, name=name, command="sleep 0.2", dependencies=dependencies)
            for name, dependencies in before.items()
        }
        with Client(self.url) as client:
            client.register(DagSpec(id="chain", name="Chain", tasks=chain))
        self._thread.start()
        try:
            yield self
        finally:
            self._over.set()
            self._thread.join()

    def _ask(self) -> None:
        with Client(self.url) as client:
            for key in (f"{id(self)}-{number}" for number in itertools.count()):
                while not self._over.wait(0.1):
                    try:
                        self.runs.append(client.run("chain", idempotency_key=key).run_id)
                        break
                    except (ApiError, ApiUnreachableError):
                        continue
                else:
                    return

    def grows(self) -> None:
        """Wait until more runs were accepted."""
        enough = len(self.runs) + 5
        wait_until("more runs are accepted", lambda: len(self.runs) >= enough)

    def events_of_ended_runs(self) -> list[list[str]]:
        """Wait for the end of every run; return the types of its events."""
        with Client(self.url) as client:
            for run_id in self.runs:
                assert client.wait(run_id, timeout_seconds=120).status == "succeeded"
            return [[event.type for event in client.events(run_id)] for run_id in self.runs]


@pytest.mark.usefixtures("whole_afterwards")
def test_the_sample_runs_and_the_dashboard_is_served(deployment: Deployment) -> None:
    answer = answer_of(deployment, ROOT / "examples" / "sample.yaml")
    assert isinstance(answer, dict)
    assert answer["task_b"]["message"] == "hello"
    page = httpx.get(deployment.url, follow_redirects=True)
    assert page.headers["content-type"].startswith("text/html")
    assert "Penstock" in page.text


def test_a_callable_of_the_mounted_folder_runs_where_it_may_write(deployment: Deployment) -> None:
    answer = answer_of(deployment, one_task("reports", callable="reports:where"))
    assert answer == {"only": {"file": "/dags/reports.py", "folder": "/tmp"}}


def test_a_task_sees_neither_the_servers_address_nor_its_password(deployment: Deployment) -> None:
    answer_of(deployment, one_task("curious", command="! env | grep -i -e redis -e valkey"))


def test_nothing_has_more_rights_than_it_needs(deployment: Deployment) -> None:
    for service in SERVICES:
        for container in deployment.inspect(service):
            host, user = container["HostConfig"], container["Config"]["User"]
            assert user.partition(":")[0].isdigit(), (service, user)
            assert user.partition(":")[0] != "0", service
            assert host["ReadonlyRootfs"], service
            assert host["CapDrop"] == ["ALL"], service
            assert any(option.startswith("no-new-privileges") for option in host["SecurityOpt"]), service
            assert not host["Privileged"], service
            assert host["RestartPolicy"]["Name"] == "unless-stopped"
            assert not any("docker.sock" in mount["Source"] for mount in container["Mounts"])


def test_only_the_api_is_published_and_on_loopback_only(deployment: Deployment) -> None:
    for service in SERVICES:
        for container in deployment.inspect(service):
            published = [one for bound in container["NetworkSettings"]["Ports"].values() for one in bound or []]
            assert {one["HostIp"] for one in published} == ({"127.0.0.1"} if service == "api" else set())


@pytest.mark.parametrize("service", OURS)
def test_an_image_holds_neither_an_installer_nor_a_compiler(deployment: Deployment, service: str) -> None:
    tools = "for tool in pip pip3 gcc cc node npm; do command -v $tool; done; python -c 'import pip'"
    image = f"penstock-{service}:{deployment.project}"
    said = docker("run", "--rm", "--entrypoint", "sh", image, "-c", f"{{ {tools}; }} 2>&1 || true")
    assert said.strip().splitlines()[-1] == "ModuleNotFoundError: No module named 'pip'"
    assert not said.startswith("/")


@pytest.mark.usefixtures("whole_afterwards")
def test_containers_that_are_killed_one_by_one_lose_no_run(deployment: Deployment) -> None:
    with Traffic(deployment.url).flowing() as traffic:
        traffic.grows()
        for service in ("worker", "scheduler", "api", "valkey"):
            victim = deployment.containers(service)[0]
            docker("kill", victim)
            if service in {"worker", "scheduler"}:  # the others go on without it
                traffic.grows()
            docker("start", victim)
            traffic.grows()
    assert len(traffic.events_of_ended_runs()) == len(traffic.runs)


@pytest.mark.usefixtures("whole_afterwards")
def test_a_backup_that_was_made_while_runs_went_on_brings_everything_of_its_moment_back(
    deployment: Deployment, tmp_path: Path
) -> None:
    with Traffic(deployment.url).flowing() as traffic:
        traffic.grows()
        known = list(traffic.runs)
        deployment.back_up(tmp_path / "backup.tar.gz")
        traffic.grows()
    deployment.restore(tmp_path / "backup.tar.gz")
    deployment.await_health()
    with Client(deployment.url) as client:
        assert [client.wait(run_id, timeout_seconds=60).status for run_id in known] == ["succeeded"] * len(known)
        with pytest.raises(ApiError):
            client.get_run(traffic.runs[-1])


@pytest.mark.usefixtures("whole_afterwards")
def test_an_upgrade_of_one_service_after_the_other_loses_no_attempt(deployment: Deployment) -> None:
    deployment.release("next")
    with Traffic(deployment.url).flowing() as traffic:
        traffic.grows()
        for service in ("scheduler", "worker", "api"):
            scale = ["--scale=worker=4"] if service == "worker" else []
            deployment.compose("up", "--detach", "--no-deps", "--no-build", *scale, service)
            traffic.grows()
    for service in ("scheduler", "worker", "api"):
        assert {one["Config"]["Labels"]["release"] for one in deployment.inspect(service)} == {"next"}
    assert all("TaskLost" not in events for events in traffic.events_of_ended_runs())


@pytest.mark.usefixtures("whole_afterwards")
def test_workers_that_are_stopped_finish_short_tasks_and_give_long_ones_back(deployment: Deployment) -> None:
    short, long = (one_task(f"for-{seconds}-s", command=f"sleep {seconds}") for seconds in (2, DRAIN_S + 8))
    with Client(deployment.url) as client:
        runs = [client.run(client.register(spec).dag_id).run_id for spec in (short, long)]
        for run_id in runs:
            wait_until("its task runs", lambda run_id=run_id: client.get_run(run_id).tasks[0].status == "running")  # type: ignore[misc]
        deployment.compose("stop", "worker")
        ends = [container["State"]["ExitCode"] for container in deployment.inspect("worker")]
        stopped = [[event.type for event in client.events(run_id)] for run_id in runs]
        deployment.compose("start", "worker")
        wholes = [client.wait(run_id, timeout_seconds=60) for run_id in runs]
        assert ends == [0, 0, 0, 0]
        assert "TaskSucceeded" in stopped[0]
        assert "TaskReturned" in stopped[1]
        assert [run.status for run in wholes] == ["succeeded", "succeeded"]
        assert all("TaskLost" not in [event.type for event in client.events(run_id)] for run_id in runs)
