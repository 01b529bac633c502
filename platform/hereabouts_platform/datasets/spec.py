"""What a dataset's description says: where it comes from, where rows name place and time, what each column is."""

import re
from dataclasses import dataclass
from enum import StrEnum
from zoneinfo import ZoneInfo

ISO = "iso"


class Sensitivity(StrEnum):
    """Whether reading the rows is audited: home-level data is personal, even where it is published."""

    OPEN = "open"
    HOME = "home"


class PlaceKind(StrEnum):
    """By what a row names its place."""

    UPRN = "uprn"
    USRN = "usrn"
    POSTCODE = "postcode"
    GSS = "gss"
    LONLAT = "lonlat"
    GRID = "grid"
    GEOMETRY = "geometry"


class ColumnType(StrEnum):
    """What a column's cells hold."""

    TEXT = "text"
    NUMBER = "number"
    INTEGER = "integer"
    BOOLEAN = "boolean"
    DATE = "date"
    TIME = "time"
    CATEGORY = "category"


@dataclass(frozen=True, kw_only=True, slots=True)
class FileSpec:
    """How the file is laid out; each part counts for the kinds of file that have it."""

    delimiter: str = ","
    encoding: str = "utf-8"
    sheet: str | None = None
    header_line: int = 1


@dataclass(frozen=True, kw_only=True, slots=True)
class PlaceSpec:
    """Which columns name the place: one, or two for a position (east first); `within_m` links a point to a place."""

    kind: PlaceKind
    columns: tuple[str, ...]
    within_m: float | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Clock:
    """How a time is written.

    Attributes:
        formats: of `strptime`, or `iso`; the first that fits counts.
        zone: whose clock it is; None where each cell states its own offset.
        twice: which of two is meant when a clock went back; None refuses such a time.
    """

    formats: tuple[str, ...] = (ISO,)
    zone: ZoneInfo | None = None
    twice: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class TimeSpec:
    """When a row holds: at an instant (`to` is None), or from-to; `to_included` says that a last day counts whole."""

    from_: str
    to: str | None
    to_included: bool
    clock: Clock


@dataclass(frozen=True, kw_only=True, slots=True)
class ColumnSpec:
    """One column that is kept.

    Attributes:
        name: its key in the stored row.
        header: what the file calls it.
        unit: UCUM; None where it is not a number.
        categories: code -> what it means; empty where any text will do.
        missing: texts that say "no value".
        clock: how a time or date is written.
    """

    name: str
    header: str
    title: str
    type: ColumnType
    meaning: str
    unit: str | None = None
    categories: tuple[tuple[str, str], ...] = ()
    missing: frozenset[str] = frozenset()
    clock: Clock = Clock()


@dataclass(frozen=True, kw_only=True, slots=True)
class DatasetSpec:
    """A whole description; `text` is the TOML it was read from, `key` the headers that tell one row from another."""

    name: str
    title: str
    description: str
    source: str
    licence: str
    attribution: str
    vintage: str
    sensitivity: Sensitivity
    key: tuple[str, ...]
    ignores_others: bool
    file: FileSpec
    place: PlaceSpec
    time: TimeSpec | None
    columns: tuple[ColumnSpec, ...]
    text: str

    @property
    def headers(self) -> tuple[str, ...]:
        """Every column of the file that is read, once."""
        named = [*self.key, *self.place.columns, *(column.header for column in self.columns)]
        if self.time is not None:
            named += [self.time.from_, *([self.time.to] if self.time.to else [])]
        return tuple({folded(name): name for name in named}.values())

    @property
    def identifies(self) -> str:
        """The store's word for how rows name their place: the kinds of position are all points."""
        return "point" if self.place.kind in POSITIONS else self.place.kind.value


POSITIONS = (PlaceKind.LONLAT, PlaceKind.GRID, PlaceKind.GEOMETRY)
_GAPS = re.compile(r"[\s\-]+")


def folded(header: str) -> str:
    """A header as it is compared: without case; blanks and hyphens are underscores.

    Example:
        >>> folded("LMK_KEY"), folded("lmk-key "), folded("Lmk key")
        ('lmk_key', 'lmk_key', 'lmk_key')
    """
    return _GAPS.sub("_", header.strip()).casefold()
