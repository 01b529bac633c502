"""Finding a field of a profile's table in a message's JSON again, wherever the network's envelope put it.

The api does not decode: it looks for the field by its path in every object of the body, so a new envelope needs nothing
here. Of several finds that one stands which gives the reading's value, in a record of the reading's time.
"""

import json
import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from hereabouts_schemas.profile import FieldSpec
from hereabouts_schemas.times import parse_time

MOST_OBJECTS = 5000
_NUMBER = re.compile(r"\s*([+-]?[0-9]+(?:[.,][0-9]+)?)")
_CLOSE = 1e-9


@dataclass(frozen=True, kw_only=True, slots=True)
class Sought:
    """The reading whose field is looked for; `unit` is its quantity's."""

    channel: str
    value: float
    unit: str
    time: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Found:
    """A field in a message: where, as what, and whether it gives the value (None where units differ)."""

    spec: FieldSpec
    at: str
    raw: object
    reproduces: bool | None
    dated: bool


def find_field(body: object, spec: FieldSpec, sought: Sought) -> Found | None:
    """The best find of a field in a body; None when it holds no such field."""
    finds = [
        Found(
            spec=spec,
            at=storable(where),
            raw=_plain(raw),
            reproduces=_reproduces(raw, spec, sought),
            dated=_dated(record, sought.time),
        )
        for record, where, raw in _finds(body, spec, sought.channel)
    ]
    return max(finds, key=worth, default=None)


def worth(found: Found) -> tuple[bool, bool, bool]:
    """How well a find explains a reading; sorts the better one later."""
    return (found.reproduces is True, found.dated, found.reproduces is not False)


def _finds(body: object, spec: FieldSpec, channel: str) -> Iterator[tuple[dict[str, object], str, object]]:
    """Every object, the outermost first, that holds the field: the object, where the value stands, the value."""
    steps = [step.replace("{n}", channel) for step in spec.path.split(".")]
    queue: list[tuple[str, object]] = [("", body)]
    for turn in range(MOST_OBJECTS):
        if turn >= len(queue):
            return
        where, node = queue[turn]
        if isinstance(node, dict):
            for names, raw in _ends(node, steps, spec.path):
                yield node, f"{where}.{names}".lstrip("."), raw
            queue += [(f"{where}.{name}", child) for name, child in node.items() if isinstance(child, dict | list)]
        elif isinstance(node, list):
            queue += [(f"{where}[{k}]", child) for k, child in enumerate(node) if isinstance(child, dict | list)]


def _ends(node: dict[str, object], steps: list[str], path: str) -> Iterator[tuple[str, object]]:
    """The field below `node` by its path; by a key that is the whole path; or as a value beside its name."""
    end = _walk(node, steps)
    if end is None and path in node:
        end = node[path]
    if end is not None:
        yield (".".join(steps), end["value"] if isinstance(end, dict) and "value" in end else end)
    elif path in node.values() and "value" in node:
        yield "value", node["value"]


def _walk(node: object, steps: list[str]) -> object:
    for step in steps:
        if isinstance(node, dict):
            node = node.get(step)
        elif isinstance(node, list) and step.isascii() and step.isdigit() and len(step) < 4 and int(step) < len(node):
            node = node[int(step)]
        else:
            return None
    return node


def _reproduces(raw: object, spec: FieldSpec, sought: Sought) -> bool | None:
    number = _number(raw, spec)
    if number is None:
        return False
    if spec.unit != sought.unit:
        return None
    return abs(number * spec.scale - sought.value) <= _CLOSE * max(1.0, abs(sought.value))


def _plain(raw: object) -> object:
    """A value that any JSON can hold: no objects of unknown depth, no half of a surrogate pair."""
    if isinstance(raw, dict | list):
        return json.dumps(raw)[:1000]
    return storable(raw) if isinstance(raw, str) else raw


def storable(text: str) -> str:
    """A text from outside as UTF-8 can hold it."""
    return text.encode("utf-8", "replace").decode()


def _number(raw: object, spec: FieldSpec) -> float | None:
    word = "true" if raw is True else "false" if raw is False else raw
    if isinstance(word, str):
        words = {name.strip().casefold(): number for name, number in spec.words}
        if word.strip().casefold() in words:
            return words[word.strip().casefold()]
        match = _NUMBER.match(word)
        return float(match[1].replace(",", ".")) if match else float(raw) if isinstance(raw, bool) else None
    return float(raw) if isinstance(raw, int | float) and abs(raw) < 1e300 else None


def _dated(record: dict[str, object], time: datetime) -> bool:
    """Whether the record that holds the field also holds the reading's time, as a text or as Unix seconds."""
    for value in record.values():
        if isinstance(value, int | float) and 0 < value < 1e11 and abs(value - time.timestamp()) < 1e-3:
            return True
        if isinstance(value, str) and len(value) < 40:
            with suppress(ValueError, OverflowError):
                if parse_time(value) == time:
                    return True
    return False
