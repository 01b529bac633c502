"""What a mapping says: where in a feed's messages device, time, values and events stand."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from jsonpath_rfc9535 import JSONPathError, JSONPathQuery

from hereabouts_ingest.clocks import read_epoch, read_time
from hereabouts_ingest.local_time import Twice, from_local
from hereabouts_schemas.message import TimeSource
from hereabouts_schemas.profile import FieldSpec
from hereabouts_schemas.times import UNREADABLE

RFC3339, UNIX_S, UNIX_MS = "rfc3339", "unix_s", "unix_ms"


@dataclass(frozen=True, kw_only=True, slots=True)
class TopicPattern:
    """Topics with names for some of their levels: `zigbee2mqtt/{device}`. `text` is as it was written."""

    text: str
    regex: re.Pattern[str]

    def captures(self, topic: str) -> Mapping[str, str] | None:
        """What the named levels hold; None where the topic is another."""
        match = self.regex.fullmatch(topic)
        return match.groupdict() if match else None


@dataclass(frozen=True, kw_only=True, slots=True)
class TimeForm:
    """How a time is written: `rfc3339`, `unix_s`, `unix_ms`, or a strptime pattern, with a zone where it says none."""

    form: str
    zone: ZoneInfo | None = None
    twice: Twice | None = None

    def read(self, stated: object) -> datetime:
        """The instant (UTC); `UNREADABLE` where `stated` is not written that way.

        Raises:
            Refusal: `clock`: a local time that did not exist, or existed twice.
        """
        if self.form in (UNIX_S, UNIX_MS):
            if type(stated) not in (int, float):
                return UNREADABLE
            try:
                seconds = float(stated)  # type: ignore[arg-type]  # one of the two, by the line above
            except OverflowError:
                return UNREADABLE
            return read_epoch(seconds / 1000 if self.form == UNIX_MS else seconds)
        if type(stated) is not str:
            return UNREADABLE
        return read_time(stated) if self.form == RFC3339 else self._parse(stated)

    def _parse(self, stated: str) -> datetime:
        try:
            at = datetime.strptime(stated.strip(), self.form)  # noqa: DTZ007 - the zone is put on below
            if self.zone is not None:
                return from_local(at, self.zone, self.twice)
            return at.astimezone(UTC) if at.tzinfo is not None else UNREADABLE
        except (ValueError, OverflowError):
            return UNREADABLE


@dataclass(frozen=True, kw_only=True, slots=True)
class TimeRule:
    """Where the message's own time stands, how it is written, and whose clock it is."""

    path: JSONPathQuery
    form: TimeForm
    clock: TimeSource


@dataclass(frozen=True, kw_only=True, slots=True)
class Series:
    """How the items of a list give values with times of their own; paths are within an item."""

    value: JSONPathQuery
    time: JSONPathQuery
    form: TimeForm


@dataclass(frozen=True, kw_only=True, slots=True)
class ValueRow:
    """A value: where it stands and what it is. `spec.path` is the JSONPath as it was written."""

    path: JSONPathQuery
    spec: FieldSpec
    series: Series | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class EventRow:
    """An event: reported where the value at `path` is one of `when`, or is there at all where that is empty."""

    path: JSONPathQuery
    code: str
    when: tuple[float | str | bool, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class FeedMapping:
    """A whole mapping.

    Attributes:
        topics: patterns that its messages match; the first that does gives the captures.
        ignore: patterns of topics that are counted and left alone.
        device: a capture's name, or a path in the body.
        time: None where the feed states none.
        read_retained: whether retained messages with a time of their own are read.
        values: empty where the profile of each device says what its fields mean.
        table: the specs of `values`, as one object, so that it is recognised.
    """

    title: str
    topics: tuple[TopicPattern, ...]
    ignore: tuple[TopicPattern, ...]
    device: str | JSONPathQuery
    time: TimeRule | None
    read_retained: bool
    values: tuple[ValueRow, ...]
    events: tuple[EventRow, ...]
    table: tuple[FieldSpec, ...]


def nodes_at(path: JSONPathQuery, body: object) -> list[object]:
    """Every value at a path. A body nested deeper than the library goes has none there."""
    try:
        return [node.value for node in path.finditer(body)]  # type: ignore[arg-type]  # any JSON
    except (JSONPathError, RecursionError):
        return []


def node_at(path: JSONPathQuery, body: object) -> object:
    """The value at a path that names one place; None where there is none."""
    found = nodes_at(path, body)
    return found[0] if found else None
