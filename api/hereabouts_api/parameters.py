"""What requests may ask with. Unknown parameters are refused by name; times have a zone or are refused."""

import re
from datetime import UTC, datetime, timedelta
from typing import Annotated

from fastapi import Path
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from hereabouts_platform.store.places import Box
from hereabouts_platform.store.readings import Bucket, CivilBucket, Interval
from hereabouts_schemas.errors import InputError
from hereabouts_schemas.quantity import QUANTITIES
from hereabouts_schemas.times import parse_time

# PostgreSQL's text has no NUL.
Text = Annotated[str, StringConstraints(max_length=1000, pattern=r"^[^\x00]*$")]
Sentence = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2000, pattern=r"^[^\x00]*$")
]
PlaceId = Annotated[
    Text,
    Path(description="A place's id. A room's holds a slash, `home/room`; as it is or as `%2F`.", examples=["home-7"]),
]

DatastreamId = Annotated[int, Path(ge=1, lt=2**31, description="A datastream's number.", examples=[12])]
Instant = Annotated[
    str,
    Path(
        max_length=100, description="RFC 3339 with a zone; exactly a reading's time.", examples=["2026-03-03T14:00:00Z"]
    ),
]

CIVIL = {"P1D": CivilBucket.DAY, "P1W": CivilBucket.WEEK, "P1M": CivilBucket.MONTH}
_FIXED = re.compile(r"PT(?:(?P<hours>\d{1,4})H)?(?:(?P<minutes>\d{1,4})M)?", re.ASCII)
_LONGEST = timedelta(days=1)


class NoParameters(BaseModel):
    """The route takes none."""

    model_config = ConfigDict(extra="forbid")


class ListParameters(BaseModel):
    """Every list is read in pages."""

    model_config = ConfigDict(extra="forbid")

    limit: int = Field(100, ge=1, le=1000, description="At most so many items.")
    cursor: str | None = Field(None, max_length=4000, description="`next` of the answer before this one.")


class ReadingParameters(BaseModel):
    """Which readings, over which time, in which buckets."""

    model_config = ConfigDict(extra="forbid")

    datetime: str | None = Field(
        None,
        max_length=200,
        description="`a/b`: from `a` up to but not including `b`, RFC 3339 with a zone; `..` is an open end.",
        examples=["2026-03-01T00:00:00Z/2026-03-08T00:00:00Z"],
    )
    bucket: str | None = Field(
        None,
        max_length=20,
        description="`PT1M` to `PT24H` for buckets of fixed width aligned to UTC, or `P1D`, `P1W`, `P1M` for civil "
        "days, weeks (from Monday) and months of Europe/London.",
        examples=["PT1H"],
    )
    limit: int = Field(1000, ge=1, le=10_000, description="At most so many items.")
    cursor: str | None = Field(None, max_length=4000, description="`next` of the answer before this one.")

    def interval(self) -> Interval:
        """The time asked for; everything when none is."""
        return interval_of(self.datetime) if self.datetime is not None else Interval()

    def width(self) -> Bucket | None:
        """The bucket asked for, if one is."""
        return bucket_of(self.bucket) if self.bucket is not None else None


def interval_of(text: str) -> Interval:
    """Read `a/b`.

    Raises:
        InputError: not two ends, an end without a zone, or nothing between them.
    """
    ends = text.split("/")
    if len(ends) != 2:
        raise InputError("datetime", text, "Give an interval a/b, like 2026-03-01T00:00:00Z/2026-03-08T00:00:00Z.")
    from_at, to_at = (_end(end, text) for end in ends)
    if from_at is not None and to_at is not None and to_at <= from_at:
        raise InputError("datetime", text, "The end must be later than the start.")
    return Interval(from_at=from_at, to_at=to_at)


def _end(end: str, text: str) -> datetime | None:
    if end in ("..", ""):
        return None
    try:
        return parse_time(end)
    except (ValueError, OverflowError) as error:
        cure = "Give each end as RFC 3339 with a zone, like 2026-03-01T00:00:00Z (a + must be sent as %2B), or `..`."
        raise InputError("datetime", text, cure) from error


def instant_of(text: str) -> datetime:
    """Read one instant.

    Raises:
        InputError: not an instant, or without a zone.
    """
    try:
        return parse_time(text)
    except (ValueError, OverflowError) as error:
        raise InputError("time", text, "Give RFC 3339 with a zone, like 2026-03-03T14:00:00Z.") from error


def bucket_of(text: str) -> Bucket:
    """Read an ISO 8601 duration of hours and minutes up to a day, or P1D, P1W, P1M.

    Raises:
        InputError: anything else.
    """
    if text in CIVIL:
        return CIVIL[text]
    match = _FIXED.fullmatch(text)
    width = timedelta(hours=int(match["hours"] or 0), minutes=int(match["minutes"] or 0)) if match else timedelta()
    if not timedelta() < width <= _LONGEST:
        raise InputError("bucket", text, "Give PT1M to PT24H (like PT15M, PT1H or PT1H30M), P1D, P1W or P1M.")
    return width


def box_of(text: str) -> Box:
    """Read `west,south,east,north` in degrees.

    Raises:
        InputError: not four numbers on the globe, or the wrong way round.
    """
    return Box.parse("bbox", text)


def quantities_of(text: str) -> list[str]:
    """Read names of quantities, separated by commas.

    Raises:
        InputError: one that the vocabulary does not have.
    """
    names = text.split(",")
    for name in names:
        if name not in QUANTITIES:
            raise InputError("quantity", name, f"Choose from {', '.join(QUANTITIES)}.")
    return names


def ids_of(text: str) -> list[int]:
    """Read numbers of datastreams, separated by commas, at most 100.

    Raises:
        InputError: anything else.
    """
    parts = text.split(",")
    if len(parts) > 100 or not all(re.fullmatch(r"[1-9][0-9]{0,8}", part) for part in parts):
        raise InputError("datastream", text, "Give 1 to 100 numbers of datastreams, separated by commas, like 12,13.")
    return sorted({int(part) for part in parts})


def utc_now() -> datetime:
    """The present, for rules that are told the time."""
    return datetime.now(UTC)
