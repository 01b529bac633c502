"""The cause that an alert puts first, as it stood when the alert was raised or last changed. Pure."""

from collections.abc import Sequence
from dataclasses import replace

from hereabouts_platform.homes.cause import MEANINGS
from hereabouts_platform.homes.causes import SIGNS, causes_of, sentences
from hereabouts_platform.homes.features import Features
from hereabouts_platform.rules.alert_life import OpenAlert
from hereabouts_schemas.alert import Assessment, Finding, FirstCause


def first_causes(features: Features, hazard: str) -> list[FirstCause]:
    """Of every room the likeliest cause of a hazard, with its odds and what speaks for it and against it."""
    odds = causes_of(features, hazard)
    found = []
    for room in range(len(features)):
        cause = odds.first(room)
        signs = [sign for sign in SIGNS[hazard] if sign.cause is cause]
        says_for, says_against = sentences(features.of(slice(room, room + 1)), signs)
        found.append(
            FirstCause(
                cause=cause.value,
                title=MEANINGS[cause].title,
                odds=round(float(odds.share[room, odds.causes.index(cause)]), 2),
                says_for=says_for,
                says_against=says_against,
            )
        )
    return found


def wants_cause(assessment: Assessment, alert: OpenAlert | None, hour: int) -> bool:
    """Whether the cause is to be told anew: of an alert that opens, changes its level or has none, and once a day.

    Odds move over weeks; told every hour they would only make work.

    Args:
        hour: of the day (UTC) that the assessment goes up to.
    """
    if assessment.finding in (Finding.CLEAR, Finding.CANNOT_SAY) and assessment.earlier is None:
        return False
    return alert is None or alert.says.cause is None or alert.says.level is not assessment.level or hour == 0


def with_cause(assessment: Assessment, cause: FirstCause) -> Assessment:
    """The assessment, and what stood before it, with the cause that it puts first."""
    earlier = assessment.earlier
    return replace(assessment, cause=cause, earlier=None if earlier is None else replace(earlier, cause=cause))


def say_first_cause(title: str, odds: float, says_for: Sequence[str], says_against: Sequence[str]) -> str:
    """A first cause in sentences.

    Example:
        >>> say_first_cause("a cold wall or corner", 0.62, ["the wall is cold"], [])
        'First cause named: a cold wall or corner, about 60 %. For it: the wall is cold.'
    """
    said = [f"First cause named: {title}, about {round(20 * odds) * 5} %."]
    for word, sentences_ in (("For", says_for), ("Against", says_against)):
        if sentences_:
            said.append(f"{word} it: {'; '.join(one.removesuffix('.') for one in sentences_)}.")
    return " ".join(said)
