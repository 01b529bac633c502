"""Whether a chunk's values may become readings: device, quantity, time, deployment, homes, plausible range. Pure."""

from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hereabouts_platform.imports.deployment_index import NOWHERE, DeploymentIndex
from hereabouts_platform.imports.reading_values import FINE, QUANTITY_NAMES, UNKNOWN, Values
from hereabouts_platform.imports.report import Cause
from hereabouts_schemas.quantity import QUANTITIES
from hereabouts_schemas.times import microseconds

AHEAD = timedelta(minutes=5)

_LOW = np.array([QUANTITIES[name].low for name in QUANTITY_NAMES])
_HIGH = np.array([QUANTITIES[name].high for name in QUANTITY_NAMES])
_PUBLIC_ONLY = np.array([QUANTITIES[name].public_only for name in QUANTITY_NAMES])
_DISTANCE = QUANTITY_NAMES.index("distance")
_FILL_LEVEL = QUANTITY_NAMES.index("fill_level")


@dataclass(frozen=True, kw_only=True, slots=True)
class Checked:
    """Values with every cause found, and the position of each one's deployment (NOWHERE where there is none)."""

    values: Values
    deployment: NDArray[np.int64]


def check(values: Values, index: DeploymentIndex, own_levels: AbstractSet[int], now: datetime) -> Checked:
    """Refuse what cannot be a reading and work out the fill levels that distances mean.

    Args:
        values: freshly read ones; their `cause` is filled in.
        index: where devices stood.
        own_levels: numbers of the devices whose fill levels the file holds itself: theirs are not worked out.
        now: UTC; a time more than five minutes later is refused, and one before 1970.
    """
    device = index.numbers(values.devices)[values.device]
    values.refuse(Cause.UNKNOWN_DEVICE, device == NOWHERE)
    values.refuse(Cause.UNKNOWN_QUANTITY, values.quantity == UNKNOWN)
    values.refuse(Cause.CLOCK, (values.us < 0) | (values.us > microseconds(now + AHEAD)))
    deployment = index.positions(device, values.us)
    values.refuse(Cause.NO_DEPLOYMENT, deployment == NOWHERE)
    _check_homes(values, deployment, index)
    _check_range(values)
    levels = _derived_levels(values, device, deployment, index, own_levels)
    if levels is None:
        return Checked(values=values, deployment=deployment)
    return Checked(values=_joined(values, levels.values), deployment=np.concatenate([deployment, levels.deployment]))


def devices_with_own_levels(values: Values, index: DeploymentIndex) -> AbstractSet[int]:
    """Numbers of the devices for which a chunk holds a fill level."""
    found = np.unique(values.device[values.quantity == _FILL_LEVEL])
    return set(index.numbers([values.devices[code] for code in found]).tolist())


def _check_homes(values: Values, deployment: NDArray[np.int64], index: DeploymentIndex) -> None:
    """What tells who is in is never kept of a home."""
    private = np.flatnonzero(values.fine & _PUBLIC_ONLY[values.quantity])  # fine: it has a quantity and a deployment
    refused = np.zeros(len(values.row), dtype=np.bool_)
    refused[private] = index.in_home[deployment[private]]
    values.refuse(Cause.NOT_IN_HOMES, refused)


def _check_range(values: Values) -> None:
    low, high = _LOW[values.quantity], _HIGH[values.quantity]
    values.refuse(Cause.RANGE, ~((low <= values.value) & (values.value <= high)))  # NaN is in no range


def _derived_levels(
    values: Values,
    device: NDArray[np.int64],
    deployment: NDArray[np.int64],
    index: DeploymentIndex,
    own_levels: AbstractSet[int],
) -> Checked | None:
    """Levels of accepted distances: `100 * (1 - distance / depth)` per cent, as ingest has it; range checked."""
    from_ = np.flatnonzero(values.fine & (values.quantity == _DISTANCE))
    depth = index.depths_mm[deployment[from_]] if len(from_) else np.zeros(0)
    wanted = ~np.isnan(depth) & ~np.isin(device[from_], sorted(own_levels))
    from_, depth = from_[wanted], depth[wanted]
    if not len(from_):
        return None
    levels = replace(
        _part(values, from_),
        quantity=np.full(len(from_), _FILL_LEVEL),
        value=100 * (1 - values.value[from_] / depth),
        cause=np.full(len(from_), FINE, dtype=np.int8),
        derived=np.ones(len(from_), dtype=bool),
    )
    _check_range(levels)
    return Checked(values=levels, deployment=deployment[from_])


_ARRAYS = ("row", "device", "quantity", "channel", "us", "value", "cause", "derived")


def _part(values: Values, where: NDArray[Any]) -> Values:
    arrays: dict[str, Any] = {name: getattr(values, name)[where] for name in _ARRAYS}
    return replace(values, **arrays)


def _joined(values: Values, more: Values) -> Values:
    arrays: dict[str, Any] = {name: np.concatenate([getattr(values, name), getattr(more, name)]) for name in _ARRAYS}
    return replace(values, **arrays)
