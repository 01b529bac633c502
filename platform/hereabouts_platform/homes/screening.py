"""Published screens of a month's coldest surface, and the class of a room's moisture, as a surveyor would ask. Pure.

A screen says in how many hours a limit was passed, one hour like another; the mould index keeps the account of growth
and decline, and the levels rest on that alone.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from hereabouts_platform.climate.excess import STANDARD_OUTDOOR, humidity_class
from hereabouts_platform.climate.isopleths import johansson_limit, phi_growth, phi_limit, zeng_limit

FEWEST_HOURS = 168
CLASSES = {
    1: "as dry as a store",
    2: "low for a dwelling",
    3: "usual for a dwelling",
    4: "high for a dwelling",
    5: "as wet as a laundry",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Screening:
    """Hours of a surface against published limits.

    Attributes:
        hours: of which temperature and humidity of the surface are known.
        lowest: share of them above the lowest isopleth for mould (Zeng and others 2023), 0 to 1.
        growing: share in which the fit to Sedlbauer's isopleths has mould grow, and `growth` its mean, mm a day.
        material: share above the critical humidity of a sensitive material (Johansson and others 2013, group b).
    """

    hours: int
    lowest: float
    growing: float
    growth: float
    material: float


def screen(temperature: ArrayLike, humidity: ArrayLike) -> Screening | None:
    """Screen a surface by its hours, degC and %; None with fewer than a week of known ones."""
    warm, wet = np.asarray(temperature, dtype=np.float64), np.asarray(humidity, dtype=np.float64)
    known = ~np.isnan(warm + wet)
    warm, wet = warm[known], wet[known]
    if len(warm) < FEWEST_HOURS:
        return None
    return Screening(
        hours=len(warm),
        lowest=float(np.mean(wet > zeng_limit(warm))),
        growing=float(np.mean(wet > phi_limit(warm))),
        growth=float(np.mean(phi_growth(warm, wet))),
        material=float(np.mean(wet > johansson_limit(warm))),
    )


def say_screening(found: Screening) -> str:
    """A screening in a sentence."""
    return (
        f"Of {found.hours} hours the coldest surface was in {found.lowest:.0%} above the lowest line at which mould "
        f"grows (Zeng 2023), in {found.material:.0%} above the limit of a sensitive material (Johansson 2013), and in "
        f"{found.growing:.0%} mould would have grown by the Passive House Institute’s fit, {found.growth:.1f} mm a day "
        "over all."
    ).replace("%", " %")


def say_class(vpx5: float | None) -> str:
    """The class of a room's moisture by ISO 13788, out of its vapour excess at 5 degC outdoors, Pa; empty without one.

    Example:
        >>> say_class(600.0)
        'Moisture added to the air at 5 °C outdoors: 600 Pa, class 3 of 5 by ISO 13788: usual for a dwelling.'
    """
    if vpx5 is None or np.isnan(vpx5):
        return ""
    of = int(humidity_class(vpx5, STANDARD_OUTDOOR))
    return (
        f"Moisture added to the air at 5 °C outdoors: {round(vpx5, -1):.0f} Pa, class {of} of 5 by ISO 13788: "
        f"{CLASSES[of]}."
    )
