"""Hazards and levels in the words of a sentence."""

from hereabouts_schemas.alert import Level

HAZARDS = {
    "damp_mould": "damp air, where mould can grow",
    "excess_cold": "too cold to live in",
    "excess_heat": "too hot to sleep in",
}
LEVELS = {
    Level.WATCH: "keep an eye on it",
    Level.ACT: "needs action",
    Level.URGENT: "urgent",
}
RANKS = {Level.WATCH: 1, Level.ACT: 2, Level.URGENT: 3}


def say_hazard(hazard: str) -> str:
    """A hazard within a sentence; one that has no words here by its code.

    Example:
        >>> say_hazard("damp_mould"), say_hazard("odd_thing")
        ('damp air, where mould can grow', 'odd thing')
    """
    return HAZARDS.get(hazard, hazard.replace("_", " "))


def say_level(level: str) -> str:
    """A level within a sentence; one that has no words here as it stands.

    Example:
        >>> say_level("act"), say_level("ok")
        ('needs action', 'ok')
    """
    return LEVELS[Level(level)] if level in LEVELS else level
