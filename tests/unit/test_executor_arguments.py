import functools
import inspect
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from penstock_worker.executors.arguments import Arguments, ArgumentsError, choose_arguments


def nothing() -> None: ...
def one(message: object) -> None: ...
def optional(message: object = None) -> None: ...
def two(a: object, b: object) -> None: ...
def two_one_optional(a: object, b: object = 1) -> None: ...
def keyword_only(*, message: object) -> None: ...
def optional_keyword_only(*, message: object = None) -> None: ...
def one_and_keyword_only(a: object, *, b: object) -> None: ...
def positional_only(message: object, /) -> None: ...
def any_keywords(**metadata: object) -> None: ...
def one_and_any_keywords(a: object, **rest: object) -> None: ...
def positional_only_and_any_keywords(a: object, /, **rest: object) -> None: ...
def any_positions(*items: object) -> None: ...
def anything(*items: object, **metadata: object) -> None: ...


class Loader:
    def __init__(self, table: str) -> None: ...
    def load(self, table: str) -> None: ...
    def __call__(self, rows: int) -> None: ...


BY_NAME = {"message": "hello"}
OTHER = {"other": 1}


@pytest.mark.parametrize(
    ("function", "metadata", "expected"),
    [
        # every key is a parameter and everything required is covered: by name
        (one, BY_NAME, ((), BY_NAME)),
        (optional, BY_NAME, ((), BY_NAME)),
        (keyword_only, BY_NAME, ((), BY_NAME)),
        (two, {"a": 1, "b": 2}, ((), {"a": 1, "b": 2})),
        (two_one_optional, {"a": 1}, ((), {"a": 1})),
        (one_and_keyword_only, {"a": 1, "b": 2}, ((), {"a": 1, "b": 2})),
        (any_keywords, {"not an identifier": 1}, ((), {"not an identifier": 1})),
        (one_and_any_keywords, {"a": 1, "z": 2}, ((), {"a": 1, "z": 2})),
        (anything, OTHER, ((), OTHER)),
        (Loader, {"table": "t"}, ((), {"table": "t"})),
        (Loader("t").load, {"table": "t"}, ((), {"table": "t"})),
        (Loader("t"), {"rows": 1}, ((), {"rows": 1})),
        (functools.partial(two, 1), {"b": 2}, ((), {"b": 2})),
        # otherwise as one dict, where one positional argument is enough
        (one, OTHER, ((OTHER,), {})),
        (one, {}, (({},), {})),
        (optional, OTHER, ((OTHER,), {})),
        (two_one_optional, {"b": 2}, (({"b": 2},), {})),
        (positional_only, BY_NAME, ((BY_NAME,), {})),
        (one_and_any_keywords, OTHER, ((OTHER,), {})),
        (positional_only_and_any_keywords, {"a": 1}, (({"a": 1},), {})),
        (any_positions, OTHER, ((OTHER,), {})),
        # otherwise not at all, where nothing is required
        (nothing, {}, ((), {})),
        (nothing, OTHER, ((), {})),
        (optional, {}, ((), {})),
        (any_positions, {}, ((), {})),
        (any_keywords, {}, ((), {})),
        (optional_keyword_only, OTHER, ((), {})),
    ],
)
def test_metadata_is_passed_by_the_first_rule_that_fits(
    function: Callable[..., object], metadata: dict[str, object], expected: Arguments
) -> None:
    assert choose_arguments(inspect.signature(function), metadata) == expected


@pytest.mark.parametrize(
    ("function", "metadata"),
    [(two, {}), (two, {"a": 1}), (two, {"a": 1, "b": 2, "c": 3}), (keyword_only, {}), (one_and_keyword_only, {"a": 1})],
)
def test_a_call_that_cannot_be_made_says_what_is_required(
    function: Callable[..., object], metadata: dict[str, object]
) -> None:
    with pytest.raises(ArgumentsError, match="requires") as caught:
        choose_arguments(inspect.signature(function), metadata)
    for name in inspect.signature(function).parameters:
        assert name in str(caught.value)


def test_a_builtin_without_a_signature_gets_one_dict_or_nothing() -> None:
    assert choose_arguments(None, {"a": 1}) == (({"a": 1},), {})
    assert choose_arguments(None, {}) == ((), {})


def test_the_callable_gets_a_dict_of_its_own() -> None:
    metadata = {"other": 1}
    (passed,), _ = choose_arguments(inspect.signature(one), metadata)
    assert passed == metadata
    assert passed is not metadata


_KINDS = list(inspect._ParameterKind)
_parameters = st.lists(st.tuples(st.sampled_from("abcd"), st.sampled_from(_KINDS), st.booleans()), max_size=4)


def _signature(drawn: list[tuple[str, Any, bool]]) -> inspect.Signature:
    """Order the drawn parameters as Python demands; keep one of each name and one of each variadic kind."""
    parameters: dict[str, inspect.Parameter] = {}
    for name, kind, has_default in sorted(drawn, key=lambda item: (item[1], item[2])):
        variadic = kind in (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)
        if variadic and any(p.kind is kind for p in parameters.values()):
            continue
        defaults_began = kind <= inspect.Parameter.POSITIONAL_OR_KEYWORD and any(
            p.default is not p.empty for p in parameters.values()
        )
        default = 0 if (has_default or defaults_began) and not variadic else inspect.Parameter.empty
        parameters.setdefault(name, inspect.Parameter(name, kind, default=default))
    return inspect.Signature(list(parameters.values()))


@given(_parameters, st.dictionaries(st.sampled_from("abcdz"), st.integers(), max_size=4))
def test_whatever_is_chosen_python_accepts(drawn: list[tuple[str, Any, bool]], metadata: dict[str, object]) -> None:
    signature = _signature(drawn)
    function = eval(f"lambda {str(signature)[1:-1]}: None")  # Signature.bind refuses calls that Python accepts
    try:
        chosen = choose_arguments(signature, metadata)
    except ArgumentsError:
        for args, kwargs in (((), metadata), ((metadata,), {}), ((), {})):
            with pytest.raises(TypeError):
                function(*args, **kwargs)
    else:
        function(*chosen.args, **chosen.kwargs)
