"""What holds for every definition, and for every sequence of bytes that is none."""

import json
import re
from typing import Any

import msgspec
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from penstock.core.dag import DagSpec, TaskSpec, dag_version
from penstock.core.notify import NotifySpec, Occasion
from penstock.definition import Format, names, parse_definition, write_definition
from penstock.definition.values import UNSHOWABLE
from penstock.errors import Detail, InvalidInputError


class CoreDumper(yaml.SafeDumper):
    """Writes YAML 1.2: quotes the texts that its core schema, unlike YAML 1.1, would read as numbers."""


CoreDumper.add_implicit_resolver(
    "tag:yaml.org,2002:float",
    re.compile(r"^(?:[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?|0o[0-7]+|0x[0-9a-fA-F]+)$"),
    list("-+.0123456789"),
)

texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=30)
labels = texts.filter(lambda text: bool(text.strip()))
task_ids = st.text(min_size=1, max_size=20).filter(lambda text: re.fullmatch(names.TASK_ID, text) is not None)
tags = st.text(min_size=1, max_size=50).filter(lambda text: re.fullmatch(names.TAG, text) is not None)
json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=8,
)
variables = st.dictionaries(st.from_regex(r"\A[A-OQ-Za-z_][A-Za-z0-9_]{0,8}\Z"), texts, max_size=3)
ways_to_run = st.fixed_dictionaries({"command": labels}) | st.fixed_dictionaries(
    {"callable": st.from_regex(r"\A[a-z]{1,5}(\.[a-z]{1,5})?:[a-z]{1,5}\Z")}
)


occasions = st.lists(st.sampled_from(Occasion), unique=True, max_size=4)
wishes = st.builds(NotifySpec, to=st.from_regex(names.TARGET, fullmatch=True), on=occasions.map(tuple))


@st.composite
def tasks(draw: st.DrawFn, key: str, earlier: list[str]) -> TaskSpec:
    waits = draw(st.lists(st.sampled_from(earlier), unique=True, max_size=3)) if earlier else []
    return TaskSpec(
        id=key,
        name=draw(labels),
        dependencies=tuple(waits),
        retries=draw(st.integers(0, 100)),
        retry_delay_seconds=draw(st.floats(0, 86_400)),
        timeout_seconds=draw(st.none() | st.floats(0, 2_592_000, exclude_min=True)),
        metadata=draw(st.dictionaries(texts, json_values, max_size=3)),
        env=draw(variables),
        description=draw(texts),
        **draw(ways_to_run),
    )


@st.composite
def dags(draw: st.DrawFn) -> DagSpec:
    keys = draw(st.lists(task_ids, min_size=1, max_size=5, unique=True))
    return DagSpec(
        id=draw(st.from_regex(names.DAG_ID, fullmatch=True)),
        name=draw(labels),
        tasks={key: draw(tasks(key, keys[:index])) for index, key in enumerate(keys)},
        description=draw(texts),
        tags=tuple(draw(st.lists(tags, unique=True, max_size=20))),
        late_after_seconds=draw(st.none() | st.floats(0, 2_592_000, exclude_min=True)),
        notify=tuple(draw(st.lists(wishes, unique_by=lambda wish: wish.to, max_size=20))),
    )


def plain(dag: DagSpec, *, defaults: bool) -> dict[str, Any]:  # Any: what yaml.dump and json.dumps take
    """The definition as a person writes it, the defaults spelt out or left out."""
    if not defaults:
        return dict(msgspec.json.decode(msgspec.json.encode(dag), type=dict[str, Any]))
    written = msgspec.structs.asdict(dag) | {"tags": list(dag.tags)}
    written["notify"] = [{"to": wish.to, "on": [str(one) for one in wish.on] or None} for wish in dag.notify]
    written["tasks"] = {}
    for key, task in dag.tasks.items():
        fields = msgspec.structs.asdict(task) | {"dependencies": list(task.dependencies)}
        del fields["callable" if task.callable is None else "command"]
        written["tasks"][key] = fields
    return written


@given(dags(), st.booleans(), st.booleans())
@settings(deadline=None)
def test_a_definition_written_as_json_reads_back_the_same(dag: DagSpec, defaults: bool, escaped: bool) -> None:
    read = parse_definition(json.dumps(plain(dag, defaults=defaults), ensure_ascii=escaped).encode(), "json")
    assert read == dag
    assert dag_version(read) == dag_version(dag)


@given(dags(), st.booleans(), st.sampled_from([None, False, True]))
@settings(deadline=None)
def test_a_definition_written_as_yaml_reads_back_the_same(dag: DagSpec, defaults: bool, flow: bool | None) -> None:
    text = yaml.dump(plain(dag, defaults=defaults), Dumper=CoreDumper, default_flow_style=flow)
    read = parse_definition(text.encode(), "yaml")
    assert read == dag
    assert dag_version(read) == dag_version(dag)


@given(dags(), st.sampled_from(["json", "yaml"]))
@settings(deadline=None)
def test_a_definition_that_we_write_reads_back_the_same(dag: DagSpec, written_in: Format) -> None:
    read = parse_definition(write_definition(dag, written_in).encode(), written_in)
    assert read == dag
    assert list(read.tasks) == list(dag.tasks)
    assert dag_version(read) == dag_version(dag)


def shuffled(value: object, draw: st.DataObject) -> object:
    if isinstance(value, list):
        return [shuffled(item, draw) for item in value]
    if not isinstance(value, dict):
        return value
    return {key: shuffled(value[key], draw) for key in draw.draw(st.permutations(list(value)))}


@given(dags(), st.data())
@settings(deadline=None)
def test_the_order_of_keys_does_not_change_the_version(dag: DagSpec, data: st.DataObject) -> None:
    mixed = shuffled(plain(dag, defaults=False), data)
    assert dag_version(parse_definition(json.dumps(mixed).encode(), "json")) == dag_version(dag)


def refusals(data: bytes, format_: Format) -> tuple[Detail, ...]:
    try:
        parse_definition(data, format_)
    except InvalidInputError as error:
        return error.details or (Detail("", ""),)
    return ()


PIECES = [
    *"[]{}:,-?|>&*!%#'\"\\ \t\n0a\0\x85\u2028\ufeff\ud7ff🚀",
    *("\n  ", "\n    ", ": ", "- ", "? ", "&a ", "*a", "<<: ", "!!str ", "!!python/name:x ", "! ", "---\n", "...\n"),
    *("%TAG ! x\n", "%YAML 1.2\n", '"\\ud800"', "NaN", "1e999", ".inf", "0x", "null", "true", "id", "tasks", "name"),
    *("id: d\ntasks:\n  ", '{"id":"d","tasks":{"a":', "command: x", "dependencies: [a]", '"metadata":{', "retries: "),
]


@given(
    st.binary(max_size=60) | st.lists(st.sampled_from(PIECES), max_size=30).map(lambda found: "".join(found).encode()),
    st.sampled_from(["json", "yaml"]),
)
@settings(deadline=None, max_examples=1000)
def test_no_bytes_raise_anything_but_a_refusal_that_can_be_shown(data: bytes, format_: Format) -> None:
    for detail in refusals(data, format_):
        assert detail.line >= 1
        assert detail.column >= 1
        assert not UNSHOWABLE.search(detail.field + detail.message)
