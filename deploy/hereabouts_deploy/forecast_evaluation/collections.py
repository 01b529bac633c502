"""A file of collections: which slot, in which street, when, and how full it was."""

import csv
import gzip
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TextIO

from hereabouts_schemas.errors import InputError
from hereabouts_schemas.times import LONDON

SLOT, STREET, TIME, FILL = "container_slot_id", "address", "collected_at_local", "fill_before_pct_of_80"
#: "23 Leith Walk" and "Leith Walk" are one street.
HOUSE_NUMBER = re.compile(r"^\d[\d\-/]*[A-Za-z]?\s+")


@dataclass(frozen=True, kw_only=True, slots=True)
class Collection:
    """One emptying: `at` in seconds since 1970 UTC, `fill` in per cent of what the sensor can see, 100 "or more"."""

    slot: str
    street: str
    at: int
    fill: float


def read_collections(path: Path) -> list[Collection]:
    """The collections of a CSV file (plain or .gz), in order of time.

    Raises:
        InputError: it cannot be read, lacks a column, or a cell is none.
    """
    try:
        with _opened(path) as lines:
            rows = csv.DictReader(lines)
            missing = [name for name in (SLOT, STREET, TIME, FILL) if name not in (rows.fieldnames or [])]
            if missing:
                raise InputError("FILE", str(path), f"It has no column {missing[0]}.")
            return sorted(_collections(rows), key=lambda one: (one.at, one.slot))
    except (OSError, EOFError, UnicodeDecodeError, csv.Error) as error:
        raise InputError("FILE", str(path), f"It cannot be read: {error}.") from error


def _opened(path: Path) -> TextIO:
    if path.suffix == ".gz":
        return gzip.open(path, "rt", encoding="utf-8", newline="")
    return path.open(encoding="utf-8", newline="")


def _collections(rows: Iterator[Mapping[str, str]]) -> Iterator[Collection]:
    for line, row in enumerate(rows, start=2):
        yield Collection(
            slot=row[SLOT],
            street=HOUSE_NUMBER.sub("", row[STREET]).strip().casefold(),
            at=local_seconds(row[TIME], line),
            fill=_fill(row[FILL], line),
        )


def local_seconds(text: str, line: int | None = None) -> int:
    """Seconds since 1970 UTC of a local time without offset; of a time that existed twice, the first."""
    try:
        return int(datetime.fromisoformat(text).replace(tzinfo=LONDON).astimezone(UTC).timestamp())
    except ValueError as error:
        raise InputError(TIME, text, "Give a local time like 2016-07-18 06:30:00.", line=line) from error


def _fill(text: str, line: int) -> float:
    try:
        fill = float(text)
    except ValueError as error:
        raise InputError(FILL, text, "Give a number of per cent.", line=line) from error
    if not 0 <= fill <= 100:
        raise InputError(FILL, text, "Give per cent from 0 to 100.", line=line)
    return fill
