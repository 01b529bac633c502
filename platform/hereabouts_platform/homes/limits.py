"""Every number of the rule on homes, in one frozen record with its version: what it is, and why it is what it is.

A draft is a TOML file with one table a group and only the numbers it changes; a backtest runs it beside the rule that
stands. Whatever was said of a home carries the version and the hash of the limits it was said by.
"""

import hashlib
import json
import tomllib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from typing import Any

from hereabouts_schemas.errors import InputError

VERSION = "2"


@dataclass(frozen=True, kw_only=True, slots=True)
class MouldLimits:
    """How the mould index is reckoned: class "sensitive" (papered, painted, soiled walls) on the coldest surface.

    Attributes:
        decline: Cmat of the VTT model. A wall of a home dries slowly and unevenly.
        widest: of the band that missing hours leave, beyond which nothing is said by the index.
        humidity_tolerance: of a sensor, %RH either way.
        factor_tolerance: of a temperature factor that somebody measured, either way.
        factor_tolerance_assumed: of one that is assumed.
        repairs: what the three repairs are: degC to heat to, share of vapour excess left, gain of the factor.
    """

    decline: float = 0.5
    widest: float = 0.5
    humidity_tolerance: float = 3.0
    factor_tolerance: float = 0.03
    factor_tolerance_assumed: float = 0.05
    repair_temperature: float = 18.0
    repair_vapour: float = 0.7
    repair_factor: float = 0.1


@dataclass(frozen=True, kw_only=True, slots=True)
class DampLimits:
    """Damp and mould. The averages of air and surface are those of Approved Document F and of section 4.3 of our notes.

    Attributes:
        surface_week, air_week, air_month: % from which somebody should watch; the month only in the heating season.
        surface_month, index_act: % and mould index (rising) from which somebody should act.
        index_urgent, forecast_days: mould index, and days within which it would be seen, from which it is urgent.
        condensing_hours, condensing_days: hours a day of water on the coldest surface, days in a row: urgent.
        air_day: %, a day of it with a week of `air_week` is for acting on where no weather is known.
        deficit: K between room and surface over a week, below which humidity alone never raises: a summer's day.
        hysteresis: %RH below a limit before it counts as over.
        rising: of the index over a week, from which it rises.
        raise_days, clear_days: valid days in a row before a level is raised, and before it is let go.
    """

    surface_week: float = 75.0
    air_week: float = 75.0
    air_month: float = 65.0
    surface_month: float = 80.0
    air_day: float = 85.0
    index_act: float = 0.5
    index_urgent: float = 1.0
    index_visible: float = 3.0
    forecast_days: float = 28.0
    condensing_hours: int = 6
    condensing_days: int = 3
    deficit: float = 1.0
    hysteresis: float = 5.0
    rising: float = 0.01
    raise_days: int = 3
    clear_days: int = 14


@dataclass(frozen=True, kw_only=True, slots=True)
class ColdLimits:
    """Excess cold: below 18 degC risks begin (UKHSA, WHO 2018), 16 is serious, below 12 a heating system has failed.

    Attributes:
        cool, cool_days: mean of a day in the heating season, days in a row: watch.
        cold, cold_hours, cold_days: hours of a day below it, days in a row: act.
        bitter, bitter_hours: hours in a row below it: urgent at once.
        hysteresis: K above a limit before it counts as over.
        clear_days: valid days before a level is let go.
    """

    cool: float = 18.0
    cool_days: int = 7
    cold: float = 16.0
    cold_hours: int = 8
    cold_days: int = 2
    bitter: float = 12.0
    bitter_hours: int = 6
    hysteresis: float = 0.5
    clear_days: int = 3


@dataclass(frozen=True, kw_only=True, slots=True)
class HeatLimits:
    """Excess heat in rooms people sleep in: CIBSE TM59, at most 1 % of the year's hours at night above 26 degC.

    Attributes:
        warm, warm_nights: mean of a night, nights in a row: watch.
        hours_a_year: hours at night above `warm` in a calendar year: with such a night again, act.
        hot, hot_nights: mean of a night, nights in a row: urgent (our choice).
        hysteresis: K below a limit before it counts as over.
        clear_days: valid days before a level is let go.
    """

    warm: float = 26.0
    warm_nights: int = 3
    hours_a_year: int = 32
    hot: float = 30.0
    hot_nights: int = 2
    hysteresis: float = 0.5
    clear_days: int = 3


@dataclass(frozen=True, kw_only=True, slots=True)
class SensorLimits:
    """When a series is not believed, and how much of it is needed.

    Attributes:
        hours_a_day, days_a_week, days_a_month: what makes a day, a week and a month valid.
        hold_hours, hold_weather_hours: for how long the last value stands in for hours that are missing.
        silent_hours: without a reading, after which there is no data.
        still_temperature, still_humidity: K and % within which a value stands still.
        frozen_hours, frozen_coarse_hours: both stand still, for sensors of fine and of whole numbers: with weather that
            moved by `weather_moved` Pa. `frozen_blind` times as long where no weather is known.
        below_pa, below_hours, below_heated: indoor vapour below outdoor vapour by so much, for so long, in a room so
            many K warmer than outdoors.
        saturated, saturated_hours: % at the end of the scale, for so long.
        drift_pa, drift_days, drift_heated: mean vapour so far below that outdoors over ten days, in a room so many K
            warmer, for so long: less than `below_pa`, and more than a sound sensor's tolerance.
        fault_stands_hours: for how long a fault stands after its last sign.
        install_hours: after the first reading, in which nothing is raised.
        moved_swing, moved_temperature, moved_days: from three weeks to the next the daily swing changes by this factor
            and the mean by so many K: the sensor may have been moved; said for so many days.
    """

    hours_a_day: int = 18
    days_a_week: int = 5
    days_a_month: int = 20
    hold_hours: int = 2
    hold_weather_hours: int = 6
    silent_hours: int = 24
    still_temperature: float = 0.05
    still_humidity: float = 0.25
    frozen_hours: int = 24
    frozen_coarse_hours: int = 60
    frozen_blind: float = 3.0
    weather_moved: float = 150.0
    below_pa: float = 150.0
    below_hours: int = 48
    below_heated: float = 3.0
    saturated: float = 99.5
    saturated_hours: int = 72
    drift_pa: float = 75.0
    drift_days: int = 7
    drift_heated: float = 5.0
    fault_stands_hours: int = 48
    install_hours: int = 48
    moved_swing: float = 2.5
    moved_temperature: float = 3.0
    moved_days: int = 14


@dataclass(frozen=True, kw_only=True, slots=True)
class MemoryLimits:
    """How features are remembered; what they are is told in `features.py`.

    Attributes:
        days, fast_days, pulse_days, long_days: time constants, days.
        regression_days, regression_span: days and K of outdoor temperature that a regression needs.
        pulse, pulse_hours, pulse_left: g/m3 within an hour; hours to be back in; share of the rise that may be left.
        rain_hours: time constant of rain that is still in a wall, h.
        cooling, excess: K above outdoors and g/m3 over outdoors that a night needs to tell of cooling, of air change.
    """

    days: float = 30.0
    fast_days: float = 10.0
    pulse_days: float = 14.0
    long_days: float = 90.0
    regression_days: int = 14
    regression_span: float = 6.0
    pulse: float = 1.5
    pulse_hours: int = 3
    pulse_left: float = 0.3
    rain_hours: float = 24.0
    cooling: float = 5.0
    excess: float = 0.5


@dataclass(frozen=True, kw_only=True, slots=True)
class Limits:
    """The rule's numbers; `version` is what people call them, `hash` tells two apart that are called the same."""

    version: str = VERSION
    mould: MouldLimits = field(default_factory=MouldLimits)
    damp: DampLimits = field(default_factory=DampLimits)
    cold: ColdLimits = field(default_factory=ColdLimits)
    heat: HeatLimits = field(default_factory=HeatLimits)
    sensor: SensorLimits = field(default_factory=SensorLimits)
    memory: MemoryLimits = field(default_factory=MemoryLimits)

    @property
    def hash(self) -> str:
        """SHA-256 over every number, in hexadecimal: the same for the same numbers, whatever file they came from."""
        numbers = {name: group for name, group in asdict(self).items() if name != "version"}
        return hashlib.sha256(json.dumps(numbers, sort_keys=True).encode()).hexdigest()


LIMITS = Limits()


def draft(text: str, standing: Limits = LIMITS) -> Limits:
    """The limits of a TOML draft: those that stand, with what it changes.

    Example:
        >>> draft('version = "dry"\\n[damp]\\nsurface_week = 78').damp.surface_week
        78.0

    Raises:
        InputError: it is no TOML, names a number there is not, or gives one that is none.
    """
    try:
        tables = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise InputError("draft", str(error), "Write it as TOML: one table a group, such as [damp].") from error
    changes: dict[str, Any] = {"version": str(tables.pop("version", f"{standing.version}-draft"))}
    for name, table in tables.items():
        if name not in _GROUPS or not isinstance(table, dict):
            raise InputError(name, "", f"The groups are: {', '.join(_GROUPS)}.")
        changes[name] = _changed(getattr(standing, name), name, table)
    return replace(standing, **changes)


_GROUPS = tuple(one.name for one in fields(Limits) if one.name != "version")


def _changed(group: Any, name: str, table: Mapping[str, object]) -> Any:
    known = {one.name: one.type for one in fields(group)}
    for key, value in table.items():
        if key not in known:
            raise InputError(f"{name}.{key}", str(value), f"The numbers of {name} are: {', '.join(known)}.")
        whole = known[key] is int
        if isinstance(value, bool) or not isinstance(value, int if whole else (int, float)) or value < 0:
            raise InputError(f"{name}.{key}", str(value), f"Give a {'whole ' if whole else ''}number, not below 0.")
    return replace(group, **{key: value if known[key] is int else float(value) for key, value in table.items()})  # type: ignore[arg-type]
