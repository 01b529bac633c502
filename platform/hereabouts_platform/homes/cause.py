"""The causes that a hazard in a home is told apart into, in words that a tenant and an officer both may read.

The order is that in which people should look where odds are even: the fabric first. No cause is anybody's fault, and
each asks for an investigation: how people live in a home is never one.
"""

from dataclasses import dataclass
from enum import StrEnum


class Cause(StrEnum):
    """What may lie behind a hazard."""

    COLD_BRIDGE = "cold_bridge"
    HEAT_LOSS = "heat_loss"
    WATER_INGRESS = "water_ingress"
    EXTRACT_FAILURE = "extract_failure"
    HEATING_FAILURE = "heating_failure"
    UNDER_HEATING = "under_heating"
    UNDER_VENTILATION = "under_ventilation"
    SENSOR_FAULT = "sensor_fault"
    CANNOT_SAY = "cannot_say"


@dataclass(frozen=True, kw_only=True, slots=True)
class Meaning:
    """A cause in words: what it is, and what somebody should look at first."""

    title: str
    investigate: str


MEANINGS = {
    Cause.COLD_BRIDGE: Meaning(
        title="a cold wall or corner",
        investigate="Investigate the insulation: measure the coldest surface with an infrared thermometer, and look "
        "for missing insulation, cold corners and surrounds of windows.",
    ),
    Cause.HEAT_LOSS: Meaning(
        title="heat lost faster than it can be given",
        investigate="Investigate the fabric: loft, walls, windows and draughts.",
    ),
    Cause.WATER_INGRESS: Meaning(
        title="water from rain, a pipe or the ground",
        investigate="Investigate for water: roof, gutters, walls and pipes above and beside the room, and the "
        "damp-proof course.",
    ),
    Cause.EXTRACT_FAILURE: Meaning(
        title="an extractor fan that does not clear steam",
        investigate="Investigate the fan: its flow, its duct, its switch and its run-on.",
    ),
    Cause.HEATING_FAILURE: Meaning(
        title="heating that has failed",
        investigate="Investigate the heating at once: boiler, controls, radiators and the supply of fuel.",
    ),
    Cause.UNDER_HEATING: Meaning(
        title="too little heat in the room",
        investigate="Investigate insulation and heating: whether the fabric holds heat, whether the heating reaches "
        "the room, and whether help with the cost of fuel is needed.",
    ),
    Cause.UNDER_VENTILATION: Meaning(
        title="more vapour than the ventilation carries away",
        investigate="Investigate the ventilation: background vents, fans, air bricks and windows that open. Cooking, "
        "washing and drying clothes are ordinary, and the home has to carry their vapour away.",
    ),
    Cause.SENSOR_FAULT: Meaning(
        title="the sensor itself",
        investigate="Investigate the sensor: put another one beside it for a week, and look where it hangs.",
    ),
    Cause.CANNOT_SAY: Meaning(
        title="cannot be said from the readings",
        investigate="Investigate in person: what is known does not tell the causes apart.",
    ),
}
