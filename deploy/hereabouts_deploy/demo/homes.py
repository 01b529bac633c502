"""Rooms as boxes of heat and moisture, all at once, in steps of 30 minutes.

Heat: a capacity that gains from people, appliances and heating to a schedule, and loses to the outside by fabric and
air. Moisture: people, cooking and washing put it in, air change carries it out, surfaces store some, a surface colder
than the dew point takes the rest, a wet wall gives. Windows open when it is warm inside. Every trouble is a change
of these parameters from one day on, so its signs follow from the physics and not from a formula for the signs.
"""

from dataclasses import dataclass
from datetime import datetime

import numpy as np

from hereabouts_deploy.demo.air import saturation_g_m3
from hereabouts_deploy.demo.clock import DAY_S, Array, Mask, ticks, wall_clock
from hereabouts_deploy.demo.dwellings import SLOTS_A_DAY, Rooms
from hereabouts_deploy.demo.weather import Weather, summerness

STEP_S = 1800
STEP_H = STEP_S / 3600
SPIN_UP_DAYS = 10
AIR_HEAT_WH_M3K = 0.33
#: g/h that surfaces take per % difference in relative humidity, and g they hold per %, for each m3 of room.
SURFACE_UPTAKE, SURFACE_STORE = 0.13, 1.6
#: m3/h of condensing power per m3 of room once the coldest surface is below the dew point.
CONDENSING = 6.0
#: g/h from which on a fan with a humidity switch runs.
FAN_ABOVE_G_H = 50.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Climate:
    """What the air of every room was: [step, room], from `origin` every 30 minutes; degC and %."""

    origin: datetime
    temperature: Array
    humidity: Array


@dataclass(kw_only=True, slots=True)
class _State:
    temperature: Array
    moisture: Array  # g/m3
    stored: Array  # relative humidity of the surfaces, %


@dataclass(frozen=True, kw_only=True, slots=True)
class _Moment:
    """What drives one step: which rooms are in trouble, the half-hour of the day, habits, and the weather outside."""

    sick: Mask
    slot: int
    habit: Array
    temperature: float
    moisture: float  # g/m3
    sun: float  # 0 to 1


def simulate(rooms: Rooms, weather: Weather, steps: int) -> Climate:
    """The climate of all rooms for `steps` steps from the weather's origin; more steps leave the first ones alone.

    The rooms start settled: the first ten days (run at least so many) are lived through once before.
    """
    moments = _moments(rooms, weather, steps)
    count = len(rooms.volume)
    temperature, humidity = np.empty((steps, count)), np.empty((steps, count))
    state = _State(temperature=np.full(count, 17.0), moisture=np.full(count, 8.5), stored=np.full(count, 58.0))
    for moment in moments[: SPIN_UP_DAYS * DAY_S // STEP_S]:
        _step(rooms, state, moment)
    for k, moment in enumerate(moments):
        _step(rooms, state, moment)
        temperature[k] = state.temperature
        humidity[k] = np.clip(100 * state.moisture / saturation_g_m3(state.temperature), 5, 100)
    return Climate(origin=weather.origin, temperature=temperature, humidity=humidity)


def _moments(rooms: Rooms, weather: Weather, steps: int) -> list[_Moment]:
    clock = wall_clock(weather.origin, steps, STEP_S)
    slot = (clock.hour * 2).astype(np.int64) % SLOTS_A_DAY
    at = ticks(steps, STEP_S)
    outside = weather.temperature_at(at)
    moisture = saturation_g_m3(outside) * weather.humidity_at(at) / 100
    sun = _sunshine(weather, clock.hour)
    habits = rooms.habits(int(clock.day[-1]) + 1)
    return [
        _Moment(
            sick=np.asarray(rooms.sick_from <= at[k]),
            slot=int(slot[k]),
            habit=habits[clock.day[k]],
            temperature=float(outside[k]),
            moisture=float(moisture[k]),
            sun=float(sun[k]),
        )
        for k in range(steps)
    ]


def _sunshine(weather: Weather, hour: Array) -> Array:
    """How strongly the sun shines in, 0 to 1, by the hour and the season."""
    day_of_year = weather.origin.timetuple().tm_yday + ticks(len(hour), STEP_S) / DAY_S
    return np.asarray(np.maximum(0, np.cos((hour - 13) * 2 * np.pi / 24)) * (0.2 + 0.8 * summerness(day_of_year)))


def _step(rooms: Rooms, state: _State, now: _Moment) -> None:
    changes = _air_changes(rooms, state, now)
    _heat(rooms, state, now, changes)
    _moisten(rooms, state, now, changes)


def _air_changes(rooms: Rooms, state: _State, now: _Moment) -> Array:
    """Trickle vents and leaks, the fan while there is steam, windows once it is warm inside; 1/h."""
    windows = np.where(now.sick, rooms.sick_windows, rooms.windows) * np.clip((state.temperature - 22) / 3, 0, 1)
    fan = np.where(now.sick, rooms.sick_fan, rooms.fan) * (rooms.moisture[now.slot] > FAN_ABOVE_G_H)
    return np.asarray(np.where(now.sick, rooms.sick_changes, rooms.changes) + fan + windows)


def _heat(rooms: Rooms, state: _State, now: _Moment, changes: Array) -> None:
    """One exact step of C dT/dt = H (Te - T) + Q, with the heating that the thermostat asks for, up to its power."""
    loss = rooms.fabric + AIR_HEAT_WH_M3K * changes * rooms.volume
    keep = np.exp(-STEP_H * loss / rooms.capacity)
    free = now.temperature + (rooms.gains[now.slot] + rooms.sunlit * now.sun) / loss
    drifted = free + (state.temperature - free) * keep
    wanted = np.where(now.sick, rooms.sick_setpoint[now.slot], rooms.setpoint[now.slot])
    power = np.clip((wanted - drifted) * loss / (1 - keep), 0, rooms.power)
    state.temperature = drifted + power / loss * (1 - keep)


def _moisten(rooms: Rooms, state: _State, now: _Moment, changes: Array) -> None:
    """One exact step of the linear balance V dv/dt = G - k v; what surfaces hold follows by the same exchange."""
    full = saturation_g_m3(state.temperature)
    cold = saturation_g_m3(now.temperature + rooms.f_rsi * (state.temperature - now.temperature))
    leak = np.where(now.sick, rooms.leak, 0.0)
    condensing = np.where(state.moisture > 0.97 * cold, CONDENSING * rooms.volume, 0.0)
    uptake = SURFACE_UPTAKE * rooms.volume
    out = changes * rooms.volume + leak + condensing + uptake * 100 / full
    people = rooms.moisture[now.slot] * now.habit
    into = people + changes * rooms.volume * now.moisture + (leak + condensing * 0.97) * cold + uptake * state.stored
    before, target = state.moisture, into / out
    state.moisture = target + (before - target) * np.exp(-STEP_H * out / rooms.volume)
    humidity = 100 * (before + state.moisture) / 2 / full
    state.stored = state.stored + (humidity - state.stored) * STEP_H * SURFACE_UPTAKE / SURFACE_STORE
