"""YAML as people write it: words stay words, and what is unclear or hostile is refused with its line."""

import pytest

from penstock.core.dag import DagSpec
from penstock.definition import parse_definition
from penstock.errors import Detail, InvalidDefinitionError, InvalidInputError, TooLargeError

TASK = '{name: A, command: "true"}'


def parse(text: str) -> DagSpec:
    return parse_definition(text.encode(), "yaml")


def refusals(text: str) -> tuple[Detail, ...]:
    with pytest.raises(InvalidInputError) as caught:
        parse(text)
    return caught.value.details


def metadata_of(value: str) -> object:
    return parse(f"id: d\ntasks:\n  a: {{name: A, command: x, metadata: {{x: {value}}}}}\n").tasks["a"].metadata["x"]


@pytest.mark.parametrize(
    "word", ["yes", "no", "on", "off", "y", "n", "Yes", "NO", "2024-02-28", "1_000", "12:30", "0b1"]
)
def test_a_word_of_yaml_1_1_stays_text_as_key_id_and_value(word: str) -> None:
    dag = parse(
        f"id: d\ntasks:\n  {word}: {{id: {word}, name: {word}, command: {word}, metadata: {{{word}: {word}}}}}\n"
    )
    task = dag.tasks[word]
    assert (task.id, task.name, task.command, task.metadata) == (word, word, word, {word: word})


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("", None),
        ("~", None),
        ("null", None),
        ("TRUE", True),
        ("false", False),
        ("012", 12),
        ("-7", -7),
        ("+7", 7),
        ("0o14", 12),
        ("0xfF", 255),
        ("1e3", 1000.0),
        (".5", 0.5),
        ("5.", 5.0),
        ("'5'", "5"),
        ("! 5", "5"),
        ("!!str 5", "5"),
        ("!!int '5'", 5),
        ("!!float 5", 5.0),
        ("!!null ''", None),
        ("!!bool 'true'", True),
        ("!!seq [1]", [1]),
        ("!!map {a: 1}", {"a": 1}),
        ("0.x", "0.x"),
        ("-", "-"),
    ],
)
def test_a_plain_word_means_what_yaml_1_2_says(text: str, value: object) -> None:
    if text == "-":
        text = "'-'"
    found = metadata_of(text)
    assert (found, type(found)) == (value, type(value))


@pytest.mark.parametrize(
    "tag", ["!!python/object/apply:os.system", "!!binary", "!!timestamp", "!!set", "!mine", "!!int", "!!seq"]
)
def test_a_tag_that_says_more_than_the_plain_value_is_refused(tag: str) -> None:
    details = refusals(f"id: d\ntasks:\n  a: {{name: A, command: x, metadata: {{x: {tag} {{}}}}}}\n")
    details += refusals(f"id: d\ntasks:\n  a: {{name: A, command: x, metadata: {{x: {tag} abc}}}}\n")
    assert {(detail.field, detail.line) for detail in details} == {("tasks.a.metadata.x", 3)}


@pytest.mark.parametrize("key", ["1", "true", "null", "~", "1.5", ".nan", "0x1", "!!int 1"])
def test_a_key_that_is_not_text_is_to_be_quoted(key: str) -> None:
    details = refusals(f"id: d\ntasks:\n  {key}: {TASK}\n")
    assert [(detail.line, "in quotes" in detail.message) for detail in details] == [(3, True)]
    assert parse(f"id: d\ntasks:\n  '1': {TASK}\n  !!str 2: {TASK}\n").tasks.keys() == {"1", "2"}


@pytest.mark.parametrize("key", ["[a]", "{a: b}", "? [a]\n ", "*x"])
def test_a_key_that_is_no_word_at_all_is_refused(key: str) -> None:
    (detail,) = refusals(f"id: &x d\n{key} : 1\n")
    assert (detail.field, detail.line, "key" in detail.message) == ("file", 2, True)


def test_the_second_of_two_equal_keys_is_refused_with_both_lines() -> None:
    (detail,) = refusals(f"id: d\ntasks:\n  a: {TASK}\n  b: {TASK}\n  'a': {TASK}\n")
    assert (detail.field, detail.line, detail.column) == ("tasks.a", 5, 3)
    assert "line 3 and again on line 5" in detail.message


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("id: d\ntasks:\n\ta: 1\n", 3),
        (f"id: d\ntasks:\n  a: {TASK}\n\tb: 1\n", 4),
        ("id: d\ntasks:\n  a:\n    name: A\n  \tcommand: x\n", 5),
        ("id: d\ntasks:\n  a:\n    command: |\n\techo\n", 5),
    ],
)
def test_a_tab_is_named_with_its_line_and_the_way_out(text: str, line: int) -> None:
    (detail,) = refusals(text)
    assert (detail.field, detail.line) == ("file", line)
    assert f"line {line}" in detail.message
    assert "indent with spaces" in detail.message


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("id: d\ntasks: [a\nname: x\n", 3),
        ('id: d\nname: "x\ntasks: {}\n', 2),
        ("id: d\nname: a: b\n", 2),
        ("id: d\nname: @x\n", 2),
        ("id: d\nname: *x\n", 2),
        ("id: d\nname: &x [*x]\n", 2),
        ("id: d\n---\nid: e\n", 2),
        ("id: d\nname: é\x01\n", 2),
        ("id: d\nname: \uffff\n", 2),
        ("id: d\n# a comment\u2028name: x\n", 2),
        ("id: d\nname: 'a\x85b'\n", 2),
        ("# only\n\n%TAG ! tag:x\n--- a\n", 3),
        ('id: "\\ud800"\n', 1),
        ("id: !%ED%A0%80 x\n", 1),
        ("# a comment\n", 1),
        (" \n", 1),
    ],
)
def test_a_text_that_does_not_parse_is_refused_with_its_line(text: str, line: int) -> None:
    (detail,) = refusals(text)
    assert (detail.field, detail.line, detail.column >= 1) == ("file", line, True)


def test_anchors_and_merge_keys_work_and_the_written_key_wins() -> None:
    dag = parse(
        "id: d\ntasks:\n"
        "  a: &a {name: A, command: x, retries: 1}\n"
        "  b: &b {name: B, <<: *a, timeout_seconds: 2}\n"
        "  c: {<<: [*b, *a], retries: 5}\n"
        "  d: *a\n"
    )
    c, d = dag.tasks["c"], dag.tasks["d"]
    assert (c.name, c.command, c.retries, c.timeout_seconds) == ("B", "x", 5, 2.0)
    assert (d.id, d.name, d.retries) == ("d", "A", 1)


@pytest.mark.parametrize("value", ["3", "[3]", "[[]]"])
def test_a_merge_key_takes_maps_only(value: str) -> None:
    (detail,) = refusals(f"id: d\ntasks:\n  a: {{<<: {value}, name: A, command: x}}\n")
    assert (detail.field, detail.line) == ("tasks.a.<<", 3)


def test_a_mistake_that_came_through_an_alias_points_at_the_task_that_uses_it() -> None:
    details = refusals("id: d\ntasks:\n  a: &a {name: A, command: x, retries: x}\n  b:\n    <<: *a\n")
    assert [(detail.field, detail.line) for detail in details] == [("tasks.a.retries", 3), ("tasks.b.retries", 4)]


@pytest.mark.parametrize(
    "text", ["[" * 10_000, "- " * 10_000, "? " * 10_000, "{a: " * 10_000, "\n".join(" " * n + "-" for n in range(2000))]
)
def test_deep_nesting_is_refused(text: str) -> None:
    assert refusals(text)[0].field == "file"


def test_nesting_that_hides_behind_aliases_is_refused() -> None:
    links = "".join(f"- &a{n} {'[' * 30}*a{n - 1}{']' * 30}\n" for n in range(1, 9))
    with pytest.raises(InvalidDefinitionError, match="inside each other"):
        parse(f"- &a0 []\n{links}")


@pytest.mark.parametrize(
    "text",
    [
        "x: &a [" + "1," * 3000 + "]\ny: [" + "*a," * 3000 + "]",
        "x: &a " + "b" * 100_000 + "\ny: [" + "*a," * 3000 + "]",
        "x: &a {" + ",".join(f"k{n}: 1" for n in range(3000)) + "}\ny:\n" + "- <<: *a\n" * 3000,
    ],
)
def test_aliases_that_would_grow_beyond_all_bounds_are_refused(text: str) -> None:
    with pytest.raises(TooLargeError, match="aliases"):
        parse(text)


def test_a_byte_order_mark_is_skipped_and_other_encodings_are_named() -> None:
    text = f"id: d\ntasks:\n  a: {TASK}\n"
    assert parse_definition(text.encode("utf-8-sig"), "yaml").id == "d"
    for encoding, name, word in (
        ("utf-16", "A", "UTF-16"),
        ("utf-32", "A", "UTF-32"),
        ("utf-16-le", "A", "NUL"),
        ("latin-1", "é", "UTF-8"),
    ):
        with pytest.raises(InvalidDefinitionError, match=word) as caught:
            parse_definition(text.replace("A", name).encode(encoding), "yaml")
        assert caught.value.details[0].field == "file"
