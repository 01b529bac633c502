"""What came of flags: how often each rule and level was confirmed, was a false alarm and why.

An aid to learning, not a target: nobody's name is in it, and a few cases are said to be few.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import sqrt

from hereabouts_schemas.case import CaseOutcome

FEW = 20
"""Cases of which the outcome is known, below which no share is given."""

_Z = 1.96
_MOST_REASONS = 5
CONFIRMED = (CaseOutcome.CONFIRMED_HAZARD, CaseOutcome.CAUSE_FOUND)


@dataclass(frozen=True, kw_only=True, slots=True)
class ClosedCase:
    """A case that was closed, as far as the rule that opened it is concerned.

    Attributes:
        rule: the rule, with its version.
        level: the worst level it gave.
        cause: the cause that it put first; empty where it named none.
        outcome: what came of it.
        reason: why, where it was no hazard; in people's words.
        found_cause: the cause that people found; empty where their words tell none.
    """

    rule: str
    level: str
    cause: str
    outcome: CaseOutcome
    reason: str = ""
    found_cause: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Learned:
    """What came of the flags of one rule and level.

    Attributes:
        rule, level: of the flags.
        closed: how many cases were closed.
        confirmed: of these, how many were a hazard.
        false_alarms, sensor_problems, no_access: the others.
        share, low, high: confirmed of all of which the outcome is known (no access is not), with its 95 % interval
            (Wilson); None where they are fewer than 20.
        reasons: why false alarms were none, the most frequent first, with how often.
        words: all that in sentences.
    """

    rule: str
    level: str
    closed: int
    confirmed: int
    false_alarms: int
    sensor_problems: int
    no_access: int
    share: float | None
    low: float | None
    high: float | None
    reasons: tuple[tuple[str, int], ...]
    words: str


def learn(cases: Iterable[ClosedCase]) -> list[Learned]:
    """What came of flags, by rule and level, in that order; cases of no rule (people's reports) are left out."""
    groups: dict[tuple[str, str], list[ClosedCase]] = {}
    for case in cases:
        if case.rule:
            groups.setdefault((case.rule, case.level), []).append(case)
    return [_learned(*key, found) for key, found in sorted(groups.items())]


def _learned(rule: str, level: str, cases: Sequence[ClosedCase]) -> Learned:
    count = Counter(case.outcome for case in cases)
    confirmed = sum(count[outcome] for outcome in CONFIRMED)
    known = len(cases) - count[CaseOutcome.NO_ACCESS]
    ends = wilson(confirmed, known) if known >= FEW else None
    reasons = _reasons(cases)
    return Learned(
        rule=rule,
        level=level,
        closed=len(cases),
        confirmed=confirmed,
        false_alarms=count[CaseOutcome.FALSE_ALARM],
        sensor_problems=count[CaseOutcome.SENSOR_PROBLEM],
        no_access=count[CaseOutcome.NO_ACCESS],
        share=confirmed / known if ends else None,
        low=ends[0] if ends else None,
        high=ends[1] if ends else None,
        reasons=reasons,
        words=_words(confirmed, known, count[CaseOutcome.NO_ACCESS], ends, reasons),
    )


def _reasons(cases: Sequence[ClosedCase]) -> tuple[tuple[str, int], ...]:
    """Reasons alike but for case and spaces count as one, in the words first used."""
    said: dict[str, str] = {}
    count: Counter[str] = Counter()
    for case in cases:
        if case.outcome is CaseOutcome.FALSE_ALARM and case.reason.strip():
            folded = " ".join(case.reason.casefold().split())
            said.setdefault(folded, " ".join(case.reason.split()))
            count[folded] += 1
    ordered = sorted(count.items(), key=lambda item: (-item[1], item[0]))
    return tuple((said[folded], times) for folded, times in ordered[:_MOST_REASONS])


def wilson(hits: int, of: int) -> tuple[float, float]:
    """The 95 % interval of a share (Wilson 1927), which stays within 0 and 1.

    Example:
        >>> [round(end, 3) for end in wilson(8, 10)]
        [0.49, 0.943]
    """
    share, square = hits / of, _Z * _Z
    middle = share + square / (2 * of)
    reach = _Z * sqrt(share * (1 - share) / of + square / (4 * of * of))
    scale = 1 + square / of
    return max((middle - reach) / scale, 0.0), min((middle + reach) / scale, 1.0)


def _words(
    confirmed: int, known: int, no_access: int, ends: tuple[float, float] | None, reasons: tuple[tuple[str, int], ...]
) -> str:
    if known == 0:
        parts = ["No outcome is known yet."]
    elif ends is None:
        parts = [f"{confirmed} of {known} confirmed: too few for a share."]
    else:
        between = f"between {ends[0]:.0%} and {ends[1]:.0%}"
        parts = [f"{confirmed} of {known} confirmed ({confirmed / known:.0%}; {between})."]
    if no_access:
        parts.append(f"{no_access} without access, so not known.")
    if reasons:
        parts.append(f"False alarms most often because: {reasons[0][0]} ({reasons[0][1]}).")
    return " ".join(parts)
