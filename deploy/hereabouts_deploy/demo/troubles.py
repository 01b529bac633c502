"""What each cause does to the rooms of its home: a change of the physics' parameters, never of what a sensor reads."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime

import numpy as np
import numpy.typing as npt

from hereabouts_deploy.demo.chance import stream
from hereabouts_deploy.demo.clock import Array, Mask, seconds_since
from hereabouts_deploy.demo.dwellings import Manner, Rooms, draw_fabric, draw_manner, heating
from hereabouts_deploy.demo.makes import Fitted
from hereabouts_deploy.demo.stock import WET_ROOMS, Home
from hereabouts_deploy.demo.truth import WELL, Cause, Truth

#: Leaks, in room volumes of air an hour that the wet wall saturates; what comes through to the flat below.
LEAK = (1.5, 4.5)
THROUGH_THE_FLOOR = 0.6


def describe_rooms(
    seed: int,
    homes: Sequence[Home],
    rooms: Sequence[Fitted],
    truth: Mapping[str, Truth],
    f_rsi: Array,
    *,
    origin: datetime,
) -> Rooms:
    """Draw every room's parameters, and what its home's lot does to them."""
    fabric = draw_fabric(seed, homes, rooms)
    at = {home.id: k for k, home in enumerate(homes)}
    home = np.array([at[device.place] for device in rooms], dtype=np.int64)
    first = np.concatenate([[True], home[1:] != home[:-1]])
    afflicted = _Afflicted(
        rng=stream(seed, "troubles"),
        manner=draw_manner(seed, homes, rooms, fabric.volume),
        causes=np.array([truth[device.place].cause for device in rooms]),
        wet=np.array([device.mount["room"] in WET_ROOMS for device in rooms]),
        home=home,
    )
    well = afflicted.living()
    begins = [_begins(truth[device.place], origin) for device in rooms]
    ends = [_ends(truth[device.place], origin) for device in rooms]
    through = np.array([THROUGH_THE_FLOOR if truth[device.place].source else 1.0 for device in rooms])
    return Rooms(
        seed=seed,
        first=np.flatnonzero(first),
        home=np.cumsum(first) - 1,
        **{field.name: getattr(fabric, field.name) for field in fields(fabric)},
        f_rsi=f_rsi,
        well=well,
        sick=afflicted.suffering(well),
        sick_from=np.array(begins),
        sick_until=np.array(ends),
        leak=afflicted.leaks(first) * fabric.volume * through,
        by_rain=afflicted.have(Cause.PENETRATING),
    )


def _begins(truth: Truth, origin: datetime) -> float:
    """Model time from which the rooms are in trouble; a sensor's fault leaves them well."""
    return np.inf if truth.since is None or truth.cause in WELL else seconds_since(origin, truth.since)


def _ends(truth: Truth, origin: datetime) -> float:
    return np.inf if truth.until is None else seconds_since(origin, truth.until)


@dataclass(frozen=True, kw_only=True)
class _Afflicted:
    """All rooms with the main cause of their home. Every draw is made for every home, so lots do not shift draws."""

    rng: np.random.Generator
    manner: Manner
    causes: npt.NDArray[np.str_]
    wet: Mask
    home: npt.NDArray[np.int64]

    def have(self, *causes: Cause) -> Mask:
        """Which rooms' homes have one of these."""
        return np.isin(self.causes, [str(cause) for cause in causes])

    def living(self) -> Manner:
        """How the rooms are lived in before or without trouble: here the well differ from each other."""
        usual, busy, thrifty = self.manner, self.have(Cause.BUSY), self.have(Cause.COLD_BUT_DRY)
        empty, bridged = self.have(Cause.EMPTY), self.have(Cause.COLD_BRIDGE)
        cold = self._setpoints(13.0, 15.5, 10.0)
        warm = self._setpoints(20.5, 21.5, 18.5)
        frost = np.full_like(usual.setpoint, 6.0)
        many, laundry = self._draw(1.5, 2.2), self._draw(1.15, 1.6)
        return Manner(
            changes=usual.changes * np.select([busy, thrifty], [self._draw(1.4, 1.9), self._draw(1.0, 1.4)], 1.0),
            fan=usual.fan * np.where(busy, 1.3, 1.0),
            windows=usual.windows,
            power=usual.power,
            setpoint=np.select([busy[None], thrifty[None], empty[None]], [warm, cold, frost], usual.setpoint),
            gains=usual.gains * np.select([busy, empty], [1.5, 0.15], 1.0),
            moisture=usual.moisture * np.select([busy, thrifty, empty, bridged], [many, 0.5, 0.06, laundry], 1.0),
        )

    def suffering(self, well: Manner) -> Manner:
        """How they are in trouble, as a change of how they were before."""
        cold, stuffy = self.have(Cause.UNDER_HEATED), self.have(Cause.UNDER_VENTILATED)
        broken, baked = self.have(Cause.HEATING_BROKEN), self.have(Cause.OVERHEATED)
        fan_dead = self.have(Cause.EXTRACT_FAILED) & self.wet
        frugal = self._setpoints(11.0, 14.5, 9.0)
        air = np.select(
            [cold, stuffy, broken, baked, fan_dead],
            [self._draw(0.35, 0.7), self._draw(0.15, 0.5), 0.8, 0.7, self._draw(0.12, 0.3)],
            1.0,
        )
        return Manner(
            changes=well.changes * air,
            fan=well.fan * np.select([fan_dead, stuffy], [0.0, 0.15], 1.0),
            windows=well.windows * np.select([cold, stuffy, baked], [0.4, 0.3, 0.12], 1.0),
            power=well.power * np.where(broken, self._draw(0.0, 0.12), 1.0),
            setpoint=np.where(cold[None], frugal, well.setpoint),
            gains=well.gains + np.where(baked, self._draw(12.0, 18.0) * well.power / 35, 0.0),
            moisture=well.moisture * np.select([stuffy, fan_dead], [self._draw(1.0, 1.4), self._draw(1.2, 2.0)], 1.0),
        )

    def leaks(self, first: Mask) -> Array:
        """Room volumes an hour, in the first room of leaking homes."""
        leaking = self.have(Cause.PENETRATING, Cause.PLUMBING) & first
        return np.where(leaking, self._draw(*LEAK), 0.0)

    def _draw(self, low: float, high: float) -> Array:
        """One number a home, for each of its rooms."""
        return np.asarray(self.rng.uniform(low, high, int(self.home[-1]) + 1)[self.home])

    def _setpoints(self, low: float, high: float, night: float) -> Array:
        count = len(self.causes)
        return heating(self._draw(low, high), np.full(count, night), np.zeros(count))
