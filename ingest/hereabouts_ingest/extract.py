"""From a decoded object to the values that a profile's table names in it: paths, channels, history, words, numbers.

Nothing is judged here; `normalise` does that. A value that is there is found, whatever it is.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from math import inf, isclose
from typing import NamedTuple, TypeAlias

from hereabouts_ingest.clocks import read_epoch, read_time
from hereabouts_schemas.profile import FieldSpec, Profile
from hereabouts_schemas.times import UNREADABLE

# A number as texts hold them, with its unit behind it: "2799 mm", "25 ℃", "3.6V", "-4", "21,5".
_NUMBER = re.compile(r"\s*([+-]?[0-9]+)(?:([.,])([0-9]+))?(?:[eE]([+-]?[0-9]{1,3}))?\s*([^0-9\s.,+-].{0,20})?\s*")
_LONGEST_NUMBER = 64
_CAPTURE = "([0-9A-Za-z]{1,32})"
_PLACES = frozenset(str(place) for place in range(100))

Step: TypeAlias = str | re.Pattern[str]


class Found(NamedTuple):
    """One value where the table says one may be. A tuple, for it is made for every value and costs half as much.

    Attributes:
        spec: the row of the table that names it.
        channel: probe, line or side; '' when single.
        raw: the value as it came.
        at: its own time in a history record (`times.UNREADABLE` when that says none); None = the frame's time.
        number: what `raw` says as a number, in the spec's unit and steps; None when it is no number.
        unit: the unit that stands beside the value, if one does.
    """

    spec: FieldSpec
    channel: str
    raw: object
    at: datetime | None = None
    number: float | None = None
    unit: str | None = None

    def is_marked(self, marks: Sequence[float | str]) -> bool:
        """Whether the value is one of a maker's marks (numbers, or texts in any case)."""
        return any(is_same(self.raw, self.number, mark) for mark in marks)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Row:
    """A row of the table with its path taken apart: texts name a key, patterns capture the channel from one."""

    spec: FieldSpec
    steps: tuple[Step, ...]
    words: Mapping[str, float]


@dataclass(frozen=True, kw_only=True, slots=True)
class _Way:
    """Where a row begins in a record: at the key `name`, with the steps that are left from there."""

    row: _Row
    name: str
    channel: str
    rest: tuple[Step, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class _Plan:
    """A profile's rows, and the ways into records by their keys. Devices send the same keys over and over, so the
    size of the table and its patterns cost nothing after the first such record."""

    profile: Profile
    rows: tuple[_Row, ...]
    ways: dict[tuple[str, ...], tuple[_Way, ...]]


# The last plan of each profile's id, so memory is bounded by the number of profiles. It only saves work: a plan
# follows from its profile alone.
_plans: dict[str, _Plan] = {}
_MOST_WAYS = 500


def extract(profile: Profile, decoded: Mapping[str, object]) -> list[Found]:
    """Find every value of `decoded` that the profile's table names, the frame's own first, then its history.

    Rows that give the same quantity and channel are aliases: the first whose value is present wins. A value that means
    "no such probe is fitted" is as if it were not there.
    """
    plan = _plans.get(profile.id)
    if plan is None or plan.profile is not profile:
        rows = tuple(_row(spec) for spec in profile.fields)
        plan = _plans[profile.id] = _Plan(profile=profile, rows=rows, ways={})
    found = list(_values(plan, decoded, None))
    if profile.history is not None and decoded.get(profile.history) is not None:
        found.extend(_history(plan, profile.history, decoded[profile.history]))
    return found


def _row(spec: FieldSpec) -> _Row:
    return _Row(
        spec=spec, steps=steps_of(spec.path), words={word.strip().casefold(): number for word, number in spec.words}
    )


def steps_of(path: str) -> tuple[Step, ...]:
    """A path taken apart at its dots: texts name a key, patterns capture the channel from one."""
    return tuple(_step(part) for part in path.split("."))


def _step(part: str) -> Step:
    before, mark, after = part.partition("{n}")
    return re.compile(re.escape(before) + _CAPTURE + re.escape(after)) if mark else part


def _ways(plan: _Plan, record: Mapping[str, object]) -> tuple[_Way, ...]:
    names = tuple(record)
    ways = plan.ways.get(names)
    if ways is None:
        if len(plan.ways) >= _MOST_WAYS:
            plan.ways.clear()
        ways = plan.ways[names] = tuple(way for row in plan.rows for way in _begin(row, names))
    return ways


def _begin(row: _Row, names: tuple[str, ...]) -> Iterator[_Way]:
    first, rest, channel = row.steps[0], row.steps[1:], row.spec.channel
    if row.spec.path in names:  # also a key that has dots in it, as vendors' type names have
        yield _Way(row=row, name=row.spec.path, channel=channel, rest=())
    elif isinstance(first, str):
        if first in names:
            yield _Way(row=row, name=first, channel=channel, rest=rest)
    else:
        for name in names:
            match = first.fullmatch(name)
            if match:
                yield _Way(row=row, name=name, channel=match[1], rest=rest)


def _values(plan: _Plan, record: Mapping[str, object], at: datetime | None) -> Iterator[Found]:
    seen: set[tuple[str, str]] = set()
    for way in _ways(plan, record):
        node = record[way.name]
        for channel, end in walk(node, way.rest, way.channel) if way.rest else ((way.channel, node),):
            slot = (way.row.spec.quantity, channel)
            found = None if slot in seen else _found(way.row, channel, end, at)
            if found is not None:
                seen.add(slot)
                yield found


def walk(node: object, steps: tuple[Step, ...], channel: str) -> Iterator[tuple[str, object]]:
    """Every (channel, node) at a path. A last step `value` stops before it, where the unit beside it is in sight."""
    if not steps or (steps == ("value",) and isinstance(node, dict) and "value" in node):
        yield channel, node
        return
    step, rest = steps[0], steps[1:]
    if isinstance(node, dict) and isinstance(step, str):
        if step in node:
            yield from walk(node[step], rest, channel)
    elif isinstance(node, dict) and isinstance(step, re.Pattern):
        for name, child in node.items():
            match = step.fullmatch(name)
            if match:
                yield from walk(child, rest, match[1])
    elif isinstance(node, list) and isinstance(step, str) and step in _PLACES and int(step) < len(node):
        yield from walk(node[int(step)], rest, channel)


def _found(row: _Row, channel: str, raw: object, at: datetime | None) -> Found | None:
    """The value at a node; None where it is null or says that no probe is fitted."""
    unit = None
    if isinstance(raw, dict) and "value" in raw:
        node: dict[str, object] = raw
        raw, unit = node["value"], node.get("unit")
    if raw is None:
        return None
    number, text_unit = _as_number(raw, row)
    stated = unit if isinstance(unit, str) and unit.strip() else text_unit
    found = Found(spec=row.spec, channel=channel, raw=raw, at=at, number=number, unit=stated)
    absent = row.spec.absent
    return None if absent and found.is_marked(absent) else found


def _history(plan: _Plan, name: str, records: object) -> Iterator[Found]:
    if type(records) is not list:
        yield _no_record(name, records)
        return
    for place, record in enumerate(records):
        if isinstance(record, dict):
            yield from _values(plan, record, _record_time(record.get(plan.profile.history_time)))
        else:
            yield _no_record(f"{name}.{place}", record)


def _no_record(path: str, raw: object) -> Found:
    """Something that should have been a record; it has no quantity and is refused as such."""
    return Found(spec=FieldSpec(path=path, quantity="", unit=""), channel="", raw=raw)


def _record_time(stated: object) -> datetime:
    if type(stated) in (int, float):
        return read_epoch(stated)  # type: ignore[arg-type]  # one of the two, by the line above
    return read_time(stated) if type(stated) is str else UNREADABLE


def _as_number(raw: object, row: _Row) -> tuple[float | None, str | None]:
    """What a raw value says as a number, and the unit written behind it in a text."""
    if type(raw) is float:
        return raw, None
    if type(raw) is bool:
        return row.words.get("true" if raw else "false", float(raw) if row.spec.unit == "{bool}" else None), None
    if type(raw) is int:
        return _whole(raw), None
    if type(raw) is str:
        word = row.words.get(raw.strip().casefold())
        return (word, None) if word is not None else number_in(raw)
    return None, None


def _whole(raw: int) -> float:
    try:
        return float(raw)
    except OverflowError:  # more digits than any quantity has; its range refuses it
        return inf


def number_in(raw: str) -> tuple[float | None, str | None]:
    """The number in a text, and the unit behind it. A comma is a decimal comma, except before just three digits, where
    it may be thousands. Words in brackets are a remark, as in "3.1(low battery)"."""
    match = _NUMBER.fullmatch(raw) if len(raw) <= _LONGEST_NUMBER else None
    if match is None:
        return None, None
    whole, mark, decimals, exponent, unit = match.groups()
    if mark == "," and len(decimals) == 3:
        return None, None
    stated = unit.strip() if unit and not unit.startswith("(") else None
    return float(f"{whole}.{decimals or 0}e{exponent or 0}"), stated


def is_same(raw: object, number: float | None, mark: float | str) -> bool:
    """Whether a raw value, which says `number`, is a mark: a number, or a text in any case."""
    if isinstance(mark, str):
        return type(raw) is str and raw.strip().casefold() == mark.strip().casefold()
    if type(raw) is bool or number is None:
        return False
    return isclose(number, mark, rel_tol=1e-9, abs_tol=1e-12)
