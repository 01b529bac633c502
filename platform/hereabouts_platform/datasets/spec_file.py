"""A dataset's description from its TOML, and the descriptions that come with this release."""

import re
from codecs import lookup
from importlib.resources import files
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from hereabouts_platform.datasets.spec import (
    ISO,
    Clock,
    ColumnSpec,
    ColumnType,
    DatasetSpec,
    FileSpec,
    PlaceKind,
    PlaceSpec,
    Sensitivity,
    TimeSpec,
    folded,
)
from hereabouts_schemas.errors import InputError
from hereabouts_schemas.toml_table import TomlTable

_KEYS = (
    *("name", "title", "description", "source", "licence", "attribution", "vintage", "sensitivity"),
    *("key", "missing", "others", "file", "place", "time", "column"),
)
_COLUMN_KEYS = (
    *("name", "header", "title", "type", "unit", "meaning", "categories", "missing"),
    *("format", "zone", "twice"),
)
_NAME = re.compile(r"[a-z][a-z0-9_]{0,62}", re.ASCII)
_VINTAGE = re.compile(r"[0-9]{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12][0-9]|3[01]))?)?", re.ASCII)
_UNIT = re.compile(r"[!-~]{1,40}", re.ASCII)
_STATED = "stated"
_NUMBERS = (ColumnType.NUMBER, ColumnType.INTEGER)


def shipped() -> list[str]:
    """The names of the descriptions that come with this release."""
    folder = files("hereabouts_platform.datasets").joinpath("specs")
    return sorted(entry.name.removesuffix(".toml") for entry in folder.iterdir() if entry.name.endswith(".toml"))


def load_spec(name: str, vintage: str | None = None) -> DatasetSpec:
    """Read a description: one of those shipped, by name, or a file.

    Args:
        name: of a shipped description, or a path.
        vintage: `2026`, `2026-09` or `2026-09-30`; counts before the one in the description.

    Raises:
        InputError: it cannot be read, or a key is wrong.
    """
    if name in shipped():
        text = files("hereabouts_platform.datasets").joinpath("specs", f"{name}.toml").read_text(encoding="utf-8")
        return read_spec(text, f"{name}.toml", vintage)
    path = Path(name)
    try:
        return read_spec(path.read_text(encoding="utf-8"), path.name, vintage)
    except UnicodeDecodeError:
        raise InputError("spec", name, "Save it in UTF-8.") from None
    except OSError as error:
        raise InputError(
            "spec", name, f"{error.strerror}. Give a TOML file, or the name of one that comes along: "
            f"{', '.join(shipped())}."
        ) from None  # fmt: skip


def read_spec(text: str, where: str, vintage: str | None = None) -> DatasetSpec:
    """Read the text of a description; `where` is its name in messages.

    Raises:
        InputError: it is no TOML, or a key is missing, unknown or wrong.
    """
    table = TomlTable.read(text, where)
    table.only(_KEYS)
    if not _NAME.fullmatch(table.text("name")):
        table.refuse("name", "Write small letters, digits and underscores, at most 63, like street_trees.")
    missing = table.texts("missing")
    rows = table.rows("column")
    if not rows:
        table.refuse("column", "Describe at least one column: [[column]].")
    columns = tuple(_column(row, missing) for row in rows)
    _refuse_doubles(rows, columns)
    return DatasetSpec(
        name=table.text("name"),
        title=table.text("title"),
        description=table.text("description", ""),
        source=table.text("source"),
        licence=table.text("licence"),
        attribution=table.text("attribution"),
        vintage=_vintage(table, vintage),
        sensitivity=Sensitivity(table.choice("sensitivity", tuple(Sensitivity), "")),
        key=table.texts("key"),
        ignores_others=table.choice("others", ("refuse", "ignore"), "refuse") == "ignore",
        file=_file(table.table("file")),
        place=_place(table),
        time=_time(table.table("time")),
        columns=columns,
        text=text,
    )


def _vintage(table: TomlTable, given: str | None) -> str:
    """Years first, so that vintages sort as they followed each other."""
    cure = "Write the year, the month or the day it is of: 2026, 2026-09 or 2026-09-30."
    if given is not None:
        if not _VINTAGE.fullmatch(given):
            raise InputError("vintage", given, cure)
        return given
    if "vintage" not in table.values:
        table.refuse("vintage", f"{cure} Or give it with the file: --vintage.")
    if not _VINTAGE.fullmatch(table.text("vintage")):
        table.refuse("vintage", cure)
    return table.text("vintage")


def _file(table: TomlTable | None) -> FileSpec:
    if table is None:
        return FileSpec()
    table.only(("delimiter", "encoding", "sheet", "header_line"))
    delimiter, encoding = table.text("delimiter", ","), table.text("encoding", "utf-8")
    if len(delimiter) != 1 or delimiter in '"\r\n':
        table.refuse("delimiter", 'Write one character, like "," or ";" or "\\t".')
    try:
        lookup(encoding)
    except LookupError:
        table.refuse("encoding", "Write the name of an encoding, like utf-8 or windows-1252.")
    line = table.number("header_line", 1)
    if line != int(line) or not 1 <= line <= 1000:
        table.refuse("header_line", "Write the number of the line that names the columns; the first is 1.")
    return FileSpec(delimiter=delimiter, encoding=encoding, sheet=table.maybe_text("sheet"), header_line=int(line))


_POSITION_KEYS = {PlaceKind.LONLAT: ("lon", "lat"), PlaceKind.GRID: ("easting", "northing"), PlaceKind.GEOMETRY: ()}


def _place(spec: TomlTable) -> PlaceSpec:
    table = spec.table("place")
    if table is None:
        spec.refuse("place", "Say which column names the place of a row: [place] with kind and column.")
    kind = PlaceKind(table.choice("kind", tuple(PlaceKind), ""))
    keys = _POSITION_KEYS.get(kind, ("column",))
    table.only(("kind", *keys, *(("within_m",) if kind in _POSITION_KEYS else ())))
    within = table.number("within_m") if "within_m" in table.values else None
    if within is not None and not 0 < within <= 1000:
        table.refuse("within_m", "Write metres, more than 0 and at most 1000.")
    return PlaceSpec(kind=kind, columns=tuple(table.text(key) for key in keys), within_m=within)


def _time(table: TomlTable | None) -> TimeSpec | None:
    if table is None:
        return None
    table.only(("at", "from", "to", "to_included", "format", "zone", "twice"))
    if ("at" in table.values) == ("from" in table.values and "to" in table.values):
        table.refuse("at", "Write at for an instant, or from and to for a period.")
    clock = _clock(table)
    if "at" in table.values:
        return TimeSpec(from_=table.text("at"), to=None, to_included=False, clock=clock)
    included = table.values.get("to_included")
    if not isinstance(included, bool):
        table.refuse("to_included", "Write true where the last day belongs to the period, false where it ends before.")
    return TimeSpec(from_=table.text("from"), to=table.text("to"), to_included=included, clock=clock)


def _clock(table: TomlTable) -> Clock:
    """A zone is never guessed: one is named, or every cell states its own."""
    formats = table.texts("format") if isinstance(table.values.get("format"), list) else (table.text("format", ISO),)
    zone, twice = table.text("zone", ""), table.maybe_text("twice")
    if not zone:
        table.refuse(
            "zone", 'Write whose clock it is, like "Europe/London" or "UTC", or "stated" where each has its own.'
        )
    if twice not in (None, "first", "second"):
        table.refuse("twice", "Write first or second.")
    if zone == _STATED:
        return Clock(formats=formats, zone=None, twice=twice)
    try:
        return Clock(formats=formats, zone=ZoneInfo(zone), twice=twice)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        table.refuse("zone", 'Write a zone of the IANA list, like "Europe/London".')


def _column(table: TomlTable, missing: tuple[str, ...]) -> ColumnSpec:
    table.only(_COLUMN_KEYS)
    name, type_ = table.text("name"), ColumnType(table.choice("type", tuple(ColumnType), ""))
    if not _NAME.fullmatch(name):
        table.refuse("name", "Write small letters, digits and underscores, at most 63, like floor_area.")
    unit = table.maybe_text("unit")
    if type_ in _NUMBERS and (unit is None or not _UNIT.fullmatch(unit)):
        table.refuse("unit", "Write its UCUM code, like m2, kWh, Cel or [GBP]; 1 for a plain number.")
    if type_ not in _NUMBERS and unit is not None:
        table.refuse("unit", "Only numbers have a unit.")
    return ColumnSpec(
        name=name,
        header=table.text("header", name),
        title=table.text("title"),
        type=type_,
        meaning=table.text("meaning"),
        unit=unit,
        categories=_categories(table, type_),
        missing=frozenset({*missing, *table.texts("missing")}),
        clock=_column_clock(table, type_),
    )


def _column_clock(table: TomlTable, type_: ColumnType) -> Clock:
    if type_ is ColumnType.TIME:
        return _clock(table)
    for key in ("zone", "twice", *(() if type_ is ColumnType.DATE else ("format",))):
        if key in table.values:
            table.refuse(key, f"A {type_} has none.")
    return Clock(formats=(table.text("format", ISO),))


def _categories(table: TomlTable, type_: ColumnType) -> tuple[tuple[str, str], ...]:
    value = table.values.get("categories")
    if (type_ is ColumnType.CATEGORY) != (value is not None):
        table.refuse("categories", "A category needs its codes, and nothing else has any.")
    if value is None:
        return ()
    if not isinstance(value, dict) or not value or not all(isinstance(meaning, str) for meaning in value.values()):
        table.refuse("categories", 'Write codes with what they mean, like { A = "92 or more" }.')
    return tuple(value.items())


def _refuse_doubles(rows: list[TomlTable], columns: tuple[ColumnSpec, ...]) -> None:
    names = [column.name for column in columns]
    headers = [folded(column.header) for column in columns]
    for n, row in enumerate(rows):
        if names[n] in names[:n]:
            row.refuse("name", "Another column has this name; choose one of its own.")
        if headers[n] in headers[:n]:
            row.refuse("header" if "header" in row.values else "name", "Another column is read from it already.")
