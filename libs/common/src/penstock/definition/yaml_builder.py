"""Builds plain values from YAML events, one at a time and without recursion."""

import yaml

from penstock.definition.limits import MAX_BYTES, MAX_DEPTH, MAX_NODES
from penstock.definition.problems import Problems
from penstock.definition.values import Path, Value, kind, show
from penstock.definition.yaml_scalars import CORE_TAG, plain_value, tagged_value

_MERGE = "<<"


def offset_of(event: yaml.Event) -> int:
    """Return the offset of the first character of an event."""
    return event.start_mark.index if event.start_mark else 0


class _Sized:
    """A finished value behind an anchor, and what each alias to it adds: nodes, characters, levels."""

    __slots__ = ("chars", "levels", "nodes", "value")

    def __init__(self, value: Value, nodes: int, chars: int, levels: int) -> None:
        self.value = value
        self.nodes = nodes
        self.chars = chars
        self.levels = levels


class _Open:
    """A list or map whose end has not come yet; ``levels`` is the depth of its deepest finished child."""

    __slots__ = ("anchor", "chars", "key", "levels", "merges", "merging", "nodes", "value")

    def __init__(self, value: "dict[str, Value] | list[Value]", anchor: str | None, nodes: int, chars: int) -> None:
        self.value = value
        self.anchor = anchor
        self.nodes = nodes
        self.chars = chars
        self.levels = 0
        self.key: str | None = None
        self.merging = False
        self.merges: list[dict[str, Value]] | None = None

    @property
    def awaits_key(self) -> bool:
        return self.key is None and isinstance(self.value, dict)


class YamlBuilder:
    """Takes the events of one document; then ``root`` is its value and ``repeated`` says that some key stood twice."""

    def __init__(self, problems: Problems) -> None:
        self.root: Value = None
        self.repeated = False
        self._problems = problems
        self._stack: list[_Open] = []
        self._anchors: dict[str, _Sized | None] = {}  # None: opened and not yet closed
        self._nodes = 0
        self._chars = 0
        self._documents = 0

    def take(self, event: yaml.Event) -> None:
        """Add the next event of the document."""
        if isinstance(event, yaml.ScalarEvent):
            self._scalar(event)
        elif isinstance(event, yaml.CollectionStartEvent):
            self._open(event)
        elif isinstance(event, yaml.CollectionEndEvent):
            self._close()
        elif isinstance(event, yaml.AliasEvent):
            self._alias(event)
        elif isinstance(event, yaml.DocumentStartEvent):
            self._documents += 1
            if self._documents > 1:
                message = "A second document starts here: keep one DAG per file and remove the --- line"
                self._problems.stop((), message, offset=offset_of(event))
        elif isinstance(event, yaml.StreamEndEvent) and not self._documents:
            self._problems.stop((), "The file is empty: write a definition with id and tasks", offset=0)

    def _scalar(self, event: yaml.ScalarEvent) -> None:
        offset = offset_of(event)
        chars = len(event.value)
        self._count(1, chars, offset)
        top = self._stack[-1] if self._stack else None
        if top is not None and top.awaits_key and event.value == _MERGE and event.implicit[0]:
            self.repeated = self.repeated or top.merges is not None
            top.key, top.merging, top.merges = _MERGE, True, top.merges or []
            return
        value = self._resolve(event)
        if event.anchor:
            self._anchors[event.anchor] = _Sized(value, 1, chars, 0)
        if top is not None and top.awaits_key:
            self._key(top, value, event.value, offset)
        else:
            self._place(value, 0, offset)

    def _resolve(self, event: yaml.ScalarEvent) -> Value:
        text: str = event.value
        if event.tag is None:
            return plain_value(text) if event.implicit[0] else text
        if event.tag == "!":
            return text
        try:
            return tagged_value(event.tag, text)
        except ValueError:
            self._refuse_tag(event)
            return text

    def _refuse_tag(self, event: yaml.ScalarEvent | yaml.CollectionStartEvent) -> None:
        tag = show(str(event.tag).replace(CORE_TAG, "!!"))
        self._problems.add(
            self._path(), f"The tag {tag} is not read here: write the plain value", offset=offset_of(event)
        )

    def _open(self, event: yaml.CollectionStartEvent) -> None:
        offset = offset_of(event)
        if self._stack and self._stack[-1].awaits_key:
            self._problems.stop((), "A list or map stands where a key belongs: a key is text", offset=offset)
        self._count(1, 0, offset)
        self._check_depth(1, offset)
        is_map = isinstance(event, yaml.MappingStartEvent)
        if event.tag not in (None, "!", CORE_TAG + ("map" if is_map else "seq")):
            self._refuse_tag(event)
        if event.anchor:
            self._anchors[event.anchor] = None
        self._stack.append(_Open({} if is_map else [], event.anchor, self._nodes - 1, self._chars))

    def _close(self) -> None:
        done = self._stack.pop()
        if isinstance(done.value, dict):
            for merged in done.merges or ():
                for key, value in merged.items():
                    done.value.setdefault(key, value)
        levels = done.levels + 1
        if done.anchor:
            nodes, chars = self._nodes - done.nodes, self._chars - done.chars
            self._anchors[done.anchor] = _Sized(done.value, nodes, chars, levels)
        self._place(done.value, levels, None)

    def _alias(self, event: yaml.AliasEvent) -> None:
        offset = offset_of(event)
        name = show(str(event.anchor))
        if event.anchor not in self._anchors:
            self._problems.stop((), f"The alias {name} has no anchor before it: define it with &", offset=offset)
        target = self._anchors[event.anchor]
        if target is None:
            self._problems.stop((), f"The alias {name} stands inside its own anchor: remove it", offset=offset)
        if self._stack and self._stack[-1].awaits_key:
            self._problems.stop((), f"The alias {name} stands where a key belongs: write the key", offset=offset)
        self._count(target.nodes, target.chars, offset)
        self._check_depth(target.levels, offset)
        self._place(target.value, target.levels, offset)

    def _key(self, top: _Open, value: Value, text: str, offset: int) -> None:
        if not isinstance(value, str):
            message = f"The key {show(text)} is read as {kind(value)}: write it in quotes to make it text"
            self._problems.add((*self._path(), text), message, offset=offset)
        if text in top.value:
            self.repeated = True
        top.key = text

    def _place(self, value: Value, levels: int, offset: int | None) -> None:
        """Put a finished value where it belongs."""
        if not self._stack:
            self.root = value
            return
        top = self._stack[-1]
        top.levels = max(top.levels, levels)
        if isinstance(top.value, list):
            top.value.append(value)
        elif top.merging:
            self._merge(top, value, offset)
        elif top.key is not None:
            top.value.setdefault(top.key, value)
        top.key, top.merging = None, False

    def _merge(self, top: _Open, value: Value, offset: int | None) -> None:
        assert top.merges is not None
        for merged in value if isinstance(value, list) else [value]:
            if isinstance(merged, dict):
                top.merges.append(merged)
            else:
                message = f"The merge key << takes a map or a list of maps, not {kind(merged)}: write <<: *anchor"
                self._problems.add(self._path(), message, offset=offset)

    def _count(self, nodes: int, chars: int, offset: int) -> None:
        self._nodes += nodes
        self._chars += chars
        if self._nodes > MAX_NODES or self._chars > MAX_BYTES:
            message = (
                f"The file holds more than {MAX_NODES:,} keys and values, or {MAX_BYTES:,} characters, once aliases "
                "are written out: use fewer aliases or split the DAG"
            )
            self._problems.stop_too_large((), message, offset=offset)

    def _check_depth(self, levels: int, offset: int) -> None:
        if len(self._stack) + levels > MAX_DEPTH:
            message = f"More than {MAX_DEPTH} lists and maps inside each other: flatten them"
            self._problems.stop((), message, offset=offset)

    def _path(self) -> Path:
        steps = (level.key if isinstance(level.value, dict) else len(level.value) for level in self._stack)
        return tuple(step for step in steps if step is not None)
