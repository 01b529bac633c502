"""Rooms as boxes of heat and moisture, all at once, in steps of 30 minutes.

Heat: a capacity that gains from people, appliances and heating to a schedule, and loses to the outside by fabric and
air. Moisture: people, cooking and washing put it in, air change carries it out, doors share it with the home's other
rooms, surfaces store some, a surface colder than the dew point takes the rest, a wet wall gives. Windows open when it
is warm inside. The coldest surface follows the weather with its wall's lag. Every trouble is a change of these
parameters from one day on, so its signs follow from the physics and not from a formula for the signs.
"""

from dataclasses import dataclass
from datetime import datetime

import numpy as np

from hereabouts_deploy.demo.air import VAPOUR_GAS_CONSTANT, saturation_g_m3, saturation_pa
from hereabouts_deploy.demo.clock import DAY_S, HOUR_S, Array, Mask, ticks, wall_clock
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
#: How wet a mm of rain makes a wall that lets it through (0 dry, 1 soaked), and in how many hours it dries and a pipe
#: soaks it.
WET_PER_MM, DRIES_H, SOAKS_H = 0.2, 72.0, 96.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Climate:
    """What the air of every room was, [step, room], from `origin` every 30 minutes: degC and %.

    `outside` is the temperature at each step. Means over days of the true coldest surface: [day, room].
    """

    origin: datetime
    temperature: Array
    humidity: Array
    outside: Array
    surface_temperature: Array
    surface_humidity: Array


@dataclass(kw_only=True, slots=True)
class _State:
    temperature: Array
    moisture: Array  # g/m3
    stored: Array  # relative humidity of the surfaces, %
    weathered: Array  # degC: outside, as the wall has followed it
    wet: Array  # of a leaking wall, 0 to 1


@dataclass(frozen=True, kw_only=True, slots=True)
class _Moment:
    """What drives one step: which rooms are in trouble, the half-hour of the day, habits, and the weather outside."""

    sick: Mask
    slot: int
    habit: Array
    temperature: float
    moisture: float  # g/m3
    sun: float  # 0 to 1
    rain: float  # mm in this step


def simulate(rooms: Rooms, weather: Weather, steps: int) -> Climate:
    """The climate of all rooms for `steps` steps from the weather's origin; more steps leave the first ones alone.

    The rooms start settled: the first ten days (run at least so many) are lived through once before.
    """
    moments = _moments(rooms, weather, steps)
    count, a_day = len(rooms.volume), DAY_S // STEP_S
    days = -(-steps // a_day)
    temperature, humidity = np.empty((steps, count)), np.empty((steps, count))
    cold, damp = np.zeros((days, count)), np.zeros((days, count))
    state = _State(
        temperature=np.full(count, 17.0),
        moisture=np.full(count, 8.5),
        stored=np.full(count, 58.0),
        weathered=np.full(count, moments[0].temperature),
        wet=np.zeros(count),
    )
    for moment in moments[: SPIN_UP_DAYS * a_day]:
        _step(rooms, state, moment)
    for k, moment in enumerate(moments):
        _step(rooms, state, moment)
        temperature[k] = state.temperature
        humidity[k] = np.clip(100 * state.moisture / saturation_g_m3(state.temperature), 5, 100)
        surface = _surface(rooms, state)
        cold[k // a_day] += surface
        damp[k // a_day] += np.minimum(100.0, 100 * _vapour_pa(state) / saturation_pa(surface))
    held = np.full((days, 1), float(a_day))
    held[-1] = steps - (days - 1) * a_day
    return Climate(
        origin=weather.origin,
        temperature=temperature,
        humidity=humidity,
        outside=np.array([moment.temperature for moment in moments]),
        surface_temperature=cold / held,
        surface_humidity=damp / held,
    )


def _surface(rooms: Rooms, state: _State) -> Array:
    """Temperature of the coldest surface, degC."""
    return np.asarray(state.weathered + rooms.f_rsi * (state.temperature - state.weathered))


def _vapour_pa(state: _State) -> Array:
    return np.asarray(state.moisture * VAPOUR_GAS_CONSTANT * (state.temperature + 273.15) / 1000)


def _moments(rooms: Rooms, weather: Weather, steps: int) -> list[_Moment]:
    clock = wall_clock(weather.origin, steps, STEP_S)
    slot = (clock.hour * 2).astype(np.int64) % SLOTS_A_DAY
    at = ticks(steps, STEP_S)
    outside = weather.temperature_at(at)
    moisture = saturation_g_m3(outside) * weather.humidity_at(at) / 100
    sun = _sunshine(weather, clock.hour)
    habits = rooms.habits(int(clock.day[-1]) + 1)
    hour = np.minimum(at // HOUR_S, len(weather.rain) - 1).astype(np.int64)
    return [
        _Moment(
            sick=np.asarray((rooms.sick_from <= at[k]) & (at[k] < rooms.sick_until)),
            slot=int(slot[k]),
            habit=habits[clock.day[k]],
            temperature=float(outside[k]),
            moisture=float(moisture[k]),
            sun=float(sun[k]),
            rain=float(weather.rain[hour[k]]) * STEP_H,
        )
        for k in range(steps)
    ]


def _sunshine(weather: Weather, hour: Array) -> Array:
    """How strongly the sun shines in, 0 to 1, by the hour and the season."""
    day_of_year = weather.origin.timetuple().tm_yday + ticks(len(hour), STEP_S) / DAY_S
    return np.asarray(np.maximum(0, np.cos((hour - 13) * 2 * np.pi / 24)) * (0.2 + 0.8 * summerness(day_of_year)))


def _step(rooms: Rooms, state: _State, now: _Moment) -> None:
    changes = _air_changes(rooms, state, now)
    _weather_walls(rooms, state, now)
    _heat(rooms, state, now, changes)
    _moisten(rooms, state, now, changes)


def _weather_walls(rooms: Rooms, state: _State, now: _Moment) -> None:
    """Walls follow the weather with their lag; those that let water in get wet by rain or by the pipe, and dry."""
    state.weathered = state.weathered + (now.temperature - state.weathered) * (1 - np.exp(-STEP_H / rooms.lag))
    rained = np.where(now.sick, WET_PER_MM * now.rain, 0.0) * (1 - state.wet) - state.wet * STEP_H / DRIES_H
    piped = np.where(now.sick, (1 - state.wet) * STEP_H / SOAKS_H, -state.wet * STEP_H / DRIES_H)
    state.wet = state.wet + np.where(rooms.by_rain, rained, piped)


def _air_changes(rooms: Rooms, state: _State, now: _Moment) -> Array:
    """Trickle vents and leaks, the fan while there is steam, windows once it is warm inside; 1/h."""
    open_at = np.clip((state.temperature - 22) / 3, 0, 1)
    windows = np.where(now.sick, rooms.sick.windows, rooms.well.windows) * open_at
    steam = rooms.well.moisture[now.slot] > FAN_ABOVE_G_H
    fan = np.where(now.sick, rooms.sick.fan, rooms.well.fan) * steam
    return np.asarray(np.where(now.sick, rooms.sick.changes, rooms.well.changes) + fan + windows)


def _heat(rooms: Rooms, state: _State, now: _Moment, changes: Array) -> None:
    """One exact step of C dT/dt = H (Te - T) + Q, with the heating that the thermostat asks for, up to its power."""
    loss = rooms.fabric + AIR_HEAT_WH_M3K * changes * rooms.volume
    keep = np.exp(-STEP_H * loss / rooms.capacity)
    gains = np.where(now.sick, rooms.sick.gains[now.slot], rooms.well.gains[now.slot])
    free = now.temperature + (gains + rooms.sunlit * now.sun) / loss
    drifted = free + (state.temperature - free) * keep
    wanted = np.where(now.sick, rooms.sick.setpoint[now.slot], rooms.well.setpoint[now.slot])
    most = np.where(now.sick, rooms.sick.power, rooms.well.power)
    power = np.clip((wanted - drifted) * loss / (1 - keep), 0, most)
    state.temperature = drifted + power / loss * (1 - keep)


def _moisten(rooms: Rooms, state: _State, now: _Moment, changes: Array) -> None:
    """One exact step of the linear balance V dv/dt = G - k v; what surfaces hold follows by the same exchange."""
    full = saturation_g_m3(state.temperature)
    cold = saturation_g_m3(_surface(rooms, state))
    leak = rooms.leak * state.wet
    condensing = np.where(state.moisture > 0.97 * cold, CONDENSING * rooms.volume, 0.0)
    uptake, doors, fresh = SURFACE_UPTAKE * rooms.volume, rooms.doors * rooms.volume, changes * rooms.volume
    out = fresh + doors + leak + condensing + uptake * 100 / full
    people = np.where(now.sick, rooms.sick.moisture[now.slot], rooms.well.moisture[now.slot]) * now.habit
    shared = (np.add.reduceat(state.moisture * doors, rooms.first) / np.add.reduceat(doors, rooms.first))[rooms.home]
    taken = (leak + condensing * 0.97) * cold + uptake * state.stored
    into = people + fresh * now.moisture + doors * shared + taken
    before, target = state.moisture, into / out
    state.moisture = target + (before - target) * np.exp(-STEP_H * out / rooms.volume)
    humidity = 100 * (before + state.moisture) / 2 / full
    state.stored = state.stored + (humidity - state.stored) * STEP_H * SURFACE_UPTAKE / SURFACE_STORE
