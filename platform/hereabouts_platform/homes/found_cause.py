"""The cause that people found, read from their own words, so that it can be held against the one named first. Pure."""

import re

from hereabouts_platform.homes.cause import MEANINGS, Cause

# Beginnings of words that tell a cause. Words that fit two causes tell none of them.
_WORDS = {
    Cause.COLD_BRIDGE: ("cold bridge", "thermal bridge", "cold wall", "cold corner", "cold spot", "reveal", "lintel"),
    Cause.HEAT_LOSS: ("insulat", "draught", "single glaz", "heat loss", "heat lost"),
    Cause.WATER_INGRESS: (
        *("leak", "pipe", "gutter", "roof", "rain", "penetrat", "rising", "plumb", "downpipe", "flashing", "water"),
        *("damp-proof", "damp proof", "dpc"),
    ),
    Cause.EXTRACT_FAILURE: ("fan", "extract"),
    Cause.HEATING_FAILURE: ("boiler", "heating failed", "heating broke", "heating broken", "no heating", "radiator"),
    Cause.UNDER_HEATING: ("under-heat", "underheat", "too little heat", "fuel", "cost of heating"),
    Cause.UNDER_VENTILATION: ("ventilat", "trickle vent", "air brick", "vents", "mvhr", "piv"),
    Cause.SENSOR_FAULT: ("sensor",),
}
_PATTERNS = {
    cause: re.compile(r"\b(?:" + "|".join(map(re.escape, words)) + ")", re.IGNORECASE)
    for cause, words in _WORDS.items()
}


def cause_in_words(text: str) -> Cause | None:
    """The one cause that somebody's words tell of; None where they tell of none, or of several.

    Its name and its title are read as well.

    Example:
        >>> cause_in_words("Bathroom fan disconnected"), cause_in_words("Fan, and a leaking pipe"), cause_in_words("")
        (<Cause.EXTRACT_FAILURE: 'extract_failure'>, None, None)
    """
    said = " ".join(text.casefold().split()).removesuffix(".")
    for cause, meaning in MEANINGS.items():
        if said in (cause.value, meaning.title.casefold()):
            return None if cause is Cause.CANNOT_SAY else cause
    told = [cause for cause, pattern in _PATTERNS.items() if pattern.search(said)]
    return told[0] if len(told) == 1 else None
