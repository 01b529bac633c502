"""What reasons of quarantine mean, and what to do about each, in plain words. One table for pages, API and commands."""

import shlex
from dataclasses import dataclass

from hereabouts_schemas.outcome import Reason


@dataclass(frozen=True, kw_only=True, slots=True)
class Words:
    """A reason in a few words, and its cure in sentences."""

    title: str
    cure: str


WORDS: dict[Reason, Words] = {
    Reason.UNREADABLE: Words(
        title="not readable",
        cure="The message is not what its source sends. See whether the source has the right envelope, and what else "
        "publishes on its topics.",
    ),
    Reason.WRONG_SHAPE: Words(
        title="in another shape than expected",
        cure="A field is missing or of another kind than the source promises. Ask whoever sends it what has changed.",
    ),
    Reason.UNKNOWN_DEVICE: Words(
        title="not registered, or at no place then",
        cure="Register it with its place and the time since when it is there: a row of devices.csv, then "
        "`hereabouts import devices devices.csv`.",
    ),
    Reason.FOREIGN_DEVICE: Words(
        title="another source speaks for this device",
        cure="A webhook may only speak for devices of its sender’s sources. If the device has moved to this source, "
        "say so with `hereabouts source bind SOURCE DEVICE`; if not, ask whoever has that key what they are doing.",
    ),
    Reason.NO_DECODER: Words(
        title="nothing here reads its bytes",
        cure="Switch on the payload formatter of the network server, or give the device a profile and version that "
        "this release has: `hereabouts profiles` lists them.",
    ),
    Reason.UNDECODABLE: Words(
        title="not in its profile’s encoding",
        cure="Check that the device has the profile of its model, and of its hardware revision. If it has, a newer "
        "release may read it.",
    ),
    Reason.NO_VALUE: Words(
        title="nothing to measure in it",
        cure="Settings and join frames hold no values: nothing to do. If it should hold some, the device has the "
        "wrong profile.",
    ),
    Reason.UNIT: Words(
        title="in another unit than expected",
        cure="The message names a unit that the profile does not expect. Correct the unit where it is sent, or the "
        "profile.",
    ),
    Reason.RANGE: Words(
        title="outside what a working sensor says",
        cure="Look at the sensor: a broken probe or a flat battery says such things. If the device is well, it has the "
        "wrong profile.",
    ),
    Reason.SENTINEL: Words(
        title="the device says it could not measure",
        cure="Look at the sensor and its probe. Nothing is lost: there was no value to keep.",
    ),
    Reason.CLOCK: Words(
        title="a time that cannot be true",
        cure="Set the clock of the device or of its gateway. What came with a wrong time stays out: when it was "
        "measured is not known.",
    ),
    Reason.CONFLICT: Words(
        title="another value stands for that moment",
        cure="The first value stays. Two devices may send under one name, or one sends a correction: ask the supplier.",
    ),
    Reason.OVERSIZE: Words(
        title="too large to be a sensor’s message",
        cure="Find out what publishes it, and stop that.",
    ),
    Reason.SIMULATED: Words(
        title="simulated in the network’s console",
        cure="Somebody tried the device out: nothing to do.",
    ),
    Reason.DEVICE_MISMATCH: Words(
        title="topic and message name two devices",
        cure="A message may only speak for the device its topic names. Find out who publishes it.",
    ),
    Reason.SCRIPT_KILLED: Words(
        title="its vendor script was stopped",
        cure="The script took too long or too much. Mend it, or take the family’s own profile.",
    ),
    Reason.REFUSED_BY_STORE: Words(
        title="refused by the database",
        cure="That should not happen: please report it with the message’s id. Its bytes are kept.",
    ),
}

ONCE_MENDED = frozenset(
    {
        Reason.UNREADABLE,
        Reason.WRONG_SHAPE,
        Reason.UNKNOWN_DEVICE,
        Reason.FOREIGN_DEVICE,
        Reason.NO_DECODER,
        Reason.UNDECODABLE,
        Reason.UNIT,
        Reason.RANGE,
        Reason.DEVICE_MISMATCH,
        Reason.SCRIPT_KILLED,
        Reason.REFUSED_BY_STORE,
    }
)
"""Reasons whose messages a replay can bring in once the cause is mended."""


def words_of(reason: str) -> Words:
    """The words of a reason; of one that is new here, its code and nothing to be said."""
    known = WORDS.get(Reason(reason)) if reason in set(Reason) else None
    return known or Words(title=reason.replace("_", " "), cure="This release has no advice on it.")


def replay_command(reason: str, device: str | None) -> str | None:
    """The command that brings in what waits once the cause is mended; None where that would not help.

    A device names itself as it likes, and people copy commands into a shell: its name is quoted.

    Example:
        >>> replay_command("unknown_device", "24E124136B502217")
        'hereabouts quarantine replay --reason unknown_device --device 24E124136B502217'
        >>> replay_command("simulated", None)
    """
    if reason not in ONCE_MENDED:
        return None
    whose = f" --device {shlex.quote(device)}" if device is not None else ""
    return f"hereabouts quarantine replay --reason {reason}{whose}"
