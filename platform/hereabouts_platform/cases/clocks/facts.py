"""What happened, as it is believed at the end: events in the order of their times, with corrections applied."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from hereabouts_schemas.case import CaseEvent, CaseEventKind, Significance
from hereabouts_schemas.errors import InputError
from hereabouts_schemas.times import aware_utc, parse_time

_ORDER = {kind: n for n, kind in enumerate(CaseEventKind)}


@dataclass(frozen=True, kw_only=True, slots=True)
class Fact:
    """An event as it stands.

    Attributes:
        event: as recorded, but for `at` and `detail`, which a correction may have changed.
        revision: the event that last corrected it; None where none did.
    """

    event: CaseEvent
    revision: int | None = None

    @property
    def kind(self) -> CaseEventKind:
        """What happened."""
        return self.event.kind

    @property
    def at(self) -> datetime:
        """When, in UTC."""
        return self.event.at

    @property
    def name(self) -> str:
        """Which event in which revision."""
        return f"{self.event.id}" if self.revision is None else f"{self.event.id}.{self.revision}"

    @property
    def found(self) -> Significance | None:
        """What an investigation that concluded found; significant where nobody says. None for other events."""
        if self.kind is not CaseEventKind.INVESTIGATION_CONCLUDED:
            return None
        given = self.event.detail.get("significance") or Significance.SIGNIFICANT
        if given not in tuple(Significance):
            raise InputError("significance", given, f"Write {' or '.join(Significance)}.")
        return Significance(str(given))

    @property
    def remote(self) -> bool:
        """Whether an investigation was remote."""
        return self.event.detail.get("type") == "remote"


@dataclass(frozen=True, kw_only=True, slots=True)
class Start:
    """What starts a clock: the fact, and the instant it runs from (UTC), which a policy may have put later."""

    fact: Fact
    at: datetime


def facts_of(events: Iterable[CaseEvent]) -> list[Fact]:
    """Events as they stand after all corrections, by time; those withdrawn and the corrections themselves are gone.

    A later correction counts before an earlier one. One that is itself withdrawn never was.

    Raises:
        InputError: a correction cannot be read, or corrects what is not there.
    """
    recorded = sorted(events, key=lambda event: event.id)
    known = {event.id: event for event in recorded}
    corrections = [event for event in recorded if event.kind is CaseEventKind.CORRECTED]
    targets = {correction.id: _target(correction, known) for correction in corrections}
    void: set[int] = set()
    for correction in reversed(corrections):  # a correction can be withdrawn only by one that came after it
        if correction.id not in void and correction.detail.get("withdrawn"):
            void.add(targets[correction.id])
    facts = {
        event.id: Fact(event=replace(event, at=aware_utc(event.at)))
        for event in recorded
        if event.kind is not CaseEventKind.CORRECTED and event.id not in void
    }
    for correction in corrections:
        target = targets[correction.id]
        if correction.id not in void and target in facts:
            facts[target] = _corrected(facts[target], correction)
    return sorted(facts.values(), key=lambda fact: (fact.at, _ORDER[fact.kind], fact.event.id))


def _target(correction: CaseEvent, known: Mapping[int, CaseEvent]) -> int:
    given = correction.detail.get("event")
    if not isinstance(given, int) or given not in known or given >= correction.id:
        raise InputError("event", given, "Name the number of an event of this case that was recorded before.")
    if not any(correction.detail.get(key) for key in ("at", "withdrawn", "detail")):
        raise InputError("correction", dict(correction.detail), "Say `at`, `detail` or `withdrawn`.")
    return given


def _corrected(fact: Fact, correction: CaseEvent) -> Fact:
    at, detail = correction.detail.get("at"), correction.detail.get("detail")
    event = replace(
        fact.event,
        at=fact.at if at is None else instant(at, "at"),
        detail={**fact.event.detail, **(detail if isinstance(detail, Mapping) else {})},
    )
    return Fact(event=event, revision=correction.id)


def instant(given: object, field: str) -> datetime:
    """A time in the detail of an event, in UTC.

    Raises:
        InputError: it is none, or has no zone.
    """
    try:
        return aware_utc(given) if isinstance(given, datetime) else parse_time(str(given))
    except ValueError:
        raise InputError(field, given, "Write a time with its zone, like 2026-11-23T09:30:00Z.") from None
