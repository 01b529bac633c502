"""What the sensors make of it: bias, noise, resolution, and the ways in which some of them fail."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from hereabouts_deploy.demo.air import saturation_pa
from hereabouts_deploy.demo.chance import stream
from hereabouts_deploy.demo.clock import DAY_S, Array, seconds_since, ticks
from hereabouts_deploy.demo.homes import STEP_S, Climate
from hereabouts_deploy.demo.makes import Fitted
from hereabouts_deploy.demo.truth import Fault, Truth

NEVER = float("inf")
LOWEST_HUMIDITY, HIGHEST_HUMIDITY = 5.0, 100.0
#: Share of a failing sensor's readings that are nonsense; % of relative humidity a day; see `IndoorSensor.elsewhere`.
GLITCHES = 0.02
DRIFT = (0.3, 0.8)
ON_A_SILL, ABOVE_A_RADIATOR = (0.4, 0.65), (1.3, 1.5)


@dataclass(frozen=True, kw_only=True, slots=True)
class IndoorSensor:
    """One sensor. `fails_at` is model time; a drifting one gains `drift` % relative humidity a day from then on.

    One that was moved reads, from then on, air that is `elsewhere` times as far from outside as the room's: on a sill
    less than 1, above a radiator more.
    """

    device: Fitted
    room: int
    temperature_bias: float
    humidity_bias: float
    fault: Fault | None = None
    fails_at: float = NEVER
    drift: float = 0.0
    elsewhere: float = 1.0

    @property
    def dies_at(self) -> float:
        """Model time from which nothing comes any more."""
        return self.fails_at if self.fault is Fault.DEAD else NEVER

    def observe(self, climate: Climate, seconds: Array, rng: np.random.Generator) -> tuple[Array, Array]:
        """Temperature in degC and relative humidity in % as reported at model times `seconds`, in the make's steps."""
        failed = seconds > self.fails_at
        stuck = failed & (self.fault is Fault.STUCK)
        seen = np.where(stuck, self.fails_at, seconds)
        noise = np.where(stuck[:, None], 0.0, rng.standard_normal((len(seconds), 2)))
        temperature, humidity = self._where_it_is(climate, seen)
        temperature = temperature + self.temperature_bias + 0.05 * noise[:, 0]
        humidity = humidity + self.humidity_bias + 0.3 * noise[:, 1]
        humidity = humidity + self.drift * np.maximum(0.0, seconds - self.fails_at) / DAY_S
        if self.fault is Fault.SATURATED:
            humidity = np.where(failed, HIGHEST_HUMIDITY, humidity)
        if self.fault is Fault.GLITCHES:
            glitch = failed & (rng.random(len(seconds)) < GLITCHES)
            temperature, humidity = np.where(glitch, -temperature, temperature), np.where(glitch, 0.0, humidity)
        make = self.device.make
        return (
            in_steps(temperature, make.temperature_step),
            np.clip(in_steps(humidity, make.humidity_step), LOWEST_HUMIDITY, HIGHEST_HUMIDITY),
        )

    def _where_it_is(self, climate: Climate, seconds: Array) -> tuple[Array, Array]:
        """The air around the sensor: its room's, or as warm as where it was put, with the room's vapour."""
        temperature = _between(climate.temperature[:, self.room], seconds)
        humidity = _between(climate.humidity[:, self.room], seconds)
        if self.fault is not Fault.MOVED:
            return temperature, humidity
        outside = _between(climate.outside, seconds)
        there = np.where(seconds > self.fails_at, outside + self.elsewhere * (temperature - outside), temperature)
        return there, np.minimum(100.0, humidity * saturation_pa(temperature) / saturation_pa(there))


def in_steps(values: Array, step: float) -> Array:
    """Values in whole steps of a sensor's resolution, free of the dust of binary fractions."""
    return np.asarray(np.round(np.round(values / step) * step, 4))


def fit_sensors(seed: int, rooms: Sequence[Fitted], truth: Mapping[str, Truth], origin: datetime) -> list[IndoorSensor]:
    """The sensors of all rooms. In a home with a sensor fault the first room's sensor fails, the others work."""
    rng = stream(seed, "sensors")
    found: list[IndoorSensor] = []
    for k, device in enumerate(rooms):
        about = truth[device.place]
        first = k == 0 or rooms[k - 1].place != device.place
        fault = about.fault if first else None
        biases = float(np.clip(rng.normal(0, 0.15), -0.4, 0.4)), float(np.clip(rng.normal(0, 1.0), -2.0, 2.0))
        drift, sill, radiator = rng.uniform(*DRIFT), rng.uniform(*ON_A_SILL), rng.uniform(*ABOVE_A_RADIATOR)
        found.append(
            IndoorSensor(
                device=device,
                room=k,
                temperature_bias=biases[0],
                humidity_bias=biases[1],
                fault=fault,
                fails_at=seconds_since(origin, about.since) if fault and about.since else NEVER,
                drift=float(drift) * {Fault.DRIFT: 1, Fault.DRIFT_DOWN: -1}.get(fault or Fault.DEAD, 0),
                elsewhere=float(sill if rng.random() < 0.5 else radiator) if fault is Fault.MOVED else 1.0,
            )
        )
    return found


def _between(steps: Array, seconds: Array) -> Array:
    return np.asarray(np.interp(seconds, ticks(len(steps), STEP_S), steps))
