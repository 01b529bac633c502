"""Which repair would clear it: the same room, hour by hour, with one thing mended.

The fold over time carries the mould index and the surface humidity of four rooms beside the real one: never colder
than 18 degC, with 0.7 of the vapour excess, with a temperature factor greater by 0.1, and with a wall of 0.75. A repair
clears the hazard where the surface would have stayed below what is watched for and mould below what is acted on; it
helps where it takes away half of the mould or a good part of the humidity. Nothing here says that it must be done.
"""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from hereabouts_platform.climate.vapour import Floats
from hereabouts_platform.homes.features import Features
from hereabouts_platform.homes.limits import LIMITS, Limits
from hereabouts_platform.rules.wording import say_list

HELPS_POINTS = 3.0  # of relative humidity at the surface
HELPS_SHARE = 0.5  # of the mould index


class Repair(StrEnum):
    """What could be mended, the fabric first."""

    INSULATION = "insulation"
    VENTILATION = "ventilation"
    WARMTH = "warmth"


class Effect(StrEnum):
    """What a repair would come to."""

    CLEARS = "clears"
    HELPS = "helps"
    NO = "no"
    CANNOT_SAY = "cannot_say"


_CODES = (Effect.CANNOT_SAY, Effect.NO, Effect.HELPS, Effect.CLEARS)
_SAYS = {
    Repair.INSULATION: "a warmer surface (temperature factor up by {limits.repair_factor:g}: insulation)",
    Repair.VENTILATION: "{less:.0f} % less vapour (ventilation)",
    Repair.WARMTH: "warmth of {limits.repair_temperature:g} °C at all times (heating and insulation)",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Counterfactual:
    """One repair in one room, in numbers and words.

    Attributes:
        surface_humidity: mean at the coldest surface over the heating season had it been so, %; None where unknown.
        mould_index: likewise, 0 to 6.
        says: the repair as part of a sentence.
    """

    repair: Repair
    effect: Effect
    surface_humidity: float | None
    mould_index: float | None
    says: str


def effects(features: Features, limits: Limits = LIMITS) -> dict[Repair, NDArray[np.int64]]:
    """What each repair would come to in every room, as numbers of `effect_of`."""
    return {repair: _effect(features, *_of(features, repair), limits) for repair in Repair}


def effect_of(code: int) -> Effect:
    """The word for a number of `effects`."""
    return _CODES[code]


def counterfactuals(features: Features, room: int, limits: Limits = LIMITS) -> list[Counterfactual]:
    """The repairs in one room, those that clear it first, then those that help; the fabric first among equals."""
    one = features.of(slice(room, room + 1))
    codes = effects(one, limits)
    found = []
    for repair in sorted(Repair, key=lambda repair: -int(codes[repair][0])):
        surface, mould = _of(one, repair)
        found.append(
            Counterfactual(
                repair=repair,
                effect=effect_of(int(codes[repair][0])),
                surface_humidity=_number(surface),
                mould_index=_number(mould),
                says=_SAYS[repair].format(limits=limits.mould, less=100 * (1 - limits.mould.repair_vapour)),
            )
        )
    return found


def sentence(found: list[Counterfactual]) -> str:
    """The repairs in up to three plain sentences: what would clear it, what would help, what would change little."""
    by_effect = {effect: [one.says for one in found if one.effect is effect] for effect in Effect}
    heads = {Effect.CLEARS: "Would clear it alone", Effect.HELPS: "Would help", Effect.NO: "Would change little"}
    said = [f"{head}: {say_list(by_effect[effect])}." for effect, head in heads.items() if by_effect[effect]]
    return " ".join(said) or "What would clear it cannot be said yet: too little is known."


def _of(features: Features, repair: Repair) -> tuple[Floats, Floats]:
    return {
        Repair.INSULATION: (features.surface_if_insulated, features.mould_if_insulated),
        Repair.VENTILATION: (features.surface_if_drier, features.mould_if_drier),
        Repair.WARMTH: (features.surface_if_warm, features.mould_if_warm),
    }[repair]


def _effect(features: Features, surface: Floats, mould: Floats, limits: Limits) -> NDArray[np.int64]:
    known = np.isfinite(surface) & np.isfinite(mould)
    clears = (surface < limits.damp.surface_week) & (mould < limits.damp.index_act)
    drier = features.surface_season - surface >= HELPS_POINTS
    grown = (features.mould >= limits.damp.index_act) & (mould <= HELPS_SHARE * features.mould)
    return np.asarray(np.where(known, np.where(clears, 3, np.where(drier | grown, 2, 1)), 0), dtype=np.int64)


def _number(values: Floats) -> float | None:
    return float(values[0]) if np.isfinite(values[0]) else None
