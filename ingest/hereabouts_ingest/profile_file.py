"""Reading one profile.toml: every mistake is refused with the file, the field and the cure."""

import re
from pathlib import Path
from typing import TypeGuard

from hereabouts_ingest.toml_table import NOT_TOML, Table, is_number, read_toml
from hereabouts_platform.rules.battery import CHEMISTRIES
from hereabouts_schemas.errors import InputError
from hereabouts_schemas.profile import EventSpec, FieldSpec, Profile
from hereabouts_schemas.quantity import QUANTITIES, Kind

_PROFILE_KEYS = (
    "title",
    "maker",
    "version",
    "interval_s",
    "ports",
    "history",
    "history_time",
    "battery",
    "every_quantity",
    "fields",
    "events",
)
_FIELD_KEYS = ("path", "quantity", "unit", "channel", "sentinels", "absent", "words", "scale", "modulus", "period_s")
_EVENT_KEYS = ("path", "code", "when", "min")
_ROWS = {
    "fields": "{ path = ..., quantity = ..., unit = ... }",
    "events": "{ path = ..., code = ..., when = [...] }",
}
_CODE = re.compile(r"[a-z][a-z0-9_]{1,39}")
_NAME = r"(?:\w+(?:\{n\}\w*)?|\{n\}\w*)"
_PATH = re.compile(rf"{_NAME}(?:\.{_NAME})*", re.ASCII)


def read_profile(file: Path, *, has_decoder: bool) -> Profile:
    """Read and check one profile.toml; its id is the folder's name with hyphens.

    Raises:
        InputError: something in it cannot be used; names the file, the field and the cure.
    """
    table = _toml(file)
    table.only(_PROFILE_KEYS)
    return Profile(
        id=file.parent.name.replace("_", "-"),
        title=table.text("title"),
        maker=table.text("maker"),
        version=table.text("version"),
        interval_s=table.whole("interval_s", low=1, high=31 * 86_400),
        has_decoder=has_decoder,
        ports=table.ports(),
        history=table.text("history") if "history" in table.values else None,
        history_time=table.text("history_time", "timestamp"),
        battery=table.chemistry(),
        fields=_fields(table),
        events=tuple(_event(row) for row in table.filled_rows("events")) if "events" in table.values else (),
    )


def _toml(file: Path) -> "_Table":
    where = f"{file.parent.name}/{file.name}"
    try:
        text = file.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise InputError(where, error, NOT_TOML) from error
    return _Table(where=where, values=read_toml(text, where).values)


def _fields(table: "_Table") -> tuple[FieldSpec, ...]:
    if table.flag("every_quantity"):
        return tuple(FieldSpec(path=name, quantity=name, unit=row.unit) for name, row in QUANTITIES.items())
    specs = tuple(_field(row) for row in table.filled_rows("fields"))
    seen: set[tuple[str, str, str]] = set()
    for number, spec in enumerate(specs, start=1):
        key = (spec.path, spec.quantity, spec.channel)
        if key in seen:
            raise InputError(f"{table.where}: fields[{number}]: path", spec.path, "List a field once per quantity.")
        seen.add(key)
    return specs


def _field(row: "_Table") -> FieldSpec:
    row.only(_FIELD_KEYS)
    path, channel = row.path(), row.text("channel", "")
    if channel and "{n}" in path:
        row.refuse("channel", "Leave it out: {n} in the path already gives the channel.")
    return FieldSpec(
        path=path,
        quantity=row.quantity(),
        unit=row.unit(),
        channel=channel,
        sentinels=row.marks("sentinels"),
        absent=row.marks("absent"),
        words=row.words(),
        scale=row.scale(),
        modulus=row.whole_of(Kind.TOTAL_INCREASING, "modulus", low=2, high=2**64),
        period_s=row.whole_of(Kind.DELTA, "period_s", low=1, high=31 * 86_400),
    )


def _event(row: "_Table") -> EventSpec:
    row.only(_EVENT_KEYS)
    code, least = row.text("code"), row.values.get("min")
    if not _CODE.fullmatch(code):
        row.refuse("code", "Write a short name in small letters, like fire or low_battery.")
    if ("when" in row.values) == (least is not None):
        row.refuse("when", "Write either the values that mean the event, when = [1], or min = 60; not both.")
    if least is not None and not is_number(least):
        row.refuse("min", "Write the number from which on the event is meant.")
    return EventSpec(path=row.path(), code=code, when=row.truths("when"), least=None if least is None else float(least))


class _Table(Table):
    """A table of a profile: what such tables hold beside what every TOML file may."""

    def flag(self, key: str) -> bool:
        value = self.values.get(key, False)
        if not isinstance(value, bool):
            self.refuse(key, "Write true or false.")
        return value

    def whole(self, key: str, *, low: int, high: int) -> int:
        value = self.values.get(key)
        if not _is_whole(value, low, high):
            self.refuse(key, f"Write a whole number from {low} to {high}.")
        return value

    def whole_of(self, kind: Kind, key: str, *, low: int, high: int) -> int | None:
        """A whole number that only rows of one kind of quantity may have."""
        if key not in self.values:
            return None
        if QUANTITIES[self.quantity()].kind is not kind:
            self.refuse(key, f"Leave it out: {self.quantity()} is not of the kind {kind.value}.")
        return self.whole(key, low=low, high=high)

    def path(self) -> str:
        path = self.text("path")
        if not _PATH.fullmatch(path) or path.count("{n}") > 1:
            self.refuse("path", "Write names joined by dots, with at most one {n} for the channel.")
        return path

    def ports(self) -> tuple[int, ...]:
        value = self.values.get("ports", [])
        if not isinstance(value, list) or not all(_is_whole(port, 1, 255) for port in value):
            self.refuse("ports", "Write a list of LoRaWAN ports, like [85]; leave it out where any port will do.")
        return tuple(value)

    def chemistry(self) -> str | None:
        if "battery" not in self.values:
            return None
        name = self.text("battery")
        if name not in CHEMISTRIES:
            self.refuse("battery", f"Write {' or '.join(CHEMISTRIES)}, or leave it out: then its voltage says nothing.")
        return name

    def filled_rows(self, key: str) -> list["_Table"]:
        value = self.values.get(key)
        if not isinstance(value, list) or not value or not all(isinstance(row, dict) for row in value):
            self.refuse(key, f"Write a list of {_ROWS[key]} with at least one row.")
        return [_Table(where=f"{self.where}: {key}[{n}]", values=row) for n, row in enumerate(value, start=1)]

    def truths(self, key: str) -> tuple[float | str | bool, ...]:
        """Marks, and truth values beside them."""
        if key not in self.values:
            return ()
        value = self.values[key]
        if (
            not isinstance(value, list)
            or not value
            or not all(isinstance(v, str | bool) or is_number(v) for v in value)
        ):
            self.refuse(key, 'Write a list of numbers, texts and truth values, like [1, "fire", true].')
        return tuple(mark if isinstance(mark, str | bool) else float(mark) for mark in value)


def _is_whole(value: object, low: int, high: int) -> TypeGuard[int]:
    return isinstance(value, int) and not isinstance(value, bool) and low <= value <= high
