"""What became of each home, by the physics alone: what grew on its coldest surfaces, how cold and how hot it was."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import numpy as np

from hereabouts_deploy.demo.clock import DAY_S, Array, Mask, wall_clock
from hereabouts_deploy.demo.dwellings import Rooms
from hereabouts_deploy.demo.growth import grow
from hereabouts_deploy.demo.homes import STEP_H, STEP_S, Climate
from hereabouts_deploy.demo.makes import Fitted
from hereabouts_deploy.demo.truth import WELL, Cause, Truth

COLD_C, VERY_COLD_C, FREEZING_C, HOT_C = 18.0, 16.0, 12.0, 26.0
NIGHT = (22.0, 7.0)


@dataclass(frozen=True, kw_only=True, slots=True)
class Outcome:
    """What became of one home, in the worst of its rooms with a sensor.

    `mould` is the highest index (1 and more: damp), `damp_at` when it first was 1. Hours are of the coldest room below
    18, 16 and 12 degC (days and nights), and of the hottest bedroom above 26 degC between 22 and 7 o'clock.
    """

    home: str
    mould: float
    damp_at: datetime | None
    cold_hours: float
    very_cold_hours: float
    freezing_hours: float
    hot_night_hours: float

    @property
    def is_damp(self) -> bool:
        """Whether mould got hold of a surface."""
        return self.damp_at is not None


def work_out(rooms: Rooms, devices: Sequence[Fitted], climate: Climate) -> dict[str, Outcome]:
    """The outcome of every home, by its id. A day counts as damp from its end on."""
    growth = grow(climate.surface_temperature, climate.surface_humidity, rooms.critical)
    mould, held = growth.index.max(axis=0), growth.held_from()
    cold, very_cold, freezing = (_hours(climate.temperature < limit) for limit in (COLD_C, VERY_COLD_C, FREEZING_C))
    night = _nights(climate)
    bedrooms = np.array([str(device.mount["room"]).startswith("bedroom") for device in devices])
    hot = _hours((climate.temperature > HOT_C) & night[:, None]) * bedrooms
    worst = [np.maximum.reduceat(one, rooms.first) for one in (mould, cold, very_cold, freezing, hot)]
    first = np.minimum.reduceat(held, rooms.first)
    names = [devices[int(k)].place for k in rooms.first]
    found = {}
    for k, home in enumerate(names):
        after = timedelta(seconds=(float(first[k]) + 1) * DAY_S) if np.isfinite(first[k]) else None
        found[home] = Outcome(
            home=home,
            mould=float(worst[0][k]),
            damp_at=None if after is None else climate.origin + after,
            cold_hours=float(worst[1][k]),
            very_cold_hours=float(worst[2][k]),
            freezing_hours=float(worst[3][k]),
            hot_night_hours=float(worst[4][k]),
        )
    return found


def _hours(holds: Mask) -> Array:
    return np.asarray(holds.sum(axis=0) * STEP_H)


def _nights(climate: Climate) -> Mask:
    hour = wall_clock(climate.origin, len(climate.temperature), STEP_S).hour
    return np.asarray((hour >= NIGHT[0]) | (hour < NIGHT[1]))


def with_causes(truth: Mapping[str, Truth], outcomes: Mapping[str, Outcome]) -> dict[str, Truth]:
    """The truth in which no well home is damp: one that was dealt nothing and grew mould all the same.

    Its walls are sound and it is heated, so what is left is that it is not aired enough for what its people do.
    """
    found = {}
    for home, about in truth.items():
        damp = outcomes[home].is_damp and about.cause in WELL and about.cause is not Cause.SENSOR_FAULT
        found[home] = replace(about, causes=(Cause.UNDER_VENTILATED,)) if damp else about
    return found
