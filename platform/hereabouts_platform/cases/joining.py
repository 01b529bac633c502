"""What an alert means for the cases of its home: opens one, joins one, says something new, or is left alone. Pure."""

from dataclasses import dataclass
from enum import StrEnum

from hereabouts_platform.cases.life import RANK
from hereabouts_schemas.alert import Level


class Joining(StrEnum):
    """What to do about one alert."""

    OPEN = "open"  # a case; or join the one that another alert of the home opens in this very moment
    JOIN = "join"
    CHANGE = "change"  # its level
    CLEAR = "clear"
    LEAVE = "leave"


@dataclass(frozen=True, kw_only=True, slots=True)
class AlertFacts:
    """An alert on a home or one of its rooms, beside what its home's cases know of it.

    Attributes:
        level: as it stands; None once it has cleared.
        case_level: the level that the open case last heard of; None where the alert is not in it.
        has_case: whether the home has an open case of the hazard.
        decided_level: the worst level at which it was in a case that is closed now; None where it never was.
    """

    level: Level | None
    case_level: Level | None = None
    has_case: bool = False
    decided_level: Level | None = None


def joining(alert: AlertFacts, least: Level) -> Joining:
    """What an alert means for its home's cases, where those of `least` and worse become cases by themselves.

    Once it is in a case every change of it is told there, and its clearing, which closes nothing. An open case gathers
    every alert of its home and hazard, whatever the level. What people closed stays closed while the same alert stands
    as it stood: only a worse level, or another alert, opens the next case.
    """
    if alert.level is None:
        return Joining.CLEAR if alert.case_level is not None else Joining.LEAVE
    if alert.case_level is not None:
        return Joining.LEAVE if alert.level is alert.case_level else Joining.CHANGE
    if alert.has_case:
        return Joining.JOIN
    decided = 0 if alert.decided_level is None else RANK[alert.decided_level]
    return Joining.OPEN if RANK[alert.level] >= max(RANK[least], decided + 1) else Joining.LEAVE
