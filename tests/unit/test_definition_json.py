"""JSON by the letter: what is not JSON, or would be read differently elsewhere, is refused with its place."""

import pytest

from penstock.definition import format_of, parse_definition
from penstock.errors import Detail, InvalidDefinitionError, UnsupportedFormatError

TASK = '{"name":"A","command":"x"}'


def refusals(text: str) -> tuple[Detail, ...]:
    with pytest.raises(InvalidDefinitionError) as caught:
        parse_definition(text.encode(), "json")
    return caught.value.details


@pytest.mark.parametrize(
    ("text", "line", "column"),
    [
        ("", 1, 1),
        ("{", 1, 2),
        ('{"id": "d",}', 1, 12),
        ("{'id': 1}", 1, 2),
        ('{"id": d}', 1, 8),
        ('{"id": 01}', 1, 9),
        ('{"id": "a\nb"}', 1, 10),
        ('{"id": "\\x"}', 1, 9),
        ('{\n"id": "d"\n}\n}', 4, 1),
        ('{"id": "open', 1, 8),
        ("// no\n{}", 1, 1),
        ("id: d", 1, 1),
    ],
)
def test_what_is_not_json_is_refused_where_it_goes_wrong(text: str, line: int, column: int) -> None:
    (detail,) = refusals(text)
    assert (detail.field, detail.line, detail.column) == ("file", line, column)


@pytest.mark.parametrize(
    ("word", "field"),
    [
        ("NaN", "timeout_seconds"),
        ("Infinity", "timeout_seconds"),
        ("-Infinity", "retry_delay_seconds"),
        ("1e999", "timeout_seconds"),
        ("9" * 5000, "retries"),
        ("-" + "9" * 5000, "timeout_seconds"),
    ],
)
def test_a_number_beyond_all_bounds_is_refused_at_its_field(word: str, field: str) -> None:
    text = f'{{"id":"d","tasks":{{\n"a":{{"name":"A","command":"x",\n"{field}":{word}}}}}}}'
    assert [(detail.field, detail.line, detail.column) for detail in refusals(text)] == [(f"tasks.a.{field}", 3, 1)]


def test_equal_keys_are_refused_however_they_are_written() -> None:
    (detail,) = refusals(f'{{"id":"d","tasks":{{"a":{TASK},\n"b":{TASK},\n"\\u0061":{TASK}}}}}')
    assert (detail.field, detail.line, detail.column) == ("tasks.a", 3, 1)
    assert "line 1 and again on line 3" in detail.message


def test_equal_keys_in_different_maps_are_no_problem() -> None:
    dag = parse_definition(f'{{"id":"d","tasks":{{"a":{TASK},"b":{TASK}}}}}'.encode(), "json")
    assert list(dag.tasks) == ["a", "b"]


@pytest.mark.parametrize("text", ["[" * 10_000, '{"a":' * 10_000, "[" * 10_000 + "]" * 10_000, "[" * 65 + "]" * 65])
def test_deep_nesting_is_refused(text: str) -> None:
    (detail,) = refusals(text)
    assert detail.field == "file"
    assert "64" in detail.message


def test_brackets_inside_text_do_not_count_as_nesting() -> None:
    command = "[{" * 500 + '\\"' + "\\\\"
    dag = parse_definition(f'{{"id":"d","tasks":{{"a":{{"name":"A","command":"{command}"}}}}}}'.encode(), "json")
    assert dag.tasks["a"].command == "[{" * 500 + '"\\'


@pytest.mark.parametrize(
    ("name", "format_"),
    [
        ("a.json", "json"),
        ("a.yaml", "yaml"),
        ("a.yml", "yaml"),
        ("A.YML", "yaml"),
        ("../x/.json", "json"),
        ("a.json.yaml", "yaml"),
    ],
)
def test_the_ending_of_a_name_tells_the_format(name: str, format_: str) -> None:
    assert format_of(name) == format_


@pytest.mark.parametrize("name", ["", "json", "a.toml", "a.json ", "a.py", "yaml.", "a\x1b.exe", "x" * 10_000])
def test_another_ending_is_refused_with_those_that_are_read(name: str) -> None:
    with pytest.raises(UnsupportedFormatError, match=r"\.json, \.yaml or \.yml") as caught:
        format_of(name)
    assert caught.value.details[0].field == "file"
    assert len(caught.value.message) < 200
    assert caught.value.message.isprintable()
