"""A whole season of a larger town straight to arrays: what sensors reported, what the weather was, and what was true.

The physics, the lots and the sensors are those of the live town; only the way to the wire is left out. A rule is judged
on this: it gets what a `Winter` reports, never its truth.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import count

import numpy as np

from hereabouts_deploy.demo.chance import stream
from hereabouts_deploy.demo.clock import HOUR_S, Array, seconds_since, ticks
from hereabouts_deploy.demo.history import heard
from hereabouts_deploy.demo.homes import STEP_S, simulate
from hereabouts_deploy.demo.makes import Fitted
from hereabouts_deploy.demo.outcome import Outcome, with_causes, work_out
from hereabouts_deploy.demo.sensing import fit_sensors, in_steps
from hereabouts_deploy.demo.stock import Home, build_of, fit_rooms
from hereabouts_deploy.demo.troubles import describe_rooms
from hereabouts_deploy.demo.truth import Truth, deal, tell_truth
from hereabouts_deploy.demo.walls import true_f_rsi, with_mounts
from hereabouts_deploy.demo.weather import Weather, make_weather

HOMES = 500
BEGINS, ENDS = datetime(2025, 10, 1, tzinfo=UTC), datetime(2026, 4, 1, tzinfo=UTC)
#: Towns on which rules may be tuned, and towns that nobody looks at before the tuning is done.
TUNING_SEEDS = tuple(range(101, 111))
UNSEEN_SEEDS = tuple(range(901, 911))

#: Two of five homes are flats: blocks of four stacks and four storeys. Houses stand in streets of ten.
FLATS, STACKS, STOREYS, HOUSES_A_STREET = 0.4, 4, 4, 10
#: Shares of homes with a sensor in the living room, and in a bathroom or kitchen, beside the one in the bedroom.
LIVING_ROOM, WET_ROOM = 0.5, 0.6


@dataclass(frozen=True, kw_only=True)
class Winter:
    """One season of one town, of UTC days from `origin`.

    `temperature` (degC) and `humidity` (%) are readings [half-hour, device], NaN where none came; the station's
    `outdoor_*` and `rain` (mm fallen in the hour) are [hour], stated at the hour's start. `truth` and
    `outcomes`, by home, are for whoever judges.
    """

    seed: int
    origin: datetime
    homes: Sequence[Home]
    devices: Sequence[Fitted]
    temperature: Array
    humidity: Array
    outdoor_temperature: Array
    outdoor_humidity: Array
    rain: Array
    truth: Mapping[str, Truth]
    outcomes: Mapping[str, Outcome]


def live_winter(seed: int, homes: int = HOMES, begins: datetime = BEGINS, ends: datetime = ENDS) -> Winter:
    """Live through a season, [`begins`, `ends`) in 22 whole UTC days or more, in a town of so many homes."""
    stock = build_stock(seed, homes)
    rooms = fit_rooms(seed, stock, _rooms(seed, len(stock)), count(1))
    lots = deal(seed, stock, rooms)
    f_rsi = true_f_rsi(seed, stock, rooms, lots)
    devices = with_mounts(seed, stock, rooms, lots, f_rsi)
    hours = int(seconds_since(begins, ends) // HOUR_S)
    truth = tell_truth(seed, lots.values(), begins, hours // 24)
    weather = make_weather(seed, begins, hours + 1)
    described = describe_rooms(seed, stock, devices, truth, f_rsi, origin=begins)
    climate = simulate(described, weather, hours * HOUR_S // STEP_S)
    outcomes = work_out(described, devices, climate)
    sensors = fit_sensors(seed, devices, truth, begins)
    noise, gaps = stream(seed, "winter noise"), stream(seed, "winter gaps")
    at = ticks(hours * HOUR_S // STEP_S, STEP_S)
    temperature, humidity = np.full((len(at), len(devices)), np.nan), np.full((len(at), len(devices)), np.nan)
    for k, sensor in enumerate(sensors):
        came = heard(at, gaps) & (at <= sensor.dies_at)
        seen = sensor.observe(climate, at, noise)
        temperature[came, k], humidity[came, k] = seen[0][came], seen[1][came]
    return Winter(
        seed=seed,
        origin=begins,
        homes=stock,
        devices=devices,
        temperature=temperature,
        humidity=humidity,
        **_station(weather, hours),
        truth=with_causes(truth, outcomes),
        outcomes=outcomes,
    )


def build_stock(seed: int, homes: int) -> list[Home]:
    """The homes of a town of about so many: whole blocks of flats first, houses for the rest."""
    block = STACKS * STOREYS
    blocks = [f"block-{b + 1:02d}" for b in range(max(2, round(homes * FLATS / block)))]
    flats = [
        Home(id=f"{group}-flat-{f + 1:02d}", group=group, archetype=built, floor=f // STACKS, stack=f % STACKS + 1)
        for group, built in build_of(seed, blocks, flats=True).items()
        for f in range(block)
    ]
    streets = [f"street-{s + 1:02d}" for s in range(-(-max(0, homes - len(flats)) // HOUSES_A_STREET))]
    houses = [
        Home(id=f"{group}-house-{h + 1:02d}", group=group, archetype=built)
        for group, built in build_of(seed, streets, flats=False).items()
        for h in range(HOUSES_A_STREET)
    ]
    return [*flats, *houses][: max(homes, len(flats))]


def _rooms(seed: int, homes: int) -> list[tuple[str, ...]]:
    rng = stream(seed, "winter rooms fitted")
    found = []
    for _ in range(homes):
        living, wet, which = rng.random(), rng.random(), str(rng.choice(("bathroom", "kitchen")))
        more = (*(("living room",) if living < LIVING_ROOM else ()), *((which,) if wet < WET_ROOM else ()))
        found.append(("bedroom", *more))
    return found


def _station(weather: Weather, hours: int) -> dict[str, Array]:
    """The station's hours as it reports them."""
    at = ticks(hours, HOUR_S)
    return {
        "outdoor_temperature": in_steps(weather.temperature_at(at), 0.1),
        "outdoor_humidity": in_steps(weather.humidity_at(at), 0.5),
        "rain": weather.rain[:hours],
    }
