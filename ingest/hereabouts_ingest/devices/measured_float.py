"""Numbers that sensors send as IEEE floats: one that is no number says that the sensor could not measure."""

from math import isfinite

NOT_MEASURED = "not measured"


def measured(value: float, digits: int) -> float | str:
    """`value` rounded to the digits that mean something, or `NOT_MEASURED` for NaN and infinities.

    A float of 32 bits carries 7 digits; without rounding 20.8 would be read as 20.799999237060547.
    """
    return round(value, digits) if isfinite(value) else NOT_MEASURED
