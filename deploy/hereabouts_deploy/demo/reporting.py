"""What one device has to say at a moment: the model as its sensor sees it, in the vocabulary's quantities and units."""

import zlib
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from hereabouts_deploy.demo.makes import Fitted
from hereabouts_deploy.demo.sensing import NEVER, in_steps
from hereabouts_deploy.demo.world import World


class Watches(StrEnum):
    """What a device watches."""

    ROOM = "room"
    BIN = "bin"
    LINE = "line"
    WEATHER = "weather"


@dataclass(frozen=True, kw_only=True, slots=True)
class Reporter:
    """One device and which of its kind it is in the model."""

    device: Fitted
    watches: Watches
    index: int

    def dies_at(self, world: World) -> float:
        """Model time after which it says nothing any more."""
        return world.sensors[self.index].dies_at if self.watches is Watches.ROOM else NEVER

    def values(self, world: World, start: float, end: float, rng: np.random.Generator) -> dict[str, float]:
        """What it reports at model time `end`; counts and rain are those of [start, end)."""
        return _SAYS[self.watches](self, world, start, end, rng)


def reporters(world: World) -> list[Reporter]:
    """Every device of the town."""
    town = world.town
    kinds = ((Watches.ROOM, town.rooms), (Watches.BIN, town.bins), (Watches.LINE, town.lines))
    found = [
        Reporter(device=device, watches=kind, index=k) for kind, devices in kinds for k, device in enumerate(devices)
    ]
    return [*found, Reporter(device=town.station, watches=Watches.WEATHER, index=0)]


def _room(who: Reporter, world: World, _start: float, end: float, rng: np.random.Generator) -> dict[str, float]:
    temperature, humidity = world.sensors[who.index].observe(world.climate, np.array([end]), rng)
    return {"air_temperature": float(temperature[0]), "relative_humidity": float(humidity[0]), **_battery(who.device)}


def _bin(who: Reporter, world: World, _start: float, end: float, rng: np.random.Generator) -> dict[str, float]:
    at = np.array([end])
    distance = float(world.bins.distance_at(who.index, at, rng)[0])
    outside = float(in_steps(world.weather.temperature_at(at), 0.1)[0])
    return {"distance": distance, "air_temperature": outside, **_battery(who.device)}


def _line(who: Reporter, world: World, start: float, end: float, rng: np.random.Generator) -> dict[str, float]:
    people_in, people_out = world.footfall.between(who.index, start, end, rng)
    return {"people_in": float(people_in), "people_out": float(people_out)}


def _weather(_who: Reporter, world: World, start: float, end: float, _rng: np.random.Generator) -> dict[str, float]:
    at = np.array([end])
    return {
        "air_temperature": float(in_steps(world.weather.temperature_at(at), 0.1)[0]),
        "relative_humidity": float(in_steps(world.weather.humidity_at(at), 0.5)[0]),
        "rainfall": round(world.weather.rain_between(start, end), 2),
    }


_SAYS: dict[Watches, Callable[[Reporter, World, float, float, np.random.Generator], dict[str, float]]] = {
    Watches.ROOM: _room,
    Watches.BIN: _bin,
    Watches.LINE: _line,
    Watches.WEATHER: _weather,
}


def _battery(device: Fitted) -> dict[str, float]:
    """A battery's own level and voltage, the same whenever it is asked."""
    share = zlib.crc32(device.id.encode()) % 100 / 100
    return {"battery_level": float(60 + round(40 * share)), "battery_voltage": round(3.05 + 0.55 * share, 3)}
