"""Reading a mapping: TOML that describes a JSON feed nobody foresaw. Every mistake names its key and the cure."""

import re
from functools import lru_cache
from importlib.resources import files
from typing import cast
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import jsonpath_rfc9535
from jsonpath_rfc9535 import JSONPathError, JSONPathQuery

from hereabouts_ingest.local_time import Twice
from hereabouts_ingest.mapping import (
    RFC3339,
    UNIX_MS,
    UNIX_S,
    EventRow,
    FeedMapping,
    Series,
    TimeForm,
    TimeRule,
    TopicPattern,
    ValueRow,
)
from hereabouts_ingest.toml_table import Table, is_number, read_toml
from hereabouts_schemas.errors import InputError
from hereabouts_schemas.message import TimeSource
from hereabouts_schemas.profile import FieldSpec

_KEYS = ("title", "topics", "ignore", "device", "retained", "time", "value", "event")
_TIME_KEYS = ("path", "form", "zone", "twice", "clock")
_VALUE_KEYS = ("path", "quantity", "unit", "scale", "channel", "sentinels", "absent", "words", "series")
_FORMS = (RFC3339, UNIX_S, UNIX_MS)
_NAME = re.compile(r"[a-z][a-z0-9_]*")
_CODE = re.compile(r"[A-Za-z][A-Za-z0-9_.:-]{0,59}")


def shipped_mappings() -> dict[str, str]:
    """The texts of the mappings that come with this release, by name."""
    folder = files("hereabouts_ingest").joinpath("mappings")
    found = sorted((entry for entry in folder.iterdir() if entry.name.endswith(".toml")), key=lambda entry: entry.name)
    return {entry.name.removesuffix(".toml"): entry.read_text(encoding="utf-8") for entry in found}


@lru_cache(maxsize=64)
def read_mapping(text: str, where: str) -> FeedMapping:
    """Read and check a mapping; paths are compiled here, once. `where` is the file's name in messages.

    Raises:
        InputError: something in it cannot be used; names the file, the key and the cure.
    """
    table = read_toml(text, where)
    table.only(_KEYS)
    topics = tuple(_pattern(table, "topics", topic) for topic in table.texts("topics"))
    if not topics:
        table.refuse("topics", 'Write at least one topic, like ["zigbee2mqtt/{device}"].')
    time = table.table("time")
    rule = None if time is None else _time(time)
    values = tuple(_value(row, None if rule is None else rule.form) for row in table.rows("value"))
    return FeedMapping(
        title=table.text("title"),
        topics=topics,
        ignore=tuple(_pattern(table, "ignore", topic) for topic in table.texts("ignore")),
        device=_device(table, topics),
        time=rule,
        read_retained=table.choice("retained", ("ignore", "read"), "ignore") == "read",
        values=values,
        events=tuple(_event(row) for row in table.rows("event")),
        table=tuple(row.spec for row in values),
    )


def _pattern(table: Table, key: str, text: str) -> TopicPattern:
    """`{name}` and `+` stand for one level, `#` at the end for all that follow."""
    parts, names = [], set()
    levels = text.split("/")
    for place, level in enumerate(levels):
        if level.startswith("{") and level.endswith("}") and _NAME.fullmatch(level[1:-1]) and level not in names:
            names.add(level)
            parts.append(f"(?P<{level[1:-1]}>[^/]+)")
        elif level == "+":
            parts.append("[^/]*")
        elif level == "#" and place == len(levels) - 1 and place:
            return TopicPattern(text=text, regex=re.compile("/".join(parts) + "(?:/.*)?", re.DOTALL))
        elif any(mark in level for mark in "{}+#"):
            raise InputError(
                f"{table.where}: {key}",
                text,
                "A level is a word, {name} with a name of its own, or +; # only stands at the end.",
            )
        else:
            parts.append(re.escape(level))
    return TopicPattern(text=text, regex=re.compile("/".join(parts), re.DOTALL))


def _device(table: Table, topics: tuple[TopicPattern, ...]) -> str | JSONPathQuery:
    text = table.text("device")
    if text.startswith("$"):
        return _path(table, "device")
    name = text[1:-1] if text.startswith("{") and text.endswith("}") else ""
    if not name or not all(name in topic.regex.groupindex for topic in topics):
        table.refuse("device", 'Write a level that every topic names, like "{device}", or a path like "$.id".')
    return name


def _path(table: Table, key: str, *, single: bool = True) -> JSONPathQuery:
    text = table.text(key)
    try:
        path = jsonpath_rfc9535.compile(text)
    except JSONPathError as error:
        table.refuse(key, f"Write a JSONPath of RFC 9535, like $.temperature: {error}.")
    if single and not path.singular_query():
        table.refuse(key, "Write a path that names one place, like $.probes[0].t: no wildcard, slice or filter.")
    return path


def _time(table: Table) -> TimeRule:
    table.only(_TIME_KEYS)
    clock = table.choice("clock", ("device", "gateway", "network"), "device")
    return TimeRule(path=_path(table, "path"), form=_form(table), clock=TimeSource(clock))


def _form(table: Table) -> TimeForm:
    form, zone = table.text("form"), table.maybe_text("zone")
    if form not in _FORMS and "%" not in form:
        table.refuse("form", f"Write {', '.join(_FORMS)}, or a pattern like %d/%m/%Y %H:%M.")
    if form in _FORMS or "%z" in form:
        if zone is not None:
            table.refuse("zone", f"Leave it out: {form} says the zone itself.")
        if "twice" in table.values:
            table.refuse("twice", "Leave it out: only local times exist twice.")
        return TimeForm(form=form)
    if zone is None:
        table.refuse("zone", 'Write the zone of these local times, like "Europe/London".')
    try:
        known = ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        table.refuse("zone", 'Write a zone of the time zone database, like "Europe/London".')
    twice = table.choice("twice", ("first", "second"), "first") if "twice" in table.values else None
    return TimeForm(form=form, zone=known, twice=cast("Twice | None", twice))


def _value(row: Table, form: TimeForm | None) -> ValueRow:
    row.only(_VALUE_KEYS)
    series = row.table("series")
    spec = FieldSpec(
        path=row.text("path"),
        quantity=row.quantity(),
        unit=row.unit(),
        channel=row.text("channel", ""),
        sentinels=row.marks("sentinels"),
        absent=row.marks("absent"),
        words=row.words(),
        scale=row.scale(),
    )
    return ValueRow(
        path=_path(row, "path", single=series is None),
        spec=spec,
        series=None if series is None else _series(series, form),
    )


def _series(table: Table, form: TimeForm | None) -> Series:
    table.only(("value", "time", "form", "zone", "twice"))
    if "form" in table.values:
        form = _form(table)
    if form is None:
        table.refuse("form", f"Write how the times of the items are written: {', '.join(_FORMS)}, or a pattern.")
    return Series(value=_path(table, "value"), time=_path(table, "time"), form=form)


def _event(row: Table) -> EventRow:
    row.only(("path", "code", "when"))
    code = row.text("code")
    if not _CODE.fullmatch(code):
        row.refuse("code", "Write a short name of letters, digits and _ . : -, like low_battery.")
    when = row.values.get("when", [])
    if not isinstance(when, list) or not all(isinstance(mark, str | bool) or is_number(mark) for mark in when):
        row.refuse("when", 'Write a list of numbers, texts and truth values, like [1, "fire", true].')
    return EventRow(path=_path(row, "path"), code=code, when=tuple(when))
