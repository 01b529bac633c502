"""How fast a bin fills by all that is known: its own emptyings, its group, all bins, and the last hours' drift."""

from math import exp

from hereabouts_platform.bins.growth import Growth
from hereabouts_platform.bins.state import BinState, Shared, State
from hereabouts_platform.bins.tuning import Tuning
from hereabouts_platform.bins.working import WorkingBin, WorkingShared

HOUR_S = 3600
Common = Shared | WorkingShared


def fleet_amplitude(fleet: Common, tuning: Tuning) -> float:
    """The mean of all bins, from a first guess on."""
    return (fleet.total + tuning.first_amplitude) / (fleet.weight + 1)


def group_amplitude(group: Common, fleet: Common, tuning: Tuning) -> float:
    """A group's mean, drawn towards all bins'."""
    weight = tuning.fleet_weight
    return (group.total + weight * fleet_amplitude(fleet, tuning)) / (group.weight + weight)


def own_amplitude(known: BinState | WorkingBin, usual: float, growth: Growth, tuning: Tuning) -> float:
    """A bin's amplitude, drawn towards what is usual in its group; the growth since its last emptying counts by how
    much of it there is, or should be: as a whole emptying from `running_points` on.
    """
    amplitude = (known.total + tuning.group_weight * usual) / (known.weight + tuning.group_weight)
    effort = growth.effort(known.emptied_at, known.read_at) if known.read_at > known.emptied_at else 0.0
    if effort <= 0 or (known.full and known.level - known.left <= amplitude * effort):
        return amplitude
    grown = max(known.level - known.left, 0.0)
    weight = min(max(amplitude * effort, grown) / tuning.running_points, 1.0)
    own, seen = known.weight + tuning.group_weight, grown / effort
    return (amplitude * own + weight * seen) / (own + weight)


def faded(shared: Common, at: float, tuning: Tuning) -> tuple[float, float]:
    """What is left of a drift and of a season at an instant not before they were last moved."""
    return faded_by(shared.drift, shared.season, max(at - shared.drift_at, 0.0) / HOUR_S, tuning)


def faded_by(drift: float, season: float, hours: float, tuning: Tuning) -> tuple[float, float]:
    """The same of a drift and a season after so many hours."""
    return drift * exp(-hours / tuning.drift_hours), season * exp(-hours / (24 * tuning.season_days))


def move(shared: WorkingShared, at: float, surprise: float, gain: float, *, worth: float, tuning: Tuning) -> None:
    """Change drift and season after a surprise: first what the season takes of it, then the drift of the rest.

    `worth` is how much of an emptying's surprise this one is worth, 0 to 1.
    """
    drift, season = faded(shared, at, tuning)
    season += worth * tuning.season_gain * (surprise - drift - season)
    drift += worth * gain * (surprise - drift - season)
    shared.drift, shared.season, shared.drift_at = drift, season, at


def drift_of(state: State, group: str, at: float, tuning: Tuning) -> float:
    """Factor on growth by what all bins, and the group's, did of late."""
    return 1 + sum(faded(state.fleet, at, tuning)) + sum(faded(state.groups.get(group, Shared()), at, tuning))


def amplitude_of(state: State, bin_id: str, growth: Growth, tuning: Tuning) -> float:
    """Points in the first common day of a bin, without drift."""
    known = state.bins[bin_id]
    usual = group_amplitude(state.groups.get(known.group, Shared()), state.fleet, tuning)
    return own_amplitude(known, usual, growth, tuning)
