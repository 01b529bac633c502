"""The rounds that a policy has to beat, by name."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from hereabouts_deploy.waste_simulation.fixed import (
    FOUR_DAYS,
    Depot,
    FixedRounds,
    all_every,
    alternate_classes,
    parts_every,
    weekly_classes,
)
from hereabouts_deploy.waste_simulation.leaving import Late
from hereabouts_deploy.waste_simulation.policy import Policy
from hereabouts_deploy.waste_simulation.thresholds import Threshold

Maker = Callable[[Depot], Policy]

DAILY, SECOND_DAY = "fixed-daily", "fixed-2nd-day"


def late(name: str) -> str:
    """What a fixed round is called that leaves as late as it may."""
    return f"{name}-late"


#: Rounds that are the same all year and leave at six. None looks at a sensor.
CYCLES: Mapping[str, Callable[[Depot], FixedRounds]] = MappingProxyType(
    {
        DAILY: lambda depot: all_every(depot, 1),
        SECOND_DAY: lambda depot: all_every(depot, 2),
        "fixed-2nd-day-halves": lambda depot: parts_every(depot, 2),
        "fixed-3rd-day": lambda depot: all_every(depot, 3),
        "fixed-3rd-day-thirds": lambda depot: parts_every(depot, 3),
        "alternate-classes-60": lambda depot: alternate_classes(depot, 60),
        "alternate-classes-90": lambda depot: alternate_classes(depot, 90),
        "weekly-classes-60": lambda depot: weekly_classes(depot, 60),
        "weekly-classes-90": lambda depot: weekly_classes(depot, 90),
        "four-days-75": lambda depot: weekly_classes(depot, 75, FOUR_DAYS),
    }
)
#: The same, and those of them that a shift has room for as late as they may leave.
FIXED: Mapping[str, Maker] = MappingProxyType(
    {
        **CYCLES,
        late(DAILY): lambda depot: Late(CYCLES[DAILY](depot)),
        late(SECOND_DAY): lambda depot: Late(CYCLES[SECOND_DAY](depot)),
    }
)
THRESHOLDS: Mapping[str, Maker] = MappingProxyType(
    {
        "threshold-50": lambda _depot: Threshold(50),
        "threshold-65": lambda _depot: Threshold(65),
        "threshold-80": lambda _depot: Threshold(80),
    }
)
BASELINES: Mapping[str, Maker] = MappingProxyType({**FIXED, **THRESHOLDS})
