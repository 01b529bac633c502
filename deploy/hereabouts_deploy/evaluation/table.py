"""The table of an evaluation, in Markdown, as it stands in `docs/evaluation.md`."""

from collections.abc import Mapping, Sequence

from hereabouts_deploy.evaluation.score import Tally
from hereabouts_platform.homes.cause import Cause

#: What, what was asked for, and which count of which: every line that is a share.
SHARES = (
    ("damp: act or urgent before mould has got hold (recall)", "0.90", "act in time", "damp"),
    ("damp: of homes at act or urgent, damp in that winter (precision)", "0.80", "act right", "act flagged"),
    ("of homes at act or urgent, with a trouble, damp yet or not", "", "act troubled", "act flagged"),
    ("damp: watch or more before mould has got hold", "", "watch in time", "damp"),
    ("damp: of homes at watch or more, damp in that winter", "", "watch right", "watch flagged"),
    ("first cause right, on the day it is raised", "0.70", "told right", "told"),
    ("first cause right, two weeks on", "", "told right later", "told"),
    ("sensor faults called as such", "0.90", "faults called", "faults"),
    ("homes with sound sensors called faulty", "", "sound called faulty", "sound"),
    ("homes with sound sensors asked whether one was moved", "", "sound asked if moved", "sound"),
    ("damp: of homes at urgent, neither damp nor in trouble", "", "urgent well", "urgent flagged"),
    ("cold: act, of homes below 16 °C for 100 hours and more", "", "cold found", "cold"),
    ("cold: of homes at act, below 16 °C for less than 12 hours", "", "cold false", "cold flagged"),
    ("heat: watch, of homes with 33 hot hours at night and more", "", "heat found", "heat"),
    ("heat: of homes at watch, with less than 1 such hour", "", "heat false", "heat flagged"),
)
LEVELS = ("watch", "act", "urgent")


def markdown(tallies: Mapping[str, Tally]) -> str:
    """The table, one column a group of seeds, and below it what was told of each true cause."""
    lines = [_line(["", "asked", *tallies]), _line(["---"] * (len(tallies) + 2))]
    lines.append(_line(["homes", "", *(f"{tally.homes:,}" for tally in tallies.values())]))
    for what, asked, part, whole in SHARES:
        lines.append(_line([what, asked, *(_of(tally, part, whole) for tally in tallies.values())]))
    for hazard in ("damp", "cold", "heat"):
        what = f"{hazard} alerts opened per 100 homes and week: {', '.join(LEVELS)}"
        lines.append(_line([what, "", *(_alerts(tally, hazard) for tally in tallies.values())]))
    for name, tally in tallies.items():
        lines += ["", f"First causes told on the day, {name} (rows: true):", "", *_causes(tally)]
        lines += ["", f"Sensor faults called, {name}: {_by(tally, 'called', 'fault')}.", ""]
        lines += [f"Damp homes in time, {name}: {_by(tally, 'in time by', 'damp by')}."]
    return "\n".join(lines) + "\n"


def figures(tally: Tally) -> dict[str, object]:
    """The counts as they are, for `--json`."""
    told = [{"true": true, "told": told, "homes": count} for (true, told), count in sorted(tally.causes.items())]
    counts = {name: int(count) for name, count in sorted(tally.counts.items())}
    return {"homes": tally.homes, "weeks": tally.weeks, "counts": counts, "first_causes": told}


def _of(tally: Tally, part: str, whole: str) -> str:
    if not tally.counts[whole]:
        return "none"
    return f"{tally.share(part, whole):.2f} ({tally.counts[part]:,} of {tally.counts[whole]:,})"


def _alerts(tally: Tally, hazard: str) -> str:
    home_weeks = tally.homes * tally.weeks / 100
    return ", ".join(f"{tally.counts[f'{hazard} alerts {level}'] / home_weeks:.2f}" for level in LEVELS)


def _causes(tally: Tally) -> list[str]:
    told = [cause for cause in (*map(str, Cause), "None") if any(one == cause for _, one in tally.causes)]
    true = sorted({one for one, _ in tally.causes})
    rows = [_line([one, *(str(tally.causes[one, cause] or "") for cause in told)]) for one in true]
    return [_line(["", *told]), _line(["---"] * (len(told) + 1)), *rows]


def _by(tally: Tally, part: str, whole: str) -> str:
    names = sorted(name.removeprefix(f"{whole} ") for name in tally.counts if name.startswith(f"{whole} "))
    return ", ".join(f"{name} {tally.counts[f'{part} {name}']} of {tally.counts[f'{whole} {name}']}" for name in names)


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"
