"""The moisture criteria of Approved Document F that raise alerts, as a table."""

from dataclasses import dataclass

from hereabouts_platform.climate.averages import DAY, WEEK, Period

AIR = "air"
SURFACE = "surface"
HYSTERESIS = 5.0  # points of relative humidity below a limit before an alert clears


@dataclass(frozen=True, kw_only=True, slots=True)
class Criterion:
    """One moving average and the limit, % relative humidity, it should stay below."""

    medium: str
    period: Period
    limit: float

    @property
    def name(self) -> str:
        """Its name among an alert's evidence."""
        return f"{self.medium}_humidity_{self.period.name}"

    @property
    def clear_below(self) -> float:
        """An alert may clear when the average lies below this."""
        return self.limit - HYSTERESIS


CRITERIA = (
    Criterion(medium=AIR, period=WEEK, limit=75.0),
    Criterion(medium=AIR, period=DAY, limit=85.0),
    Criterion(medium=SURFACE, period=WEEK, limit=85.0),
    Criterion(medium=SURFACE, period=DAY, limit=95.0),
)
