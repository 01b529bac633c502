"""Whether what came in adds up: at the door, in outcomes and in the raw batches, hour by hour and source by source."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from hereabouts_platform.rules.wording import say_list, say_time
from hereabouts_schemas.alert import Assessment, Evidence, Finding, Level, SubjectKind

HAZARD = "unaccounted"
RULE = "accounting"
RULE_VERSION = "1"
HOUR = timedelta(hours=1)
HOURS_TOLD = 3


@dataclass(frozen=True, kw_only=True, slots=True)
class HourBooks:
    """One hour (from `hour`, UTC) of one source; all numbers are messages.

    Attributes:
        door: counted where they came in, before anything was understood.
        kept: found in the raw batches.
        received, outcomes: counted where outcomes are written; `outcomes` adds up the four.
        untold: messages of that hour, of whatever source, in batches of a release that did not count at the door.
    """

    hour: datetime
    door: int
    kept: int
    received: int
    outcomes: int
    untold: int = 0

    @property
    def agrees(self) -> bool | None:
        """Whether all four numbers are the same; None when they are not and batches without a door explain it."""
        if self.door == self.kept == self.received == self.outcomes:
            return True
        return None if self.untold else False

    @property
    def difference(self) -> int:
        """By how many messages the numbers are apart at the most."""
        numbers = (self.door, self.kept, self.received, self.outcomes)
        return max(numbers) - min(numbers)


def assess_source(name: str, differing: Sequence[HourBooks], agreed: int, now: datetime) -> Assessment:
    """FLAG while the numbers of any hour differ; CLEAR when none do and some hour was checked.

    Args:
        name: of the source.
        differing: hours whose numbers do not agree, in order of time.
        agreed: how many checked hours agree.
        now: the time of the check, UTC.
    """
    finding = Finding.FLAG if differing else Finding.CLEAR if agreed else Finding.CANNOT_SAY
    return Assessment(
        subject_kind=SubjectKind.SOURCE,
        subject_id=name,
        hazard=HAZARD,
        finding=finding,
        level=Level.ACT,
        reason=_reason(name, differing, finding),
        rule=RULE,
        rule_version=RULE_VERSION,
        evidence={} if finding is Finding.CANNOT_SAY else {"messages_unaccounted": _evidence(differing, now)},
    )


def _evidence(differing: Sequence[HourBooks], now: datetime) -> Evidence:
    return Evidence(
        value=sum(books.difference for books in differing),
        unit="{count}",
        limit=1,
        from_at=differing[0].hour if differing else now - HOUR,
        to_at=differing[-1].hour + HOUR if differing else now,
    )


def _reason(name: str, differing: Sequence[HourBooks], finding: Finding) -> str:
    match finding:
        case Finding.CLEAR:
            return f"Every message that came in from {name} is accounted for."
        case Finding.FLAG:
            told = " ".join(say_hour(books) for books in differing[-HOURS_TOLD:][::-1])
            rest = len(differing) - HOURS_TOLD
            more = f" And {rest} more hour{'s' if rest > 1 else ''}." if rest > 0 else ""
            return f"The numbers of {name} do not agree. {told}{more}"
        case _:
            return f"No message of {name} was counted at the door yet, so nothing can be compared."


def say_hour(books: HourBooks) -> str:
    """One hour's numbers as a sentence, with the numbers that are apart.

    Example:
        >>> from datetime import UTC
        >>> hour = datetime(2026, 1, 5, 13, tzinfo=UTC)
        >>> say_hour(HourBooks(hour=hour, door=96, kept=96, received=96, outcomes=93))
        'In the hour from 5 January 2026, 13:00, 96 messages came in at the door and 93 have an outcome.'
    """
    parts = [f"{books.door:,} message{' came' if books.door == 1 else 's came'} in at the door"]
    if books.received not in (books.door, books.outcomes):
        parts.append(f"{books.received:,} were taken up")
    if books.outcomes != books.door:
        parts.append(f"{books.outcomes:,} have an outcome")
    if books.kept != books.door:
        parts.append(f"{books.kept:,} lie in the raw batches")
    return f"In the hour from {say_time(books.hour)}, {say_list(parts)}."
