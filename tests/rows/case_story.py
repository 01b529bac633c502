"""A case told in events, for tests: `Story().then("alert_raised", "2026-11-23 10:00")`; numbers rise as it is told."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from hereabouts_platform.cases.clocks.awareness import AwarenessPolicy
from hereabouts_platform.cases.clocks.book_file import load_book
from hereabouts_platform.cases.clocks.clock import Clock, ClockState
from hereabouts_platform.cases.clocks.clocks import clocks_of
from hereabouts_schemas.case import CaseEvent, CaseEventKind
from hereabouts_schemas.times import LONDON


def london(text: str) -> datetime:
    """An instant as a clock in London shows it, such as 2026-11-23 10:00."""
    return datetime.fromisoformat(text).replace(tzinfo=LONDON)


@dataclass
class Story:
    """A case's events, and what its clocks say of them."""

    nation: str = "england"
    hazard: str = "damp_mould"
    tenancy: str | None = "social_lease"
    policy: AwarenessPolicy = AwarenessPolicy.ALERT_RAISED
    events: list[CaseEvent] = field(default_factory=list)

    def then(self, kind: str, at: str, /, **detail: Any) -> "Story":
        """One more event; `actor` in the detail says who."""
        actor = str(detail.pop("actor", "ann"))
        number = len(self.events) + 1
        event = CaseEvent(id=number, kind=CaseEventKind(kind), at=london(at), actor=actor, detail=detail)
        self.events.append(event)
        return self

    def clocks(self, now: str) -> list[Clock]:
        """Every clock, those replaced too."""
        return clocks_of(
            self.events, load_book(self.nation), self.policy, london(now), hazard=self.hazard, tenancy=self.tenancy
        )

    def clock(self, key: str, now: str) -> Clock:
        """The clock of a key."""
        (found,) = [clock for clock in self.clocks(now) if clock.key == key]
        return found

    def states(self, now: str) -> dict[str, ClockState]:
        """How each clock stands."""
        return {clock.key: clock.state for clock in self.clocks(now)}
