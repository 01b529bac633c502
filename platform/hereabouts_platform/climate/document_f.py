"""The moisture criteria of Approved Document F, as a table: moving averages that should stay below a limit.

Relative humidity of the air below 65, 75 and 85 % over a month, a week and a day; at its coldest surface below 75, 85
and 95 % (water activity 0.75, 0.85, 0.95). Source: Approved Document F of the Building Regulations 2010, appendix on
performance criteria; the numbers as UCL thesis 1344167 gives them.
"""

from dataclasses import dataclass

from hereabouts_platform.climate.averages import DAY, MONTH, WEEK, Period

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
    Criterion(medium=AIR, period=MONTH, limit=65.0),
    Criterion(medium=AIR, period=WEEK, limit=75.0),
    Criterion(medium=AIR, period=DAY, limit=85.0),
    Criterion(medium=SURFACE, period=MONTH, limit=75.0),
    Criterion(medium=SURFACE, period=WEEK, limit=85.0),
    Criterion(medium=SURFACE, period=DAY, limit=95.0),
)
RAISING = tuple(criterion for criterion in CRITERIA if criterion.period is not MONTH)  # the first rule's: day and week
