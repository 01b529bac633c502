"""Made-up rooms with weather, for the tests of the assessment of homes."""

import numpy as np

from hereabouts_platform.climate.vapour import Floats, saturation_pressure, vapour_pressure
from hereabouts_platform.homes.assess import Series

FIRST_DAY = 20_454  # 1 January 2026


def weather(days: int, seed: int = 1, *, mean: float = 5.0) -> tuple[Floats, Floats, Floats]:
    """Outdoor temperature, humidity and rain of `days` of winter, each [hours, 1]."""
    chance = np.random.default_rng(seed)
    hours = np.arange(days * 24)
    slow = np.repeat(chance.normal(0, 3, days), 24)
    temperature = mean + slow + 2.5 * np.sin(2 * np.pi * (hours / 24 - 0.35))
    humidity = np.clip(84 - 8 * np.sin(2 * np.pi * (hours / 24 - 0.35)) + chance.normal(0, 2, len(hours)), 40, 100)
    rain = chance.exponential(1.0, len(hours)) * (chance.random(len(hours)) < 0.06)
    return temperature[:, np.newaxis], humidity[:, np.newaxis], rain[:, np.newaxis]


def series(
    days: int,
    *,
    temperature: Floats | float = 19.0,
    excess: Floats | float = 300.0,
    rooms: int = 1,
    seed: int = 1,
    first_day: int = FIRST_DAY,
    mean: float = 5.0,
) -> Series:
    """Rooms of a mean temperature (degC) and vapour excess (Pa), with days and chance, over `days` of such weather."""
    chance = np.random.default_rng(seed + 100)
    outdoor, outdoor_humidity, rain = weather(days, seed, mean=mean)
    hours = np.arange(days * 24)[:, np.newaxis]
    warm = (
        np.asarray(temperature)
        + 0.8 * np.sin(2 * np.pi * (hours / 24 - 0.5))
        + chance.normal(0, 0.1, (len(hours), rooms))
    )
    vapour = vapour_pressure(outdoor, outdoor_humidity) + np.asarray(excess) + chance.normal(0, 25, (len(hours), rooms))
    return Series(
        first_day=first_day,
        temperature=warm,
        humidity=np.clip(100 * vapour / saturation_pressure(warm), 5, 100),
        outdoor_temperature=outdoor,
        outdoor_humidity=outdoor_humidity,
        rain=rain,
    )
