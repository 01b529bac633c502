"""Benchmarks of routing as a day's work: files of CVRPLIB (VRPLIB format), with capacities and with time windows.

Format: Uchoa et al. 2017, "New benchmark instances for the capacitated vehicle routing problem"; legs as in TSPLIB 95,
EUC_2D rounded to whole numbers; with time windows cut off after one decimal, as the DIMACS challenge 2021 agreed.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import numpy as np
import numpy.typing as npt

from hereabouts_platform.roads.matrix import Matrix
from hereabouts_schemas.errors import InputError
from hereabouts_schemas.work import (
    Compartment,
    DayWork,
    DutyRules,
    Load,
    Reason,
    ReasonKind,
    Tip,
    Vehicle,
    Visit,
    Window,
    Yard,
)

ZERO = datetime(2000, 1, 1, tzinfo=UTC)
NO_LIMIT_S = 10**7
KEEPS = "EOF"
MOST = 1e8  # of any number in a file: legs of ten times as much still fit 32 bits
Table = list[list[float]]
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, kw_only=True, slots=True)
class Benchmark:
    """A benchmark as work and roads.

    Attributes:
        scale: how many of our metres are one unit of its cost.
    """

    work: DayWork
    matrix: Matrix
    scale: int


@dataclass(frozen=True, slots=True)
class _File:
    facts: Mapping[str, str]
    sections: Mapping[str, Table]

    def number(self, name: str, least: int = 1) -> int:
        try:
            found = float(self.facts[name])
        except (KeyError, ValueError) as error:
            raise InputError(name, self.facts.get(name), "Give the file a whole number for it.") from error
        if not (least <= found <= MOST and found == int(found)):
            raise InputError(name, self.facts[name], f"Give a whole number from {least} to {MOST:,.0f}.")
        return int(found)

    def column(self, name: str, size: int, width: int = 1, least: float = 0.0) -> Floats:
        """The rows of a section without their numbers, in order of them: each `width` numbers, `least` or more."""
        rows = self.sections.get(name, [])
        if len(rows) != size or sorted(row[0] for row in rows if row) != list(range(1, size + 1)):
            raise InputError(name, f"{len(rows)} rows", f"Give it one row for each of the {size} nodes.")
        for row in rows:
            if len(row) != width + 1 or not all(least <= one <= MOST for one in row[1:]):
                cure = f"After the node's number comes {width} more, each from {least:,.0f} to {MOST:,.0f}."
                raise InputError(name, " ".join(f"{one:g}" for one in row), cure)
        return np.array([row[1:] for row in sorted(rows)], dtype=np.float64)


def read_benchmark(path: Path) -> Benchmark:
    """A file of CVRPLIB as work: its depot is yard and tip, its customers are musts.

    Raises:
        InputError: something is missing, or the file holds a kind of problem that this does not read.
    """
    try:
        file = _parsed(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise InputError("file", str(path), f"It cannot be read: {error}.") from error
    kind = file.facts.get("TYPE", "")
    if kind not in {"CVRP", "VRPTW"}:
        raise InputError("TYPE", kind, "Files of the types CVRP and VRPTW are read.")
    if [row[0] for row in file.sections.get("DEPOT_SECTION", []) if row[0] > 0] not in ([], [1]):
        raise InputError("DEPOT_SECTION", "another depot", "Files whose one depot is node 1 are read.")
    if "DISTANCE" in file.facts:
        raise InputError("DISTANCE", file.facts["DISTANCE"], "Files without a limit on a route's length are read.")
    timed = kind == "VRPTW"
    scale = 10 if timed else 1
    legs = _legs(file, scale)
    work = _work(file, legs, scale) if timed else _work(file, np.zeros_like(legs), scale)
    ids = tuple(str(n) for n in range(len(legs)))
    seconds = legs if timed else np.zeros_like(legs)
    return Benchmark(work=work, matrix=Matrix(vehicle_class="any", ids=ids, metres=legs, seconds=seconds), scale=scale)


def _parsed(text: str) -> _File:
    facts: dict[str, str] = {}
    sections: dict[str, Table] = {}
    table: Table = []
    for number, raw in enumerate(text.splitlines(), 1):
        line = raw.strip()
        name, colon, value = line.partition(":")
        if line.rstrip(":").strip().endswith("_SECTION"):
            table = sections.setdefault(line.rstrip(":").strip(), [])
        elif colon:
            facts[name.strip()] = value.strip().strip('"')
        elif line and line != KEEPS:
            try:
                table.append([float(one) for one in line.split()])
            except ValueError as error:
                raise InputError("row", line, "Rows of sections hold numbers.", line=number) from error
    return _File(facts, sections)


def _legs(file: _File, scale: int) -> npt.NDArray[np.int32]:
    size, kind = file.number("DIMENSION"), file.facts.get("EDGE_WEIGHT_TYPE")
    rounded: Callable[[Floats], Floats] = np.floor if scale > 1 else np.rint
    if kind == "EUC_2D":
        spots = file.column("NODE_COORD_SECTION", size, 2, -MOST)
        return rounded(scale * np.hypot(*(spots[:, None] - spots[None]).transpose(2, 0, 1))).astype(np.int32)
    given = [one for row in file.sections.get("EDGE_WEIGHT_SECTION", []) for one in row]
    full, lower = size * size, size * (size - 1) // 2
    if not all(0 <= one <= MOST for one in given):
        raise InputError("EDGE_WEIGHT_SECTION", "a weight", f"Give weights from 0 to {MOST:,.0f}.")
    if kind == "EXPLICIT" and file.facts.get("EDGE_WEIGHT_FORMAT") == "FULL_MATRIX" and len(given) == full:
        found = np.reshape(given, (size, size))
    elif kind == "EXPLICIT" and file.facts.get("EDGE_WEIGHT_FORMAT") == "LOWER_ROW" and len(given) == lower:
        found = np.zeros((size, size))
        found[np.tril_indices(size, -1)] = given
        found += found.T
    else:
        raise InputError("EDGE_WEIGHT_TYPE", kind, "Give EUC_2D, or EXPLICIT with all of a FULL_MATRIX or LOWER_ROW.")
    return rounded(scale * found).astype(np.int32)


def _work(file: _File, seconds: npt.NDArray[np.int32], scale: int) -> DayWork:
    size, capacity = file.number("DIMENSION"), file.number("CAPACITY")
    demands = _demands(file, size, capacity)
    timed = bool(seconds.any())
    windows = file.column("TIME_WINDOW_SECTION", size, 2) if timed else np.tile([0.0, NO_LIMIT_S], (size, 1))
    service = file.column("SERVICE_TIME_SECTION", size)[:, 0] if "SERVICE_TIME_SECTION" in file.sections else None
    if service is None:
        service = np.full(size, file.number("SERVICE_TIME", 0) if timed else 0.0)
    spans = [_window(row, scale) for row in windows]
    visits = [_visit(n, int(demands[n]), int(scale * service[n]), (spans[n],) if timed else ()) for n in range(1, size)]
    fleet = min(file.number("VEHICLES"), size) if "VEHICLES" in file.facts else _fleet(demands, capacity, timed=timed)
    endless = DutyRules(name="none", source="a benchmark", most_driving_s=NO_LIMIT_S, most_duty_s=NO_LIMIT_S)
    return DayWork(
        day=date(2000, 1, 1),
        visits=tuple(visits),
        vehicles=tuple(_vehicle(n, capacity, spans[0]) for n in range(fleet)),
        yards=(Yard(id="0", name="Depot", lon=0, lat=0),),
        tips=(Tip(id="0", name="Depot", lon=0, lat=0, turnround_s=0),),
        duty_rules=(endless,),
    )


def _demands(file: _File, size: int, capacity: int) -> Floats:
    found = file.column("DEMAND_SECTION", size)[:, 0]
    for one in found:
        if one != int(one) or one > capacity:
            raise InputError("DEMAND_SECTION", f"{one:g}", f"Give whole numbers that fit the CAPACITY of {capacity}.")
    return found


def _fleet(demands: Sequence[float] | Floats, capacity: int, *, timed: bool) -> int:
    """No file says how many; half as many again as the demand needs binds nowhere. Windows may need one each."""
    return len(demands) - 1 if timed else 5 + math.ceil(1.5 * sum(demands) / capacity)


def _window(row: Floats, scale: int) -> Window:
    """From the first second up to and with the last."""
    first, last = (timedelta(seconds=int(scale * one)) for one in row)
    if last < first:
        raise InputError("TIME_WINDOW_SECTION", f"{row[0]:g} {row[1]:g}", "A window ends no earlier than it begins.")
    return Window(from_at=ZERO + first, to_at=ZERO + last + timedelta(seconds=1))


def _visit(number: int, demand: int, service_s: int, windows: tuple[Window, ...]) -> Visit:
    return Visit(
        id=str(number),
        place=str(number),
        name=str(number),
        lon=0,
        lat=0,
        load=Load(stream="any", litres=demand, kg=0),
        service_s=service_s,
        windows=windows,
        must=True,
        reason=Reason(kind=ReasonKind.MANUAL, says="A customer of the benchmark."),
    )


def _vehicle(number: int, capacity: int, shift: Window) -> Vehicle:
    return Vehicle(
        id=f"vehicle {number}",
        name=f"Vehicle {number}",
        vehicle_class="any",
        compartments=(Compartment(streams=("any",), litres=capacity, kg=0),),
        duty="none",
        start="0",
        end="0",
        shift=Window(from_at=shift.from_at, to_at=shift.to_at - timedelta(seconds=1)),
        fixed_p=0,
        per_km_p=1,
        per_hour_p=0,
    )
