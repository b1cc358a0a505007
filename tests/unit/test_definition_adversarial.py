"""Every hostile and borderline file of ``tests/data/adversarial`` meets the answer that ``expected.json`` asks for."""

import json
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import pytest

from adversarial_cases import CASES, OUR_CHOICE, Case, names
from penstock.core.dag import DagSpec, decode_dag, encode_dag
from penstock.definition import format_of, parse_definition
from penstock.errors import InvalidDefinitionError, InvalidInputError, TooLargeError

REFUSED = [case for case in CASES if case.answer == "reject"]
ACCEPTED = [case for case in CASES if case.answer == "accept"]


def parse(case: Case) -> DagSpec:
    return parse_definition(case.read(), format_of(case.upload_as))


def test_every_case_that_is_open_has_a_documented_choice() -> None:
    assert {case.case for case in CASES if case.expect == "either"} == set(OUR_CHOICE)
    page = (Path(__file__).parents[2] / "docs" / "definition.md").read_text(encoding="utf-8")
    assert [name for name in OUR_CHOICE if f"`{name}`" not in page] == []


@pytest.mark.parametrize("case", REFUSED, ids=names)
def test_a_bad_definition_is_refused_with_its_field_and_place(case: Case) -> None:
    with pytest.raises(InvalidInputError) as caught:
        parse(case)
    error = caught.value
    assert any(detail.field in case.field for detail in error.details), error.details
    assert all(detail.line >= 1 and detail.column >= 1 for detail in error.details)
    said = " ".join([error.message, *(f"{detail.field} {detail.message}" for detail in error.details)]).lower()
    assert [word for word in case.mention if word.lower() not in said] == []


@pytest.mark.parametrize("case", REFUSED, ids=names)
def test_a_refusal_is_of_a_kind_that_the_case_allows(case: Case) -> None:
    with pytest.raises((InvalidDefinitionError, TooLargeError)) as caught:
        parse(case)
    allowed = {413} if caught.type is TooLargeError else {400, 422}
    assert allowed & set(case.status)


@pytest.mark.parametrize(
    "case", [case for case in ACCEPTED if case.file.removesuffix(".gz").endswith(".json")], ids=names
)
def test_an_accepted_json_definition_holds_exactly_what_was_written(case: Case) -> None:
    dag, written = parse(case), json.loads(case.read())
    assert (dag.id, dag.name) == (written["id"], written["name"])
    assert list(dag.tasks) == list(written["tasks"])
    for key, task in written["tasks"].items():
        kept = dag.tasks[key]
        assert (kept.id, kept.name, kept.command) == (task["id"], task["name"], task.get("command"))
        assert list(kept.dependencies) == task["dependencies"]


@pytest.mark.parametrize("case", ACCEPTED, ids=names)
def test_an_accepted_definition_survives_being_stored(case: Case) -> None:
    dag = parse(case)
    assert dag.id == case.case
    assert decode_dag(encode_dag(dag)) == dag


def has_text_ids(dag: DagSpec) -> bool:
    return list(dag.tasks) == ["no", "on"]


def merged_from_a(dag: DagSpec) -> bool:
    task = dag.tasks["b"]
    return (task.name, task.command, task.retries, task.dependencies) == ("A", "true", 2, ("a",))


def has_text_dates(dag: DagSpec) -> bool:
    return dag.tasks["a"].metadata == {"day": "2024-02-28", "at": "2024-02-28 10:00:00"}


def has_no_dependencies(dag: DagSpec) -> bool:
    return dag.tasks["a"].dependencies == ()


def is_a_chain_of_unicode_ids(dag: DagSpec) -> bool:
    ids = ["données", "Ünïcode", "数据清洗", "загрузка", "🚀"]
    return list(dag.tasks) == ids and [dag.tasks[key].dependencies for key in ids[1:]] == [(key,) for key in ids[:-1]]


@pytest.mark.parametrize(
    ("name", "holds"),
    [
        ("key_norway", has_text_ids),
        ("yaml_merge_keys", merged_from_a),
        ("yaml_timestamp_ok", has_text_dates),
        ("dependencies_null", has_no_dependencies),
        ("unicode_ids", is_a_chain_of_unicode_ids),
    ],
)
def test_an_accepted_yaml_definition_means_what_a_person_means(name: str, holds: Callable[[DagSpec], bool]) -> None:
    assert holds(parse(next(case for case in CASES if case.case == name)))


@pytest.mark.parametrize("name", ["yaml_billion_laughs", "json_deep_metadata", "json_big_integer"])
def test_a_bomb_is_refused_within_little_memory(name: str) -> None:
    case = next(case for case in CASES if case.case == name)
    data = case.read()
    tracemalloc.start()
    try:
        with pytest.raises(InvalidInputError):
            parse_definition(data, format_of(case.upload_as))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 2_000_000
