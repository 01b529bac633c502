"""Batteries on one scale: per cent of what a fresh one holds, or that it cannot be said.

A device that tells a percentage is believed: its maker knows its cell. A voltage means little without the cell's
chemistry, which the device profile may name:

- `li_mno2` (3 V, CR17450 and alike): Dragino's manuals of LHT65N and LHT52 call 2.65 V and more good, 2.55 V low,
  2.50 V and less very low. Above 2.65 V the voltage says little (load and cold move it more than use does).
- `li_socl2` (3.6 V, ER14505 and alike): makers say the voltage stays flat for over 90 % of the cell's life, and that
  even an empty cell shows 3.65 V until it is loaded. A sound cell comes back above 3.1 V under load (one stored long
  takes a few messages to), so below 3.0 V we take the last tenth to be in use; at 2.0 V, makers' cut-off, none is left.

So a voltage gives a percentage only where it falls: on the flat part the answer is "not low", without a number. Any
other chemistry: cannot say. The marks at 20 % (watch) and 10 % (act) are our choice.
"""

from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise

LOW = 20.0
EMPTY = 10.0
FINE_AGAIN = 30.0
FINE_AGAIN_V = 0.1  # above the flat part's end

# Volts -> per cent, falling; above the first the curve is too flat to say.
_CURVES = {
    "li_mno2": ((2.65, 20.0), (2.55, 10.0), (2.50, 0.0)),
    "li_socl2": ((3.0, 10.0), (2.0, 0.0)),
}
CHEMISTRIES = tuple(_CURVES)


class BatteryState(StrEnum):
    """What a battery needs: nothing, somebody soon, somebody now, or it cannot be said."""

    FINE = "fine"
    LOW = "low"
    EMPTY = "empty"
    CANNOT_SAY = "cannot_say"


@dataclass(frozen=True, kw_only=True, slots=True)
class Battery:
    """A battery on one scale.

    Attributes:
        percent: of a fresh one; None on the flat part of a voltage's curve, or where nothing can be said.
        state: LOW at 20 % and below, EMPTY at 10 % and below.
        recovered: whether it lies so far above LOW that an alert may clear (30 %, or 0.1 V above the curve's end).
    """

    percent: float | None
    state: BatteryState
    recovered: bool


UNKNOWN = Battery(percent=None, state=BatteryState.CANNOT_SAY, recovered=False)


def battery(quantity: str | None, value: float | None, chemistry: str | None) -> Battery:
    """Read a battery from the quantity that a device reports (`battery_level` in %, `battery_voltage` in V)."""
    if value is None:
        return UNKNOWN
    if quantity == "battery_level":
        return Battery(percent=value, state=_state(value), recovered=value >= FINE_AGAIN)
    curve = _CURVES.get(chemistry or "") if quantity == "battery_voltage" else None
    if curve is None:
        return UNKNOWN
    if value > curve[0][0]:
        recovered = value >= curve[0][0] + FINE_AGAIN_V
        return Battery(percent=None, state=BatteryState.FINE, recovered=recovered)
    percent = _on_curve(value, curve)
    return Battery(percent=percent, state=_state(percent), recovered=False)


def _state(percent: float) -> BatteryState:
    if percent <= EMPTY:
        return BatteryState.EMPTY
    return BatteryState.LOW if percent <= LOW else BatteryState.FINE


def _on_curve(volts: float, curve: tuple[tuple[float, float], ...]) -> float:
    for (high, most), (low, least) in pairwise(curve):
        if volts >= low:
            return least + (most - least) * (volts - low) / (high - low)
    return 0.0


def low_volts(chemistry: str | None) -> float:
    """Where the flat part of a known chemistry's curve ends.

    Raises:
        KeyError: the chemistry is not known.
    """
    return _CURVES[chemistry or ""][0][0]
