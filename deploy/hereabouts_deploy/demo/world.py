"""The whole model of the town from its origin to any later moment: one seed and one origin, one course of events."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from hereabouts_deploy.demo.bins import NOBODY, Bins, Served, simulate_bins
from hereabouts_deploy.demo.clock import HOUR_S, seconds_since
from hereabouts_deploy.demo.footfall import Footfall, simulate_footfall
from hereabouts_deploy.demo.homes import STEP_S, Climate, simulate
from hereabouts_deploy.demo.outcome import Outcome, work_out
from hereabouts_deploy.demo.sensing import IndoorSensor, fit_sensors
from hereabouts_deploy.demo.town import Town, build_town
from hereabouts_deploy.demo.troubles import describe_rooms
from hereabouts_deploy.demo.truth import Truth, tell_truth, with_a_fresh_failure
from hereabouts_deploy.demo.weather import Weather, make_weather

HISTORY_DAYS = 60
LIVED_AHEAD = timedelta(hours=6)
#: Before the end of the history: long enough for the rule to be sure, short enough to be news.
FAILED_DAYS_AGO = 5


@dataclass(frozen=True, kw_only=True)
class World:
    """Everything that happened in the town from `origin` to `until`, and who watched."""

    town: Town
    origin: datetime
    until: datetime
    truth: Mapping[str, Truth]
    outcomes: Mapping[str, Outcome]
    weather: Weather
    climate: Climate
    sensors: tuple[IndoorSensor, ...]
    bins: Bins
    footfall: Footfall
    served: Served = NOBODY

    def reaching(self, at: datetime) -> "World":
        """This world, or the same one lived on to some hours after `at`."""
        if at < self.until:
            return self
        return live_through(self.town.seed, self.origin, at + LIVED_AHEAD, self.served)

    def with_bins(self, served: Served) -> "World":
        """The same with bins emptied by these crews."""
        bins = simulate_bins(self.town.seed, self.town.slots, self.origin, len(self.bins.level), served)
        return replace(self, bins=bins, served=served)

    def seconds(self, at: datetime) -> float:
        """Model time of an instant."""
        return seconds_since(self.origin, at)


def live_through(seed: int, origin: datetime, until: datetime, served: Served = NOBODY) -> World:
    """Run the model from `origin` (a full hour) to `until` and a little beyond, to have both ends of the last step.

    The course of events depends on seed, origin and crews alone: running further repeats it and goes on.
    """
    town = build_town(seed)
    told = tell_truth(seed, town.lots.values(), origin, HISTORY_DAYS)
    truth = with_a_fresh_failure(told, origin + timedelta(days=HISTORY_DAYS - FAILED_DAYS_AGO))
    hours = int(seconds_since(origin, until) // HOUR_S) + 2
    weather = make_weather(seed, origin, hours)
    rooms = describe_rooms(seed, town.stock, town.rooms, truth, town.f_rsi, origin=origin)
    climate = simulate(rooms, weather, (hours - 1) * HOUR_S // STEP_S + 1)
    outcomes = work_out(rooms, town.rooms, climate)
    return World(
        town=town,
        origin=origin,
        until=origin + timedelta(hours=hours - 1),
        truth=truth,
        outcomes=outcomes,
        weather=weather,
        climate=climate,
        sensors=tuple(fit_sensors(seed, town.rooms, truth, origin)),
        bins=simulate_bins(seed, town.slots, origin, hours, served),
        footfall=simulate_footfall(seed, len(town.lines), origin, hours),
        served=served,
    )
