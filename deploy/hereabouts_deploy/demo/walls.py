"""The coldest surface of every room as it really is, and what its sensor's deployment says of it.

Surveyors measure some, with an infrared thermometer: right within 0.02 or so. For others somebody wrote down what such
a wall usually has, which misses a cold bridge. Of the rest nothing is known, and whoever asks must assume something.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from hereabouts_deploy.demo.chance import stream
from hereabouts_deploy.demo.clock import Array
from hereabouts_deploy.demo.makes import Fitted
from hereabouts_deploy.demo.stock import Home
from hereabouts_deploy.demo.truth import Cause, Lot

#: Shares of rooms measured and of rooms given their wall type's usual value. Cold corners are measured more often.
MEASURED, BY_TYPE = 0.30, 0.35
MEASURED_IF_BRIDGED, BY_TYPE_IF_BRIDGED = 0.70, 0.15
#: fRsi of a cold bridge (corner, lintel, slab edge), and what sound surfaces differ from the usual.
BRIDGE = (0.38, 0.55)
SPREAD, SOUND_AT_LEAST = 0.025, 0.68


def true_f_rsi(seed: int, homes: Sequence[Home], rooms: Sequence[Fitted], lots: Mapping[str, Lot]) -> Array:
    """The temperature factor of each room's coldest surface, 0 (as cold as outside) to 1 (as warm as the room)."""
    rng = stream(seed, "walls")
    usual = {home.id: home.archetype.f_rsi for home in homes}
    found = np.empty(len(rooms))
    for k, device in enumerate(rooms):
        sound = max(SOUND_AT_LEAST, usual[device.place] + SPREAD * float(rng.standard_normal()))
        bridge = float(rng.uniform(*BRIDGE))
        found[k] = bridge if Cause.COLD_BRIDGE in lots[device.place].causes else min(sound, 0.94)
    return found


def with_mounts(
    seed: int, homes: Sequence[Home], rooms: Sequence[Fitted], lots: Mapping[str, Lot], f_rsi: Array
) -> list[Fitted]:
    """The rooms' devices with `f_rsi` and `f_rsi_from` (measured, wall type) in the mount where somebody said it."""
    rng = stream(seed, "surveys")
    usual = {home.id: home.archetype.f_rsi for home in homes}
    found = []
    for device, true in zip(rooms, f_rsi, strict=True):
        bridged = Cause.COLD_BRIDGE in lots[device.place].causes
        chance, error = float(rng.random()), float(rng.normal(0, 0.015))
        measured, by_type = (MEASURED_IF_BRIDGED, BY_TYPE_IF_BRIDGED) if bridged else (MEASURED, BY_TYPE)
        mount: dict[str, object] = dict(device.mount)
        if chance < measured:
            mount |= {"f_rsi": round(float(np.clip(true + error, 0.2, 0.97)), 2), "f_rsi_from": "measured"}
        elif chance < measured + by_type:
            mount |= {"f_rsi": usual[device.place], "f_rsi_from": "wall type"}
        found.append(replace(device, mount=mount))
    return found
