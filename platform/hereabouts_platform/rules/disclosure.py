"""Which figures of areas may go out without telling of a few homes.

A figure rests on at least FEWEST homes. Ten, because p10 and p90 go out with it: of five homes they are nearly the
coldest and the warmest home's own value, of ten they lie between two homes.

An area may also be told by taking others away from a larger one. So where the areas of one kind that are shown inside
a larger area leave out fewer than FEWEST of its homes, the smallest of them is held back as well: what can be worked
out then is of at least FEWEST homes again. The larger area stays, as more people ask for it. Looked at are the homes
that have data in the very time asked for, so that a home which came or went does not stand alone between two answers;
counts are rounded and means cut to three digits, so that a difference of two answers says little.

Not looked at: what takes areas of two or more kinds away from a third, and figures published elsewhere.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

FEWEST = 10
FEWEST_COUNTED = 5  # of homes with an alert: a count tells less of a home than its mean does
STEP = 5


@dataclass(frozen=True, kw_only=True, slots=True)
class AreaKey:
    """An area of one edition, with its kind."""

    kind: str
    code: str
    vintage: str


class Verdict(StrEnum):
    """Whether figures of homes are shown, or why not."""

    SHOWN = "shown"
    TOO_FEW = "too_few"
    COMPLEMENT = "complement"


def verdict(area: AreaKey, homes: Mapping[AreaKey, frozenset[int]]) -> Verdict:
    """Whether figures of the homes of `area` may go out.

    Args:
        homes: by area, the homes that a figure would rest on; of all areas, those without any may be missing.
    """
    own = homes.get(area, frozenset())
    if len(own) < FEWEST:
        return Verdict.TOO_FEW
    for larger, whole in homes.items():
        if own < whole and _is_smallest_beside_few(area, larger, homes):
            return Verdict.COMPLEMENT
    return Verdict.SHOWN


def _is_smallest_beside_few(area: AreaKey, larger: AreaKey, homes: Mapping[AreaKey, frozenset[int]]) -> bool:
    whole = homes[larger]
    shown = {
        key: found
        for key, found in homes.items()
        if (key.kind, key.vintage) == (area.kind, area.vintage) and len(found) >= FEWEST and found < whole
    }
    left = len(whole.difference(*shown.values()))
    return 0 < left < FEWEST and area == min(shown, key=lambda key: (len(shown[key]), key.code))


def rounded_count(count: int) -> int | None:
    """A count of homes to the nearest 5; None where it is not 0 and fewer than 5."""
    if 0 < count < FEWEST_COUNTED:
        return None
    return (count + STEP // 2) // STEP * STEP


def rounded(value: float | None) -> float | None:
    """Three significant digits."""
    return float(f"{value:.3g}") if value is not None else None
