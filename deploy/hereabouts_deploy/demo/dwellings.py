"""What the rooms of the demo town are like: size, fabric, heating, people, and what goes wrong in some of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
import numpy.typing as npt

from hereabouts_deploy.demo.chance import stream
from hereabouts_deploy.demo.clock import Array, seconds_since
from hereabouts_deploy.demo.town import Fitted
from hereabouts_deploy.demo.truth import Cause, Truth

SLOTS_A_DAY = 48
DEFAULT_F_RSI = 0.75

#: Volume in m3 (low, high), air changes an hour when all is well (low, high), extract fan in changes an hour.
KINDS: Mapping[str, tuple[tuple[float, float], tuple[float, float], float]] = {
    "bedroom": ((30, 42), (0.65, 1.0), 0.0),
    "bedroom 2": ((24, 32), (0.65, 1.0), 0.0),
    "living room": ((42, 58), (0.6, 0.9), 0.0),
    "kitchen": ((24, 32), (0.8, 1.1), 4.0),
    "bathroom": ((11, 15), (1.1, 1.6), 6.0),
}
#: g/h of water by hour of the day, per person where people make it: (from, to, g/h).
MOISTURE: Mapping[str, tuple[tuple[float, float, float], ...]] = {
    "bedroom": ((0, 7, 55), (7, 8, 35), (22.5, 24, 55)),
    "bedroom 2": ((0, 7, 45), (7, 8, 30), (21.5, 24, 45)),
    "living room": ((7, 8, 60), (8, 17, 25), (17, 22.5, 70)),
    "kitchen": ((7, 8, 60), (12.5, 13, 60), (17.5, 18.5, 200)),
    "bathroom": ((6.5, 7.5, 150), (21, 21.5, 120)),
}
BACKGROUND_G_H = 8.0


@dataclass(frozen=True, kw_only=True)
class Rooms:
    """Parameters of all rooms, one entry a room; `sick_*` hold from `sick_from` (seconds after the origin) on.

    Schedules are [slot of 30 minutes, room]: `setpoint` degC, `gains` W, `moisture` g/h. Volume m3, `fabric` W/K,
    `capacity` Wh/K, `power` W, `sunlit` W at noon in summer, air changes and fan 1/h, `leak` m3/h (air that a wet
    wall would saturate).
    """

    seed: int
    volume: Array
    fabric: Array
    capacity: Array
    power: Array
    gains: Array
    sunlit: Array
    moisture: Array
    f_rsi: Array
    windows: Array
    changes: Array
    fan: Array
    setpoint: Array
    sick_from: Array
    sick_windows: Array
    sick_changes: Array
    sick_fan: Array
    sick_setpoint: Array
    leak: Array

    def habits(self, days: int) -> Array:
        """How much more or less moisture than usual people make, [day, room]."""
        noise = stream(self.seed, "habits").standard_normal((days, len(self.volume)))
        return np.asarray(np.exp(0.22 * noise - 0.024))


def describe_rooms(seed: int, fitted: Sequence[Fitted], truth: Mapping[str, Truth], origin: datetime) -> Rooms:
    """Draw every room's parameters, and what its home's trouble does to them."""
    rng = stream(seed, "dwellings")
    kinds = [str(device.mount["room"]) for device in fitted]
    causes = [truth[device.place].cause for device in fitted]
    count = len(fitted)
    volume = _within(rng, [KINDS[kind][0] for kind in kinds])
    changes = _within(rng, [KINDS[kind][1] for kind in kinds])
    fan = np.array([KINDS[kind][2] for kind in kinds])
    people = rng.integers(1, 3, count).astype(np.float64)
    setpoint = _heating(rng.uniform(19, 21, count), rng.uniform(16, 17.5, count), rng.uniform(-0.5, 0.5, count))
    frugal = _heating(rng.uniform(11, 13, count), np.full(count, 9.0), np.zeros(count))
    cold, stuffy, wet = (np.array([c is one for c in causes]) for one in _TROUBLES)
    wet &= np.array([_first_of_home(fitted, k) for k in range(count)])
    return Rooms(
        seed=seed,
        volume=volume,
        fabric=volume * rng.uniform(0.45, 0.7, count),
        capacity=volume * rng.uniform(17, 24, count),
        power=volume * rng.uniform(30, 40, count),
        gains=_by_slot(((0, 7, 55), (7, 9, 120), (9, 17, 70), (17, 23, 140), (23, 24, 70)), np.zeros(count)),
        sunlit=volume * rng.uniform(4, 8, count),
        moisture=_moisture(kinds, people, rng.uniform(-0.75, 0.75, count)),
        f_rsi=np.array([float(str(device.mount.get("f_rsi", DEFAULT_F_RSI))) for device in fitted]),
        windows=rng.uniform(1.5, 3.0, count),
        changes=changes,
        fan=fan,
        setpoint=setpoint,
        sick_from=np.array([_sick_from(truth[device.place], origin) for device in fitted]),
        sick_windows=np.where(stuffy, 0.2, 1.0) * rng.uniform(1.5, 2.0, count),
        sick_changes=np.select([cold, stuffy], [changes * 0.28, changes * rng.uniform(0.08, 0.12, count)], changes),
        sick_fan=np.where(stuffy, 0.0, fan),
        sick_setpoint=np.where(cold, frugal, setpoint),
        leak=np.where(wet, volume * rng.uniform(3.5, 5.5, count), 0.0),
    )  # fmt: skip


_TROUBLES = (Cause.UNDER_HEATED, Cause.UNDER_VENTILATED, Cause.LEAKING_WALL)


def _sick_from(truth: Truth, origin: datetime) -> float:
    """Model time from which the room itself is in trouble; a sensor's fault leaves the room well."""
    if truth.since is None or truth.cause not in _TROUBLES:
        return np.inf
    return seconds_since(origin, truth.since)


def _first_of_home(fitted: Sequence[Fitted], k: int) -> bool:
    return k == 0 or fitted[k - 1].place != fitted[k].place


def _within(rng: np.random.Generator, bounds: Sequence[tuple[float, float]]) -> Array:
    low, high = np.array(bounds, dtype=np.float64).T
    return np.asarray(rng.uniform(low, high))


def _by_slot(spans: Sequence[tuple[float, float, float]], shift: npt.NDArray[np.float64]) -> Array:
    """A schedule [slot, room] of spans (from, to, value), each room's shifted by `shift` hours; 0 between them."""
    hours = (np.arange(SLOTS_A_DAY) / 2)[:, None] - shift[None, :]
    hours = np.round(hours * 2) / 2 % 24
    out = np.zeros(hours.shape)
    for start, end, value in spans:
        out = np.where((hours >= start) & (hours < end), value, out)
    return out


def _heating(day: Array, night: Array, shift: Array) -> Array:
    """Warm from 6 to 9 and from 16 to 22 o'clock, set back between."""
    on = _by_slot(((6, 9, 1), (16, 22, 1)), shift)
    return np.asarray(np.where(on > 0, day[None, :], night[None, :]))


def _moisture(kinds: Sequence[str], people: Array, shift: Array) -> Array:
    out = np.empty((SLOTS_A_DAY, len(kinds)))
    for k, kind in enumerate(kinds):
        each = people[k : k + 1] if kind.startswith("bed") or kind == "living room" else np.ones(1)
        out[:, k : k + 1] = _by_slot(MOISTURE[kind], shift[k : k + 1]) * each + BACKGROUND_G_H
    return out
