"""What the weather lets expect of a day's waste, in one plain sentence."""

from collections.abc import Iterable, Mapping

import numpy as np

from hereabouts_platform.bins.growth import EVERYBODY
from hereabouts_platform.bins.weather import Air, Effect, day_factors, faded

#: Less more or less than this is not worth words, nor are more groups than so many.
WORTH_SAYING, MOST_GROUPS = 0.15, 3
SHARES = {
    1 / 6: "a sixth",
    1 / 5: "a fifth",
    1 / 4: "a quarter",
    1 / 3: "a third",
    1 / 2: "half",
    2 / 3: "two thirds",
}
TWICE, MORE = 5 / 6, 1.4  # from so much more on it is said to be twice as much, or more than that


def weather_words(effects: Mapping[str, Effect], air: Air, groups: Iterable[str], day: int) -> str:
    """Such as "Warm for the season: about a fifth more than usual is expected in bins of park."; empty where the
    weather moves no group by 15 % or more.

    Args:
        day: since 1970.
    """
    number = day - air.first
    if not air.known or not 0 <= number < len(air.warmer):
        return ""
    moved = sorted(
        ((_factor(_of(effects, group), air, number), group) for group in set(groups)),
        key=lambda one: (-abs(np.log(one[0])), one[1]),
    )
    told = [(factor, group) for factor, group in moved if abs(factor - 1) >= WORTH_SAYING][:MOST_GROUPS]
    if not told:
        return ""
    (first, strongest), *rest = told
    more = "".join(f", {_share(factor)} usual in those of {group}" for factor, group in rest)
    why = _why(_of(effects, strongest), air, number)
    return f"{why}: {_share(first)} usual is expected in bins of {strongest}{more}."


def _of(effects: Mapping[str, Effect], group: str) -> Effect:
    return effects.get(group, effects.get(EVERYBODY, Effect()))


def _factor(effect: Effect, air: Air, number: int) -> float:
    return float(day_factors(effect, air)[number])


def _why(effect: Effect, air: Air, number: int) -> str:
    """What moves this group most."""
    warmer, wetter = (float(np.nan_to_num(faded(one))[number]) for one in (air.warmer, air.wetter))
    if abs(effect.warm * warmer) >= abs(effect.wet * wetter):
        return "Warm for the season" if warmer > 0 else "Cold for the season"
    return "Rain" if wetter > 0 else "Dry weather"


def _share(factor: float) -> str:
    by = abs(factor - 1)
    if by >= TWICE:
        return "more than twice as much as" if by >= MORE else "about twice as much as"
    share = SHARES[min(SHARES, key=lambda one: abs(one - by))]
    return f"about {share} {'more' if factor > 1 else 'less'} than"
