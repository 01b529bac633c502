"""How savings were found, in sentences for whoever has to answer for them."""

from collections import Counter, defaultdict
from collections.abc import Sequence

from hereabouts_platform.rules.wording import say_list
from hereabouts_platform.savings.before import Basis
from hereabouts_platform.savings.compare import Line, Pair
from hereabouts_platform.savings.facts import Measure

BASIS = {
    Basis.DATE: "its own figure for that date",
    Basis.WEEKDAY: "its figure for such weekdays",
    Basis.MEASURED: "the mean of days measured on that weekday before",
}
NOW = (
    "Now: kilometres, hours and visits as planned in the version that stood at the end of each day. Planned is not "
    "driven: closed roads, detours and drives outside of the plan are not in it. A day counts when crews reported on "
    "each of its rounds, or when its plan sent nobody out."
)
FUEL = (
    "Fuel now: planned kilometres times the council's figure for 100 km of each vehicle as it stands in the register "
    "today, not measured at the pump. Where there are more stops to the kilometre than before, true use is higher."
)
CO2E = (
    "CO2e: fuel times the government's factor of the day's year, for both sides the same edition; of a year without "
    "one, the latest before it. What arises before the fuel is in the tank is not in it. Another fuel or vehicle than "
    "before shows here as well; that part is not the rounds' doing."
)
SURE = (
    "How sure: as many days like these would save between the two ends 19 times in 20, by how much days differ from "
    "one another (Student's t). It knows nothing of how well before and now were measured."
)
NARROW = (
    "The baseline of {rounds} is one figure and not several days, so how much such days differed is not known, and "
    "the span is narrower than it should be."
)
LIMITS = "Nothing is reckoned up to a year, or for days that were left out."


def method_of(pairs: Sequence[Pair], lines: Sequence[Line]) -> list[str]:
    """The sentences; none where no day could be compared."""
    if not pairs:
        return []
    told = {line.measure for line in lines if line.days}
    found = [*_before(pairs), NOW, _reported(pairs)]
    found += [FUEL] if Measure.LITRES in told else []
    found += [CO2E] if Measure.CO2E in told else []
    if any(line.low is not None for line in lines):
        found.append(SURE)
        single = sorted({part.round for pair in pairs for part in pair.parts if part.error(Measure.KM) is None})
        found += [NARROW.format(rounds=say_list(single))] if single else []
    return [*found, LIMITS]


def _before(pairs: Sequence[Pair]) -> list[str]:
    ways: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
    for part in (part for pair in pairs for part in pair.parts):
        for row in part.rows:
            ways[row.method, row.source].add(row.round)
    measured = [
        f"{method} ({source}) for {say_list(sorted(rounds))}" for (method, source), rounds in sorted(ways.items())
    ]
    bases = Counter(part.basis for pair in pairs for part in pair.parts)
    counts = [
        f"{BASIS[basis]} {number} {'time' if number == 1 else 'times'}" for basis, number in sorted(bases.items())
    ]
    return [
        f"Before: as stored with the baseline, by {'; '.join(measured)}.",
        f"For each round and day it was taken: {say_list(counts)}.",
    ]


def _reported(pairs: Sequence[Pair]) -> str:
    rounds = [one for pair in pairs for plan in pair.plans for one in plan.rounds]
    planned, reported = sum(one.visits for one in rounds), sum(one.reported for one in rounds)
    if not planned:
        return "No visit was planned on these days."
    return (
        f"Of {planned:,} visits planned on these days crews reported {reported:,} ({100 * reported / planned:.0f} %)."
    )
