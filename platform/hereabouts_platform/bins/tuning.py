"""The numbers of the forecast, with what they were chosen by."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class Tuning:
    """How fast a forecast learns. Defaults: chosen on Edinburgh's weeks before 18 July 2016 (docs/forecast.md).

    Attributes:
        memory: share of its weight that an emptying keeps when the next one comes.
        group_weight: emptyings that a bin's group counts for beside the bin's own.
        group_memory, fleet_weight: the same for a group, and for all bins beside the group's own.
        first_amplitude: points in a common day, before anything was seen.
        running_points: a bin that grew by so much since its last emptying, or should have, tells as much as a whole
            emptying does.
        drift_hours: how long what all bins did differently of late is remembered; a third of it is left then.
        season_days: the same of the last weeks.
        season_gain: how much of a surprise is taken to be the season's.
        fleet_gain, group_gain: how much of a surprise is taken to be everybody's, and the group's, in these hours.
        scale_points, scale_share: the unit of surprise: points, and of the growth expected since the last reading.
        stale_hours: beyond it the unit grows with the square root of the reading's age.
        learn_spread: step of the quantiles of surprises, in units.
        learn_full: step of the correction of how likely a bin is full.
        cut_at: level at which sensors cut off: 100 means "100 or more". Infinity where they read on.
    """

    memory: float = 0.94
    group_weight: float = 1.0
    group_memory: float = 0.98
    fleet_weight: float = 3.0
    first_amplitude: float = 30.0
    running_points: float = 50.0
    drift_hours: float = 24.0
    season_days: float = 14.0
    season_gain: float = 0.02
    fleet_gain: float = 0.05
    group_gain: float = 0.1
    scale_points: float = 10.0
    scale_share: float = 0.12
    stale_hours: float = 96.0
    learn_spread: float = 0.01
    learn_full: float = 0.02
    cut_at: float = 100.0


TUNING = Tuning()
