"""What is really wrong in which home: the ground truth beside the town. It is never imported and no rule reads it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from hereabouts_deploy.demo.chance import stream
from hereabouts_deploy.demo.town import Town


class Cause(StrEnum):
    """Why a home's readings are as they are."""

    HEALTHY = "healthy"
    UNDER_HEATED = "under_heated"
    UNDER_VENTILATED = "under_ventilated"
    LEAKING_WALL = "leaking_wall"
    SENSOR_FAULT = "sensor_fault"


class Fault(StrEnum):
    """How a sensor fails."""

    DRIFT = "drift"
    STUCK = "stuck"
    DEAD = "dead"
    SATURATED = "saturated"


SHARES = {
    Cause.HEALTHY: 0.75,
    Cause.UNDER_HEATED: 0.065,
    Cause.UNDER_VENTILATED: 0.065,
    Cause.LEAKING_WALL: 0.06,
    Cause.SENSOR_FAULT: 0.06,
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Truth:
    """The cause in one home, since when; `fault` for a failing sensor. A leak wets the first room of the home alone."""

    home: str
    cause: Cause
    since: datetime | None = None
    fault: Fault | None = None


def tell_truth(town: Town, origin: datetime, days: int) -> dict[str, Truth]:
    """Who has what, by home. Six of ten troubles are older than the history; the others began at least 15 days ago."""
    rng = stream(town.seed, "truth")
    homes = list(town.homes)
    causes = _deal(len(homes))
    faults = list(Fault)
    truth: dict[str, Truth] = {}
    for k, place in enumerate(rng.permutation(len(homes))):
        home, cause = homes[int(place)], causes[k]
        began = origin + timedelta(hours=int(rng.integers(5 * 24, (days - 15) * 24)))
        old = bool(rng.random() < 0.6) and cause is not Cause.SENSOR_FAULT
        fault = faults[k % len(faults)] if cause is Cause.SENSOR_FAULT else None
        since = None if cause is Cause.HEALTHY else origin if old else began
        truth[home] = Truth(home=home, cause=cause, since=since, fault=fault)
    return {home: truth[home] for home in homes}


def _deal(homes: int) -> list[Cause]:
    """The causes in their shares, as many as there are homes; what rounding leaves over is healthy."""
    dealt = [cause for cause, share in SHARES.items() if cause is not Cause.HEALTHY for _ in range(int(share * homes))]
    return dealt + [Cause.HEALTHY] * (homes - len(dealt))
