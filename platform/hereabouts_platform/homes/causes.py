"""How likely each cause of a hazard is, and the sentences for it and against it.

Signs add up: each cause begins at its prior log-odds, each sign that can be read adds or takes what its strength and
weight say, and the causes share out the certainty between them, 1 in all. "Cannot say" is one of them: it begins where
two causes are even, and grows where days are few and signs cannot be read. Nothing here knows the time or the store.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from hereabouts_platform.climate.vapour import Floats
from hereabouts_platform.homes.cause import MEANINGS, Cause
from hereabouts_platform.homes.damp_signs import DAMP
from hereabouts_platform.homes.features import Features
from hereabouts_platform.homes.other_signs import COLD, SENSOR
from hereabouts_platform.homes.signs import Sign

SIGNS: Mapping[str, tuple[Sign, ...]] = {
    "damp_mould": DAMP + SENSOR,
    "excess_cold": COLD + SENSOR,
    "excess_heat": SENSOR,
}
PRIORS: Mapping[Cause, float] = {
    Cause.UNDER_VENTILATION: 0.0,
    Cause.UNDER_HEATING: 0.0,
    Cause.COLD_BRIDGE: -0.3,
    Cause.HEAT_LOSS: -0.3,
    Cause.EXTRACT_FAILURE: -0.5,
    Cause.WATER_INGRESS: -0.5,
    Cause.HEATING_FAILURE: -0.5,
    Cause.SENSOR_FAULT: -2.0,
}
ENOUGH_DAYS = 14.0  # days behind the features, as they are remembered: fewer make every sign weak
THIN_DAYS, THIN_SIGNS = 2.5, 2.0  # log-odds of "cannot say" with no days at all, and with no sign that can be read
TELLING = 0.3  # strength from which a sign is worth a sentence
EVEN = 0.02  # odds closer than this are in the order in which people should look


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Odds:
    """The causes of one hazard, and how likely each is in each room.

    Attributes:
        causes: in the order of the columns.
        share: [rooms, causes], 0 to 1, each row 1 in all.
    """

    causes: tuple[Cause, ...]
    share: Floats

    def first(self, room: int) -> Cause:
        """The likeliest cause in that room; "cannot say" where that is likeliest."""
        return self.ranked(room)[0]

    def ranked(self, room: int) -> list[Cause]:
        """The causes in that room, likeliest first; where odds are even, in the order in which people should look."""
        share = np.round(self.share[room] / EVEN)
        order = sorted(range(len(self.causes)), key=lambda n: (-share[n], list(Cause).index(self.causes[n])))
        return [self.causes[n] for n in order]


@dataclass(frozen=True, kw_only=True, slots=True)
class ProbableCause:
    """One cause as an officer reads it.

    Attributes:
        probability: 0 to 1; with those of the other causes of the hazard 1 in all.
        evidence_for, evidence_against: sentences, weightiest first.
    """

    cause: Cause
    title: str
    probability: float
    evidence_for: tuple[str, ...]
    evidence_against: tuple[str, ...]
    investigate: str


def causes_of(features: Features, hazard: str) -> Odds:
    """How likely the causes of `hazard` (damp_mould, excess_cold, excess_heat) are in every room."""
    signs = SIGNS[hazard]
    causes = (*(cause for cause in Cause if any(sign.cause is cause for sign in signs)), Cause.CANNOT_SAY)
    odds = np.zeros((len(features), len(causes)))
    odds[:, :-1] = [PRIORS[cause] for cause in causes[:-1]]
    read = np.zeros(len(features))
    for sign in signs:
        strength = sign.strength(features)
        odds[:, causes.index(sign.cause)] += sign.evidence(strength)
        read += np.where(np.isnan(strength), 0.0, sign.weight)
    unread = 1 - read / sum(sign.weight for sign in signs)
    too_few = 1 - np.clip(np.nan_to_num(features.days) / ENOUGH_DAYS, 0.0, 1.0)
    odds[:, -1] = THIN_DAYS * too_few + THIN_SIGNS * unread
    likely = np.exp(odds - odds.max(axis=1, keepdims=True))
    return Odds(causes=causes, share=likely / likely.sum(axis=1, keepdims=True))


def explain(features: Features, hazard: str, room: int) -> list[ProbableCause]:
    """The causes in one room, likeliest first, each with what speaks for it and against it."""
    one = features.of(slice(room, room + 1))
    odds = causes_of(one, hazard)
    found = []
    for cause in odds.ranked(0):
        said_for, said_against = sentences(one, [sign for sign in SIGNS[hazard] if sign.cause is cause])
        found.append(
            ProbableCause(
                cause=cause,
                title=MEANINGS[cause].title,
                probability=float(odds.share[0, odds.causes.index(cause)]),
                evidence_for=said_for,
                evidence_against=said_against,
                investigate=MEANINGS[cause].investigate,
            )
        )
    return found


def sentences(one: Features, signs: list[Sign]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """What signs of a cause say of one room: for it and against it, weightiest first."""
    said = []
    for sign in signs:
        strength = float(sign.strength(one)[0])
        sentence = sign.says if strength >= TELLING else sign.says_against if strength <= -TELLING else ""
        if sentence:
            said.append((float(sign.evidence(np.array([strength]))[0]), _filled(sentence, float(sign.measure(one)[0]))))
    said.sort(key=lambda pair: -abs(pair[0]))
    return tuple(text for weight, text in said if weight > 0), tuple(text for weight, text in said if weight < 0)


def _filled(sentence: str, value: float) -> str:
    """A share says its percent; a loss says how many points or degrees it is."""
    return sentence.format(value=value, percent=round(100 * value), points=round(-100 * value), degrees=-value)
