"""Years that were simulated, one a line of JSON in a file: a run of hours goes on where it was stopped."""

import os
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from pathlib import Path

import msgspec

from hereabouts_deploy.waste_simulation.parameters import Kind
from hereabouts_deploy.waste_simulation.score import Score
from hereabouts_deploy.waste_simulation.simulate import Task
from hereabouts_schemas.errors import InputError

#: Scores by policy and seed.
Policies = dict[str, dict[int, Score]]


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """A year's line; `iterations`: how long routes of fixed rounds were searched for."""

    town: Kind
    policy: str
    seed: int
    days: int
    iterations: int
    score: Score


class YearBook:
    """The file of one command's years."""

    def __init__(self, file: Path | None, iterations: int) -> None:
        self._file, self._iterations = file, iterations
        self.done: dict[Task, Score] = {}
        if file is not None and file.exists():
            _mend(file)
            self.done = {_task(one): one.score for one in read_years(file) if one.iterations == iterations}

    def add(self, task: Task, score: Score) -> None:
        """Keep a year, on the disk before the next one begins."""
        self.done[task] = score
        if self._file is None:
            return
        told = Line(
            town=task.kind,
            policy=task.policy,
            seed=task.seed,
            days=task.days,
            iterations=self._iterations,
            score=score,
        )
        self._file.parent.mkdir(parents=True, exist_ok=True)
        with self._file.open("ab") as out:
            out.write(msgspec.json.encode({**msgspec.structs.asdict(told), "score": asdict(score)}) + b"\n")
            out.flush()
            os.fsync(out.fileno())


def read_years(file: Path) -> list[Line]:
    """The years of a file; a last line that was cut off is none.

    Raises:
        InputError: a line that is no year.
    """
    found = []
    for number, line in enumerate(file.read_bytes().split(b"\n")[:-1], 1):
        try:
            found.append(msgspec.json.decode(line, type=Line))
        except msgspec.DecodeError as error:
            cure = "Give a file that `hereabouts rounds simulate --out` wrote."
            raise InputError("FILE", line.decode(errors="replace")[:60], cure, line=number) from error
    return found


def in_all(years: Iterable[tuple[Task, Score]]) -> dict[Kind, Policies]:
    """By town: scores of the seeds that all its policies have been through, so that they are compared alike."""
    towns: dict[Kind, Policies] = {}
    for task, score in years:
        towns.setdefault(task.kind, {}).setdefault(task.policy, {})[task.seed] = score
    return {kind: common for kind, policies in sorted(towns.items()) if (common := _common(policies))}


def years_of(file: Path) -> dict[Kind, Policies]:
    """The same of a file.

    Raises:
        InputError: years of different lengths or of different searches, which say nothing beside each other.
    """
    lines = read_years(file)
    if len({(one.days, one.iterations) for one in lines}) > 1:
        raise InputError("FILE", str(file), "Its years differ in --days or --iterations: give one of equal years.")
    return in_all((_task(one), one.score) for one in lines)


def _task(line: Line) -> Task:
    return Task(kind=line.town, policy=line.policy, seed=line.seed, days=line.days)


def _common(policies: Mapping[str, Mapping[int, Score]]) -> Policies:
    seeds = sorted(set.intersection(*(set(of) for of in policies.values())))
    return {name: {seed: of[seed] for seed in seeds} for name, of in policies.items()} if seeds else {}


def _mend(file: Path) -> None:
    """Cut off what a stop left of a last line."""
    kept = file.read_bytes()
    if not kept.endswith(b"\n"):
        file.write_bytes(kept[: kept.rfind(b"\n") + 1])
