"""How often the cause that an alert put first was the one that people found: by the cause, never by who looked."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from hereabouts_platform.rules.learning import CONFIRMED, FEW, ClosedCase, wilson


@dataclass(frozen=True, kw_only=True, slots=True)
class CauseLearned:
    """What came of the cases of which one cause was named first.

    Attributes:
        cause: the one named.
        confirmed: cases closed in which there was a hazard.
        told: of these, in how many people's words tell one cause.
        right: of these, in how many it was the one named.
        share, low, high: right of told, with its 95 % interval (Wilson); None where they are fewer than 20.
        instead: what was found instead, the most frequent first, with how often.
    """

    cause: str
    confirmed: int
    told: int
    right: int
    share: float | None
    low: float | None
    high: float | None
    instead: tuple[tuple[str, int], ...]


def learn_causes(cases: Iterable[ClosedCase]) -> list[CauseLearned]:
    """By the cause named first, the most told first; cases in which none was named are left out."""
    groups: dict[str, list[ClosedCase]] = {}
    for case in cases:
        if case.cause and case.outcome in CONFIRMED:
            groups.setdefault(case.cause, []).append(case)
    found = [_learned(cause, group) for cause, group in groups.items()]
    return sorted(found, key=lambda one: (-one.told, one.cause))


def _learned(cause: str, cases: list[ClosedCase]) -> CauseLearned:
    count = Counter(case.found_cause for case in cases if case.found_cause)
    right = count.pop(cause, 0)
    told = right + count.total()
    ends = wilson(right, told) if told >= FEW else None
    return CauseLearned(
        cause=cause,
        confirmed=len(cases),
        told=told,
        right=right,
        share=right / told if ends else None,
        low=ends[0] if ends else None,
        high=ends[1] if ends else None,
        instead=tuple(sorted(count.items(), key=lambda pair: (-pair[1], pair[0]))),
    )
