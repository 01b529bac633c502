"""What the rooms of the town are like when all is well: size, fabric, heating, people and what they do."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from hereabouts_deploy.demo.chance import stream
from hereabouts_deploy.demo.clock import Array
from hereabouts_deploy.demo.makes import Fitted
from hereabouts_deploy.demo.stock import Home

SLOTS_A_DAY = 48

#: Volume in m3 (low, high), air changes an hour when all is well (low, high), extract fan in changes an hour.
KINDS: Mapping[str, tuple[tuple[float, float], tuple[float, float], float]] = {
    "bedroom": ((30, 42), (0.4, 0.85), 0.0),
    "bedroom 2": ((24, 32), (0.4, 0.85), 0.0),
    "living room": ((42, 58), (0.4, 0.75), 0.0),
    "kitchen": ((24, 32), (0.5, 0.9), 4.0),
    "bathroom": ((11, 15), (0.7, 1.3), 6.0),
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
#: Air that goes round between the rooms of a home, in changes an hour; doors of steamy rooms are mostly shut.
DOORS, STEAMY_DOORS = 0.25, 0.1
GAINS_W = ((0, 7, 55), (7, 9, 120), (9, 17, 70), (17, 23, 140), (23, 24, 70))


@dataclass(frozen=True, kw_only=True)
class Manner:
    """How rooms are lived in and what works, one entry a room; schedules are [slot of 30 minutes, room].

    Air changes, fan and windows 1/h, `power` of the heating W, `setpoint` degC, `gains` W, `moisture` g/h.
    """

    changes: Array
    fan: Array
    windows: Array
    power: Array
    setpoint: Array
    gains: Array
    moisture: Array


@dataclass(frozen=True, kw_only=True)
class Rooms:
    """All rooms, one entry a room: their fabric, their manner when well, and when in trouble.

    Volume m3, `fabric` W/K, `capacity` Wh/K, `sunlit` W at noon in summer, `doors` 1/h, `lag` h. `first` is the index
    of the first room of each home. `sick` holds over model times [`sick_from`, `sick_until`), `leak` (m3/h of air that
    a wet wall saturates) as well; `by_rain` marks leaks that only rain feeds.
    `critical` is the dose (days at 90 % and 20 degC) at which mould has got hold of the surface.
    """

    seed: int
    first: npt.NDArray[np.int64]
    home: npt.NDArray[np.int64]
    volume: Array
    fabric: Array
    capacity: Array
    sunlit: Array
    doors: Array
    f_rsi: Array
    lag: Array
    critical: Array
    well: Manner
    sick: Manner
    sick_from: Array
    sick_until: Array
    leak: Array
    by_rain: npt.NDArray[np.bool_]

    def habits(self, days: int) -> Array:
        """How much more or less moisture than usual people make, [day, room]."""
        noise = stream(self.seed, "habits").standard_normal((days, len(self.volume)))
        return np.asarray(np.exp(0.22 * noise - 0.024))


@dataclass(frozen=True, kw_only=True)
class Fabric:
    """What is built and stays: see `Rooms`."""

    volume: Array
    fabric: Array
    capacity: Array
    sunlit: Array
    doors: Array
    lag: Array
    critical: Array


def draw_fabric(seed: int, homes: Sequence[Home], rooms: Sequence[Fitted]) -> Fabric:
    """Size and fabric of every room, by its kind and by how its home is built."""
    rng = stream(seed, "fabric")
    built = {home.id: home.archetype for home in homes}
    kinds = [str(device.mount["room"]) for device in rooms]
    count = len(rooms)
    volume = _within(rng, [KINDS[kind][0] for kind in kinds])
    steamy = np.array([KINDS[kind][2] > 0 for kind in kinds])
    return Fabric(
        volume=volume,
        fabric=volume * np.array([built[device.place].loss for device in rooms]) * rng.uniform(0.85, 1.15, count),
        capacity=volume * rng.uniform(17, 24, count),
        sunlit=volume * rng.uniform(4, 8, count),
        doors=np.where(steamy, STEAMY_DOORS, DOORS),
        lag=np.array([built[device.place].lag for device in rooms]) * rng.uniform(0.7, 1.3, count),
        critical=rng.uniform(34, 56, count),
    )


def draw_manner(seed: int, homes: Sequence[Home], rooms: Sequence[Fitted], volume: Array) -> Manner:
    """How every room is lived in when all is well. Rooms of one home share its people, its warmth and its hours."""
    rng = stream(seed, "manner")
    kinds = [str(device.mount["room"]) for device in rooms]
    of_home = {home.id: k for k, home in enumerate(homes)}
    at = np.array([of_home[device.place] for device in rooms])
    draughts = np.array([home.archetype.draught for home in homes])[at]
    people = rng.choice([1.0, 1.5, 2.0], len(homes))[at]
    day, night = rng.uniform(19, 21, len(homes))[at], rng.uniform(16, 17.5, len(homes))[at]
    shift = rng.uniform(-0.75, 0.75, len(homes))[at]
    count = len(rooms)
    return Manner(
        changes=_within(rng, [KINDS[kind][1] for kind in kinds]) * draughts,
        fan=np.array([KINDS[kind][2] for kind in kinds]),
        windows=rng.uniform(1.5, 3.0, count),
        power=volume * rng.uniform(30, 40, count),
        setpoint=heating(day, night, shift),
        gains=by_slot(GAINS_W, np.zeros(count)),
        moisture=_moisture(kinds, people, shift),
    )


def heating(day: Array, night: Array, shift: Array) -> Array:
    """Warm from 6 to 9 and from 16 to 22 o'clock, set back between, [slot, room]."""
    on = by_slot(((6, 9, 1), (16, 22, 1)), shift)
    return np.asarray(np.where(on > 0, day[None, :], night[None, :]))


def by_slot(spans: Sequence[tuple[float, float, float]], shift: Array) -> Array:
    """A schedule [slot, room] of spans (from, to, value), each room's shifted by `shift` hours; 0 between them."""
    hours = (np.arange(SLOTS_A_DAY) / 2)[:, None] - shift[None, :]
    hours = np.round(hours * 2) / 2 % 24
    out = np.zeros(hours.shape)
    for start, end, value in spans:
        out = np.where((hours >= start) & (hours < end), value, out)
    return out


def _within(rng: np.random.Generator, bounds: Sequence[tuple[float, float]]) -> Array:
    low, high = np.array(bounds, dtype=np.float64).T
    return np.asarray(rng.uniform(low, high))


def _moisture(kinds: Sequence[str], people: Array, shift: Array) -> Array:
    """People breathe where they sleep and sit; cooking and washing grow with the household, more slowly."""
    out = np.empty((SLOTS_A_DAY, len(kinds)))
    for k, kind in enumerate(kinds):
        each = (
            people[k : k + 1] if kind.startswith("bed") or kind == "living room" else np.sqrt(people[k : k + 1] / 1.5)
        )
        out[:, k : k + 1] = by_slot(MOISTURE[kind], shift[k : k + 1]) * each + BACKGROUND_G_H
    return out
