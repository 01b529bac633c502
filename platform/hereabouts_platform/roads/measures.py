"""Limits as they stand on maps: heights, widths and lengths in metres, weights in kilograms.

Forms after the OpenStreetMap wiki, "Map features/Units": a bare number is metres or tonnes; feet and inches are written
12'6"; `st` is a short ton of 907 kg, `lt` a long ton of 1,016 kg. A value that cannot be read is None, and is never
taken for "no limit".
"""

import math
import re
from collections.abc import Callable

NO_LIMIT = math.inf
_FREE = frozenset({"none", "no", "default", "unsigned", "no_sign", "no_indications", "unlimited"})
_NUMBER = r"(\d{1,6}(?:\.\d{1,6})?)"
_METRIC = re.compile(rf"{_NUMBER}\s*(m|metres?|meters?|cm|mm|)")
_FEET = re.compile(rf"{_NUMBER}\s*(?:'|′|’|ft\.?|feet|foot)\s*(?:{_NUMBER}\s*(?:\"|″|”|''|in\.?|inch(?:es)?|))?")
_INCHES = re.compile(rf"{_NUMBER}\s*(?:\"|″|”|''|in|inch(?:es)?)")
_WEIGHT = re.compile(rf"{_NUMBER}\s*(t|tons?|tonnes?|kg|st|lt|lbs?|cwt|)")
_IN_METRES = {"": 1.0, "cm": 0.01, "mm": 0.001}
_IN_KG = {"": 1000.0, "kg": 1.0, "st": 907.18474, "lt": 1016.0469088, "lb": 0.45359237, "cwt": 50.80234544}
FOOT_M, INCH_M = 0.3048, 0.0254


def metres(text: str) -> float | None:
    """A length in metres, NO_LIMIT where the value says that there is none; None where it cannot be read.

    Example:
        >>> metres("12'6\\"")
        3.81
    """
    return _least(text, _one_length)


def kilograms(text: str) -> float | None:
    """A weight in kilograms, NO_LIMIT where the value says that there is none; None where it cannot be read.

    Example:
        >>> kilograms("7.5")
        7500.0
    """
    return _least(text, _one_weight)


def _least(text: str, read: Callable[[str], float | None]) -> float | None:
    """Of several values (3.5;3.8) the smallest; one that cannot be read makes all unreadable."""
    found = [read(part.strip().lower()) for part in text.split(";")]
    known = [value for value in found if value is not None]
    return min(known) if len(known) == len(found) else None


def _one_length(text: str) -> float | None:
    if text in _FREE:
        return NO_LIMIT
    if match := _METRIC.fullmatch(text):
        return float(match[1]) * _IN_METRES.get(match[2], 1.0)
    if match := _FEET.fullmatch(text):
        return round(float(match[1]) * FOOT_M + float(match[2] or 0) * INCH_M, 4)
    if match := _INCHES.fullmatch(text):
        return round(float(match[1]) * INCH_M, 4)
    return None


def _one_weight(text: str) -> float | None:
    if text in _FREE:
        return NO_LIMIT
    match = _WEIGHT.fullmatch(text)
    if match is None:
        return None
    unit = match[2].removesuffix("s") if match[2].startswith("lb") else match[2]
    return float(match[1]) * _IN_KG.get(unit, 1000.0)
