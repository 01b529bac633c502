"""The council's days as forecast and plan use them: which bins feel an event, and which are under a duty."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta

from hereabouts_platform.bins.calendar import Calendar, Event
from hereabouts_platform.bins.duties import Duty
from hereabouts_platform.rules.waste_places import SlotFacts
from hereabouts_platform.store.calendar import CalendarEntry, EntryKind, areas_of_bins, calendar_entries, nation_of
from hereabouts_platform.store.connection import Connection
from hereabouts_platform.store.waste_places import WastePlace
from hereabouts_schemas.times import LONDON
from hereabouts_schemas.trouble import Trouble, TroubleKind

SUNDAY = 6
INSTANT = timedelta(microseconds=1)

Slots = Mapping[str, WastePlace[SlotFacts]]


@dataclass(frozen=True, kw_only=True, slots=True)
class CouncilDays:
    """What the store says of days.

    Attributes:
        calendar: for the forecast; bank holidays count as Sundays.
        duties: of bins, by their ids.
        troubles: lines that name something where no bin is any more.
    """

    calendar: Calendar = field(default_factory=Calendar)
    duties: tuple[Duty, ...] = ()
    troubles: tuple[Trouble, ...] = ()


def group_of(facts: SlotFacts) -> str:
    """Of bins that fill alike: as the council says, else those of the same stream."""
    return facts.group or facts.stream


def council_days(connection: Connection, slots: Slots, span: tuple[int, int]) -> CouncilDays:
    """Everything that touches a span, seconds since 1970 UTC."""
    first, last = (datetime.fromtimestamp(at, UTC) for at in span)
    entries = [
        one for one in calendar_entries(connection) if one.from_at < last and (one.to_at is None or one.to_at > first)
    ]
    named = any(one.areas for one in entries)
    return days_of(entries, nation_of(connection), slots, areas_of_bins(connection) if named else {})


def days_of(entries: Sequence[CalendarEntry], nation: str, slots: Slots, areas: Mapping[str, set[str]]) -> CouncilDays:
    """What lines of the calendar come to for these bins.

    Args:
        areas: bin slot -> codes of the areas that it lies in.
    """
    names = {
        place: {place, one.parent or place, group_of(one.facts), *areas.get(place, ())} for place, one in slots.items()
    }
    calendar = Calendar(
        nation=nation,
        school_holidays=tuple(_days(one) for one in entries if one.kind is EntryKind.SCHOOL_HOLIDAY),
        events=tuple(event for one in entries for event in _events(one, slots, names)),
        bank_holidays=frozenset(day for one in entries if one.kind is EntryKind.BANK_HOLIDAY for day in _each(one)),
        bank_holiday_as=SUNDAY,
    )
    duties = tuple(_duty(one, names) for one in entries if one.kind is EntryKind.STATUTORY)
    known = set[str]().union(*names.values())
    troubles = tuple(
        Trouble(
            kind=TroubleKind.CALENDAR,
            about=one.name,
            says=f"The calendar's {one.name} names {', '.join(lost)}, and no bin goes by that.",
        )
        for one in entries
        if (lost := sorted(set(one.areas) - known))
    )
    return CouncilDays(calendar=calendar, duties=duties, troubles=troubles)


def _events(entry: CalendarEntry, slots: Slots, names: Mapping[str, set[str]]) -> Iterable[Event]:
    """A factor as each group feels it: by the share of its bins that lie there."""
    if entry.factor is None or entry.to_at is None or entry.factor == 1:
        return
    everywhere = Event(name=entry.name, from_at=entry.from_at, to_at=entry.to_at, factor=entry.factor)
    if not entry.areas:
        yield everywhere
        return
    groups: dict[str, list[bool]] = {}
    for place, one in slots.items():
        groups.setdefault(group_of(one.facts), []).append(not names[place].isdisjoint(entry.areas))
    for group, felt in sorted(groups.items()):
        if any(felt):
            factor = 1 + (entry.factor - 1) * sum(felt) / len(felt)
            yield replace(everywhere, factor=factor, groups=(group,))


def _duty(entry: CalendarEntry, names: Mapping[str, set[str]]) -> Duty:
    assert entry.weekdays is not None  # noqa: S101 - the table sees to it
    assert entry.by_time is not None  # noqa: S101
    first, last = _days(entry)
    here = frozenset(place for place, words in names.items() if not words.isdisjoint(entry.areas))
    return Duty(
        name=entry.name,
        weekdays=entry.weekdays,
        by=entry.by_time,
        first=first,
        last=None if entry.to_at is None else last,
        bins=here if entry.areas else None,
    )


def _days(entry: CalendarEntry) -> tuple[date, date]:
    """First and last day, Europe/London; of one without an end, the first twice."""
    first = entry.from_at.astimezone(LONDON).date()
    return first, first if entry.to_at is None else (entry.to_at - INSTANT).astimezone(LONDON).date()


def _each(entry: CalendarEntry) -> Iterable[date]:
    first, last = _days(entry)
    return (first + timedelta(days=n) for n in range((last - first).days + 1))
