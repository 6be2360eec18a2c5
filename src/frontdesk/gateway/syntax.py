"""Reading JSON or YAML into plain values, without what either can hide. RFC 8259, YAML 1.2 §10.3.

Both forms are bounded in size, depth and number of values. Refused are repeated keys (one reader takes the first,
another the last), YAML anchors and aliases (a kilobyte can unfold into gigabytes) and tags.
"""

import json
import re
from collections.abc import Iterator
from typing import TypeAlias

import yaml

Values: TypeAlias = dict[str, "Values"] | list["Values"] | str | int | float | bool | None

MAX_BYTES = 16 * 1024 * 1024
MAX_DEPTH = 100
MAX_VALUES = 2_000_000

# libyaml where PyYAML was built with it: thirty times faster, the same events.
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

# The core schema: unlike YAML 1.1, `no` and `on` are words and `2024-01-01` is text.
_CORE = (
    (re.compile(r"~|null|Null|NULL|"), lambda _: None),
    (re.compile(r"true|True|TRUE"), lambda _: True),
    (re.compile(r"false|False|FALSE"), lambda _: False),
    (re.compile(r"[-+]?[0-9]{1,300}"), int),
    (re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?"), float),
)


class UnreadableError(ValueError):
    """The text is not one well-formed, bounded document; says where, as far as the reader knows."""


def read_values(raw: bytes, *, is_json: bool, most: int = MAX_BYTES) -> Values:
    """Plain values out of a document's bytes (UTF-8), `most` of them. Raises UnreadableError."""
    if len(raw) > most:
        raise UnreadableError(f"it is larger than {most // (1024 * 1024)} MiB")
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as fault:
        raise UnreadableError(f"it is not UTF-8 (byte {fault.start})") from fault
    if not text.strip():
        raise UnreadableError("it is empty")
    return _read_json(text) if is_json else _read_yaml(text)


def _read_json(text: str) -> Values:
    try:
        values: Values = json.loads(text, object_pairs_hook=_read_pairs, parse_constant=_refuse_constant)
    except RecursionError as fault:
        raise UnreadableError(f"it is nested deeper than {MAX_DEPTH}") from fault
    except json.JSONDecodeError as fault:
        raise UnreadableError(f"line {fault.lineno}, column {fault.colno}: {fault.msg}") from fault
    except UnreadableError:
        raise
    except ValueError as fault:  # a number of thousands of digits
        raise UnreadableError(str(fault)) from fault
    _bound(values)
    return values


def _read_pairs(pairs: list[tuple[str, Values]]) -> dict[str, Values]:
    mapping = dict(pairs)
    if len(mapping) != len(pairs):
        seen: set[str] = set()
        repeated = next(key for key, _ in pairs if key in seen or seen.add(key))  # type: ignore[func-returns-value]
        raise UnreadableError(f"the key {repeated!r} is given twice in one object")
    return mapping


def _refuse_constant(name: str) -> Values:
    raise UnreadableError(f"{name} is not a JSON number")


def _bound(values: Values) -> None:
    """Walk without recursion, so that the depth cannot hurt before it is judged."""
    level: list[Values] = [values]
    count = 1
    for _ in range(MAX_DEPTH):
        children = [child for value in level for child in _children(value)]
        count += len(children)
        if count > MAX_VALUES:
            raise UnreadableError(f"it holds more than {MAX_VALUES} values")
        level = [child for child in children if isinstance(child, dict | list)]
        if not level:
            return
    raise UnreadableError(f"it is nested deeper than {MAX_DEPTH}")


def _children(value: Values) -> Iterator[Values]:
    if isinstance(value, dict):
        yield from value.values()
    elif isinstance(value, list):
        yield from value


def _read_yaml(text: str) -> Values:
    builder = _Builder()
    try:
        for event in yaml.parse(text, Loader=_LOADER):
            builder.take(event)
    except yaml.MarkedYAMLError as fault:
        mark = fault.problem_mark
        where = f"line {mark.line + 1}, column {mark.column + 1}: " if mark is not None else ""
        raise UnreadableError(f"{where}{fault.problem or 'not well-formed YAML'}") from fault
    except (yaml.YAMLError, RecursionError) as fault:
        raise UnreadableError("it is not well-formed YAML") from fault
    return builder.root


class _Builder:
    """Builds plain values from YAML events on a stack of its own; nothing is ever constructed by tag."""

    def __init__(self) -> None:
        self.root: Values = None
        self._open: list[dict[str, Values] | list[Values]] = []
        self._keys: list[str | None] = []  # for each open mapping, the key that waits for its value
        self._count = 0
        self._documents = 0

    def take(self, event: yaml.Event) -> None:
        """Add one event. Raises UnreadableError."""
        if isinstance(event, yaml.DocumentStartEvent):
            self._documents += 1
            if self._documents > 1:
                raise self._fault(event, "a second YAML document begins here")
        elif isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise self._fault(event, "anchors and aliases are not read; write the part out, or use $ref")
        elif getattr(event, "tag", None) not in (None, "!"):
            raise self._fault(event, "tags are not read")
        elif isinstance(event, yaml.ScalarEvent):
            self._scalar(event)
        elif isinstance(event, yaml.MappingStartEvent):
            self._begin({}, event)
        elif isinstance(event, yaml.SequenceStartEvent):
            self._begin([], event)
        elif isinstance(event, yaml.MappingEndEvent | yaml.SequenceEndEvent):
            self._open.pop()
            self._keys.pop()

    def _scalar(self, event: yaml.ScalarEvent) -> None:
        text: str = event.value
        if self._open and isinstance(self._open[-1], dict) and self._keys[-1] is None:
            if text in self._open[-1]:
                raise self._fault(event, f"the key {text!r} is given twice in one mapping")
            self._keys[-1] = text
            return
        self._place(_resolve(text) if event.implicit[0] else text, event)

    def _begin(self, value: dict[str, Values] | list[Values], event: yaml.Event) -> None:
        if self._open and isinstance(self._open[-1], dict) and self._keys[-1] is None:
            raise self._fault(event, "a mapping key must be plain text")
        self._place(value, event)
        if len(self._open) >= MAX_DEPTH:
            raise self._fault(event, f"it is nested deeper than {MAX_DEPTH}")
        self._open.append(value)
        self._keys.append(None)

    def _place(self, value: Values, event: yaml.Event) -> None:
        self._count += 1
        if self._count > MAX_VALUES:
            raise self._fault(event, f"it holds more than {MAX_VALUES} values")
        if not self._open:
            self.root = value
            return
        top = self._open[-1]
        if isinstance(top, list):
            top.append(value)
            return
        key = self._keys[-1]
        assert key is not None
        top[key] = value
        self._keys[-1] = None

    @staticmethod
    def _fault(event: yaml.Event, problem: str) -> UnreadableError:
        mark = event.start_mark
        where = f"line {mark.line + 1}, column {mark.column + 1}: " if mark is not None else ""
        return UnreadableError(f"{where}{problem}")


def _resolve(text: str) -> Values:
    for pattern, make in _CORE:
        if pattern.fullmatch(text):
            value: Values = make(text)
            return value
    return text
