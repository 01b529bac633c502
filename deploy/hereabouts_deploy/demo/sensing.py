"""What the sensors make of it: bias, noise, resolution, and the ways in which some of them fail."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from hereabouts_deploy.demo.chance import stream
from hereabouts_deploy.demo.clock import DAY_S, Array, seconds_since, ticks
from hereabouts_deploy.demo.homes import STEP_S, Climate
from hereabouts_deploy.demo.town import Fitted
from hereabouts_deploy.demo.truth import Cause, Fault, Truth

NEVER = float("inf")
LOWEST_HUMIDITY, HIGHEST_HUMIDITY = 5.0, 100.0


@dataclass(frozen=True, kw_only=True, slots=True)
class IndoorSensor:
    """One sensor. `fails_at` is model time; a drifting one gains `drift` % relative humidity a day from then on."""

    device: Fitted
    room: int
    temperature_bias: float
    humidity_bias: float
    fault: Fault | None = None
    fails_at: float = NEVER
    drift: float = 0.0

    @property
    def dies_at(self) -> float:
        """Model time from which nothing comes any more."""
        return self.fails_at if self.fault is Fault.DEAD else NEVER

    def observe(self, climate: Climate, seconds: Array, rng: np.random.Generator) -> tuple[Array, Array]:
        """Temperature in degC and relative humidity in % as reported at model times `seconds`, in the make's steps."""
        stuck = seconds > self.fails_at if self.fault is Fault.STUCK else np.zeros(len(seconds), dtype=np.bool_)
        seen = np.where(stuck, self.fails_at, seconds)
        noise = np.where(stuck[:, None], 0.0, rng.standard_normal((len(seconds), 2)))
        temperature = _between(climate.temperature[:, self.room], seen) + self.temperature_bias + 0.05 * noise[:, 0]
        humidity = _between(climate.humidity[:, self.room], seen) + self.humidity_bias + 0.3 * noise[:, 1]
        humidity = humidity + self.drift * np.maximum(0.0, seconds - self.fails_at) / DAY_S
        if self.fault is Fault.SATURATED:
            humidity = np.where(seconds > self.fails_at, HIGHEST_HUMIDITY, humidity)
        make = self.device.make
        return (
            in_steps(temperature, make.temperature_step),
            np.clip(in_steps(humidity, make.humidity_step), LOWEST_HUMIDITY, HIGHEST_HUMIDITY),
        )


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
        fault = about.fault if about.cause is Cause.SENSOR_FAULT and first else None
        found.append(
            IndoorSensor(
                device=device,
                room=k,
                temperature_bias=float(np.clip(rng.normal(0, 0.15), -0.4, 0.4)),
                humidity_bias=float(np.clip(rng.normal(0, 1.0), -2.0, 2.0)),
                fault=fault,
                fails_at=seconds_since(origin, about.since) if fault and about.since else NEVER,
                drift=float(rng.uniform(0.3, 0.8)) if fault is Fault.DRIFT else 0.0,
            )
        )
    return found


def _between(steps: Array, seconds: Array) -> Array:
    return np.asarray(np.interp(seconds, ticks(len(steps), STEP_S), steps))
