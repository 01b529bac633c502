"""The rules of a nation from TOML: those that come with this release, and any other file of the same form."""

import hashlib
import re
from collections import Counter
from datetime import date, datetime
from enum import StrEnum
from functools import cache
from importlib.resources import files
from typing import TypeVar

from hereabouts_platform.cases.clocks.book import AWARE, ClockRule, Edition, EntryRule, HazardRule, RuleBook, Unit
from hereabouts_platform.cases.clocks.working_days import WorkingDays, check_subdivision
from hereabouts_schemas.case import CaseEventKind, Significance
from hereabouts_schemas.errors import InputError
from hereabouts_schemas.toml_table import TomlTable

_KEYS = (
    *("nation", "title", "instrument", "version", "begins", "tenancies", "outside", "uncertain"),
    *("holidays", "holidays_known_to", "hazard", "clock", "entry"),
)
_CLOCK_KEYS = (
    *("name", "title", "basis", "starts", "significance", "tenancies", "amount", "unit", "met_by", "met_in_person"),
    *("unless", "unless_told", "unless_found", "requires", "superseded_by", "same_day", "once"),
    *("second_reading_of", "dismissible", "extends", "note"),
)
_NAME = re.compile(r"[a-z][a-z0-9_]{0,62}", re.ASCII)
Word = TypeVar("Word", bound=StrEnum)


def nations() -> list[str]:
    """The nations whose rules come with this release."""
    return sorted({name.split("-")[0] for name in _shipped()})


@cache
def load_book(nation: str) -> RuleBook:
    """The rules of a nation that come with this release.

    Raises:
        InputError: there are none.
    """
    names = [name for name in _shipped() if name.split("-")[0] == nation]
    if not names:
        raise InputError("nation", nation, f"Rules come along for {', '.join(nations())}.")
    folder = files("hereabouts_platform.cases.clocks").joinpath("rules")
    return book_of(*(read_edition(folder.joinpath(name).read_text(encoding="utf-8"), name) for name in names))


def _shipped() -> list[str]:
    folder = files("hereabouts_platform.cases.clocks").joinpath("rules")
    return sorted(entry.name for entry in folder.iterdir() if entry.name.endswith(".toml"))


def book_of(*editions: Edition) -> RuleBook:
    """A book of a nation's editions.

    Raises:
        InputError: they are of several nations, or two begin on the same day.
    """
    ordered = tuple(sorted(editions, key=lambda edition: edition.begins))
    if len({edition.nation for edition in ordered}) != 1:
        raise InputError("nation", [edition.nation for edition in ordered], "Give the editions of one nation.")
    if len({edition.begins for edition in ordered}) != len(ordered):
        raise InputError("begins", [str(edition.begins) for edition in ordered], "Let each begin on a day of its own.")
    return RuleBook(nation=ordered[0].nation, editions=ordered)


def read_edition(text: str, where: str) -> Edition:
    """Read the text of one edition; `where` is its name in messages.

    Raises:
        InputError: it is no TOML, or a key is missing, unknown or wrong.
    """
    table = TomlTable.read(text, where)
    table.only(_KEYS)
    clocks = tuple(_clock(row) for row in table.rows("clock"))
    _check_names(table, clocks)
    return Edition(
        nation=_name(table, "nation"),
        title=table.text("title"),
        instrument=table.text("instrument"),
        version=table.text("version"),
        begins=_day(table, "begins"),
        tenancies=_some(table, "tenancies"),
        outside=table.text("outside"),
        working_days=WorkingDays(
            subdivision=check_subdivision(table.text("holidays"), f"{where}: holidays"),
            known_to=_day(table, "holidays_known_to"),
        ),
        hazards=tuple(_hazard(row) for row in table.rows("hazard")),
        clocks=clocks,
        entry=_entry(table.table("entry")),
        uncertain=table.texts("uncertain"),
        text=text,
        sha256=hashlib.sha256(text.encode()).hexdigest(),
    )


def _check_names(table: TomlTable, clocks: tuple[ClockRule, ...]) -> None:
    """A name stands once for each tenancy, and what a clock refers to is there."""
    count = Counter(
        (clock.name, tenancy) for clock in clocks for tenancy in clock.tenancies or table.texts("tenancies")
    )
    names = {clock.name for clock in clocks}
    for (name, tenancy), times in count.items():
        if times > 1:
            raise InputError(f"{table.where}: clock", name, f"Let it stand once for {tenancy}.")
    for clock in clocks:
        for other in (*clock.superseded_by, *filter(None, [clock.second_reading_of])):
            if other not in names:
                raise InputError(f"{table.where}: clock {clock.name}", other, f"Clocks here are {', '.join(names)}.")


def _hazard(row: TomlTable) -> HazardRule:
    row.only(("name", "title", "begins", "emergency_begins"))
    return HazardRule(
        name=_name(row, "name"),
        title=row.text("title"),
        begins=_day(row, "begins") if "begins" in row.values else None,
        emergency_begins=_day(row, "emergency_begins") if "emergency_begins" in row.values else None,
    )


def _entry(row: TomlTable | None) -> EntryRule | None:
    if row is None:
        return None
    row.only(("hours", "basis"))
    return EntryRule(hours=int(row.number("hours")), basis=row.text("basis"))


def _clock(row: TomlTable) -> ClockRule:
    row.only(_CLOCK_KEYS)
    starts = _some(row, "starts")
    if any(start != AWARE for start in starts):
        _kinds(row, "starts", {AWARE})
    unit = Unit(row.choice("unit", tuple(Unit), ""))
    return ClockRule(
        name=_name(row, "name"),
        title=row.text("title"),
        basis=row.text("basis"),
        starts=starts,
        significance=_words(row, "significance", Significance),
        tenancies=row.texts("tenancies"),
        amount=0 if unit is Unit.CONTINUOUS else _amount(row),
        unit=unit,
        met_by=_kinds(row, "met_by"),
        met_in_person=_yes(row, "met_in_person"),
        unless=_kinds(row, "unless"),
        unless_told=_yes(row, "unless_told"),
        unless_found=_words(row, "unless_found", Significance),
        requires=row.maybe_text("requires"),
        superseded_by=row.texts("superseded_by"),
        same_day=_yes(row, "same_day"),
        once=_yes(row, "once"),
        second_reading_of=row.maybe_text("second_reading_of"),
        dismissible=_yes(row, "dismissible"),
        extends=_yes(row, "extends"),
        note=row.text("note", ""),
    )


def _name(row: TomlTable, key: str) -> str:
    if not _NAME.fullmatch(row.text(key)):
        row.refuse(key, "Write small letters, digits and underscores, like damp_mould.")
    return row.text(key)


def _amount(row: TomlTable) -> int:
    amount = row.number("amount")
    if amount < 1 or amount != int(amount):
        row.refuse("amount", "Write a whole number, 1 or more.")
    return int(amount)


def _day(row: TomlTable, key: str) -> date:
    value = row.values.get(key)
    if not isinstance(value, date) or isinstance(value, datetime):
        row.refuse(key, "Write a date without quotes, like 2025-10-27.")
    return value


def _yes(row: TomlTable, key: str) -> bool:
    value = row.values.get(key, False)
    if not isinstance(value, bool):
        row.refuse(key, "Write true or false.")
    return value


def _some(row: TomlTable, key: str) -> tuple[str, ...]:
    if not row.texts(key):
        row.refuse(key, "Write at least one.")
    return row.texts(key)


def _words(row: TomlTable, key: str, kind: type[Word]) -> tuple[Word, ...]:
    known = {str(word): word for word in kind}
    if set(row.texts(key)) - known.keys():
        row.refuse(key, f"Words here are {', '.join(known)}.")
    return tuple(known[text] for text in row.texts(key))


def _kinds(row: TomlTable, key: str, besides: frozenset[str] | set[str] = frozenset()) -> tuple[CaseEventKind, ...]:
    known = {str(kind): kind for kind in CaseEventKind}
    if set(row.texts(key)) - known.keys() - besides:
        row.refuse(key, f"Write kinds of event: {', '.join([*besides, *known])}.")
    return tuple(known[text] for text in row.texts(key) if text in known)
