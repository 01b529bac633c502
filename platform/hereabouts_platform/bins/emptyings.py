"""When a slot was emptied: a drop that stays, and what crews say they did there.

A drop counts when it is larger than 25 points and than four times the sensor's own noise (up to 35), and when two
readings in a row stay down. A crew's word and the sensor's are held against each other; where they differ, both are
kept.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from hereabouts_platform.bins.level import Floats, Levels, Times

LEAST_DROP = 25.0  # points
SIGMAS = 4.0
MOST_DROP = 35.0  # a bin that is read once a day and emptied every other looks like noise
STAYS = 2  # readings
PROOF_WITHIN_S = 2 * 3600  # a tap on the phone, before or after the readings between which the drop lies
SEEN_WITHIN_S = 24 * 3600  # a sensor that is silent for longer after a proof has not seen what came of it


class Said(StrEnum):
    """What a crew says of a stop, as far as the level is concerned."""

    EMPTIED = "emptied"
    NOT_FULL = "not_full"
    OVERFLOWING = "overflowing"  # as it was found; whether it was emptied then is another word


@dataclass(frozen=True, kw_only=True, slots=True)
class Proof:
    """A crew's word: when (seconds since 1970 UTC) and what."""

    at: int
    said: Said


@dataclass(frozen=True, kw_only=True, slots=True)
class Emptying:
    """A slot that was emptied, times in seconds since 1970 UTC.

    Attributes:
        at: the crew's time where they tapped it, as far as the readings around allow, else the last second before the
            first reading that is down: never that reading's own, so that it comes after the emptying.
        before, after: levels on either side, per cent; NaN where only the crew says so.
        full: `before` means "at least".
        confirmed: a crew said so; `seen`: the sensor saw the drop.
    """

    at: int
    before: float
    after: float
    full: bool = False
    confirmed: bool = False
    seen: bool = True


class Matched(StrEnum):
    """What the sensor has to say to a crew's word."""

    CONFIRMED = "confirmed"
    NEARLY_EMPTY = "nearly_empty"  # too little was in it for a drop to show
    SILENT = "silent"  # no reading after it: the crew is believed
    DISPUTED = "disputed"  # emptied, they say, and it stays high: skipped, or the sensor is at fault
    NOT_FULL = "not_full"  # the sensor's zero is looked at


SAYS = {
    Matched.CONFIRMED: "The crew emptied it, and the sensor saw the level drop.",
    Matched.NEARLY_EMPTY: "The crew emptied it; so little was in it that the sensor could not see a drop.",
    Matched.SILENT: "The crew emptied it; the sensor has said nothing since.",
    Matched.DISPUTED: "The crew say that they emptied it, but the level stayed where it was: either the stop was "
    "skipped, or the sensor is at fault.",
    Matched.NOT_FULL: "The crew found it not full and left it; the sensor's zero was looked at.",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """A crew's word with what the sensor says to it, and the level it showed before (NaN where none)."""

    proof: Proof
    matched: Matched
    shown: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Found:
    """What a slot's levels and proofs tell, each in order of time; a word of overflowing has no answer of the sensor's.

    A last reading that alone lies far down is no emptying yet: the next one will tell.
    """

    emptyings: tuple[Emptying, ...]
    answers: tuple[Answer, ...]


def noise(percent: Floats) -> float:
    """A sensor's own noise, points: from the median of second differences, which neither steady filling nor a few
    emptyings move.

    The median absolute second difference of Gaussian noise s is 1.652 s (0.6745 times the square root of 6).
    """
    bends = np.abs(np.diff(percent, n=2))
    return float(np.median(bends) / 1.652) if len(bends) else 0.0


def least_drop(percent: Floats) -> float:
    """How far a level has to fall to count, points."""
    return min(max(LEAST_DROP, SIGMAS * noise(percent)), MOST_DROP)


def find_emptyings(levels: Levels, proofs: Sequence[Proof] = ()) -> Found:
    """Emptyings of one slot, from its levels and its crews' words (in any order)."""
    at = np.flatnonzero(levels.believed)
    times, percent = levels.times[at], levels.percent[at]
    least = least_drop(percent)
    rows = _drops(percent, least)
    seen = [
        Emptying(
            at=int(times[low]) - 1,
            before=float(percent[top]),
            after=float(percent[low : low + STAYS].min()),
            full=bool(levels.full[at[top]]),
        )
        for top, low in rows
    ]
    spans = [(int(times[top]), int(times[low])) for top, low in rows]
    ordered = sorted(proofs, key=lambda proof: proof.at)
    return _joined(seen, spans, ordered, (times, percent, least))


def _drops(percent: Floats, least: float) -> list[tuple[int, int]]:
    """(last row that is up, first row that is down) of each drop that stays; a fall over several readings is one."""
    found: list[tuple[int, int]] = []
    if len(percent) <= STAYS:
        return found
    low = np.maximum(percent[1:-1], percent[2:])
    for k in np.flatnonzero(percent[:-STAYS] - low > least):
        if found and found[-1][1] >= k:
            found[-1] = (found[-1][0], int(k) + 1)
        else:
            found.append((int(k), int(k) + 1))
    return found


def _joined(
    seen: list[Emptying],
    spans: list[tuple[int, int]],
    proofs: Sequence[Proof],
    readings: tuple[Times, Floats, float],
) -> Found:
    times, percent, least = readings
    drops, only_said, answers = dict(enumerate(seen)), [], []
    for proof in proofs:
        before = int(np.searchsorted(times, proof.at, side="right")) - 1
        shown = float(percent[before]) if before >= 0 else float("nan")
        if proof.said is Said.OVERFLOWING:
            continue
        if proof.said is Said.NOT_FULL:
            answers.append(Answer(proof=proof, matched=Matched.NOT_FULL, shown=shown))
            continue
        drop = next((k for k, (up, low) in enumerate(spans) if _within(proof.at, up, low)), None)
        matched = Matched.CONFIRMED if drop is not None else _unseen(proof, times, shown, least)
        answers.append(Answer(proof=proof, matched=matched, shown=shown))
        if drop is not None:
            drops[drop] = _confirmed(drops[drop], proof, spans[drop])
        elif matched is not Matched.DISPUTED:
            only_said.append(Emptying(at=proof.at, before=shown, after=float("nan"), confirmed=True, seen=False))
    emptyings = sorted([*drops.values(), *only_said], key=lambda one: one.at)
    return Found(emptyings=tuple(emptyings), answers=tuple(answers))


def _within(at: int, up: int, low: int) -> bool:
    return up - PROOF_WITHIN_S <= at <= low + PROOF_WITHIN_S


def _confirmed(drop: Emptying, proof: Proof, span: tuple[int, int]) -> Emptying:
    """The drop with the crew's time, as far as the readings around it allow."""
    at = min(max(proof.at, span[0]), span[1] - 1)
    return Emptying(at=at, before=drop.before, after=drop.after, full=drop.full, confirmed=True)


def _unseen(proof: Proof, times: Times, shown: float, least: float) -> Matched:
    after = times[(times > proof.at) & (times <= proof.at + SEEN_WITHIN_S)]
    if len(after) < STAYS or np.isnan(shown):
        return Matched.SILENT
    return Matched.NEARLY_EMPTY if shown <= least else Matched.DISPUTED
