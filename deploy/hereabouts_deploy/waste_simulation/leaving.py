"""When a round leaves: at six, or as late as it may, so that bins are emptier in the evening and overnight."""

from collections.abc import Sequence
from dataclasses import replace

from hereabouts_deploy.waste_simulation.parameters import BREAK_AFTER_S, BREAK_S, FIXED_SLACK
from hereabouts_deploy.waste_simulation.policy import TIP, Morning, Policy, Round
from hereabouts_deploy.waste_simulation.town import Town


def as_late(town: Town, asked: Round, slack: tuple[float, int]) -> Round:
    """The round, leaving so late that it is home in time.

    Args:
        slack: what is kept in hand beyond what an empty road says: a share of it, and seconds.
    """
    long = planned_s(town, asked.stops)
    spare = town.vehicles[asked.vehicle].shift_s - long - round(long * slack[0]) - slack[1]
    return replace(asked, wait_s=max(0, spare))


def planned_s(town: Town, stops: Sequence[int]) -> int:
    """How long a round takes on an empty road, with tips and the break, seconds."""
    seconds, here = 0.0, town.depot
    for stop in (*stops, TIP):
        there = town.tip if stop == TIP else stop
        seconds += float(town.seconds[here, there]) + (town.turnround_s if stop == TIP else int(town.service_s[stop]))
        here = there
    seconds += float(town.seconds[here, town.depot])
    return round(seconds + (BREAK_S if seconds >= BREAK_AFTER_S else 0))


class Late:
    """Another policy's rounds, each as late as it may leave."""

    def __init__(self, rounds: Policy) -> None:
        self._rounds = rounds

    def plan(self, morning: Morning) -> Sequence[Round]:
        """Today's rounds."""
        return [as_late(morning.town, one, FIXED_SLACK) for one in self._rounds.plan(morning)]
