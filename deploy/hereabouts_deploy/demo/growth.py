"""What grows on the coldest surface: the town's own measure of mould, which no rule knows.

A dose in days, after the form of the dose model of Isaksson, Thelandersson and others (Building and Environment, 2010
and 2013): a day at 90 % and 20 degC counts one, more humid and warmer days count more, dry and freezing days take back.
Mould has got hold once the dose is `critical`, which differs from wall to wall; the index is dose over critical, and 1
is the town's "damp". The constants are the town's own choice. It is not the index of VTT that the rule works out: other
form, other constants, daily means of the true surface instead of hours of an assumed one.
"""

from dataclasses import dataclass

import numpy as np

from hereabouts_deploy.demo.clock import Array

HUMIDITY_POWER, TEMPERATURE_POWER = 15.53, 0.74
GROWS_ABOVE, DRIES_BELOW = 75.0, 60.0
#: Taken back a day: at 75 % and less on a straight line down to this at 60 %, and at frost.
TAKEN_BACK = 0.5


@dataclass(frozen=True, kw_only=True, slots=True)
class Growth:
    """The index of each day and room, [day, room]: 0 clean, 1 mould has got hold."""

    index: Array

    def held_from(self) -> Array:
        """The day in which each room's index first was 1 or more; infinite where never."""
        held = self.index >= 1
        return np.where(held.any(axis=0), held.argmax(axis=0), np.inf)


def grow(temperature: Array, humidity: Array, critical: Array) -> Growth:
    """Growth on surfaces of these daily means, degC and %, [day, room]; they begin clean."""
    steps = _step(temperature, humidity)
    index, dose = np.empty_like(steps), np.zeros(steps.shape[1])
    for day, step in enumerate(steps):
        dose = np.maximum(0.0, dose + step)
        index[day] = dose / critical
    return Growth(index=index)


def _step(temperature: Array, humidity: Array) -> Array:
    """A day's dose at these means, in days at 90 % and 20 degC."""
    warm = (np.clip(temperature, 0.1, 30.0) / 20) ** TEMPERATURE_POWER
    humid = (np.maximum(humidity, 1.0) / 90) ** HUMIDITY_POWER
    meets = (GROWS_ABOVE / 90) ** HUMIDITY_POWER  # both branches meet at 75 %
    falling = np.clip((GROWS_ABOVE - humidity) / (GROWS_ABOVE - DRIES_BELOW), 0, 1)
    dry = meets - (TAKEN_BACK + meets) * falling
    step = np.where(humidity > GROWS_ABOVE, humid, dry) * np.where(humidity > GROWS_ABOVE, warm, 1.0)
    return np.asarray(np.where(temperature < 0.1, -TAKEN_BACK, step))
