"""The limits that an area's summary counts hours against: stated beforehand, the same for everybody.

Nobody chooses their own: with limits a tenth of a degree apart the values of single homes could be sorted out. Days are
counted against them when they are rolled up (`reading_day`), so a change here comes with a migration that counts anew.
"""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class AreaLimits:
    """Hours below `below` and above `above` are counted; None counts none. Units are the quantity's own."""

    below: float | None = None
    above: float | None = None


AREA_LIMITS: dict[str, AreaLimits] = {
    # WHO Housing and health guidelines (2018): at least 18 degrees indoors in the cold season. CIBSE TM59: bedrooms
    # at night at most 26 degrees.
    "air_temperature": AreaLimits(below=18.0, above=26.0),
    # Approved Document F (2021), Appendix B: the moving average over a week stays below 75 %. Below 40 % air is dry.
    "relative_humidity": AreaLimits(below=40.0, above=75.0),
    # HSE, ventilation in the workplace: consistently above 1,500 ppm tells of poor ventilation.
    "co2": AreaLimits(above=1500.0),
    "fill_level": AreaLimits(above=80.0),
    # WHO global air quality guidelines (2021), 24-hour levels.
    "pm2_5": AreaLimits(above=15.0),
    "pm10": AreaLimits(above=45.0),
}

NO_LIMITS = AreaLimits()
