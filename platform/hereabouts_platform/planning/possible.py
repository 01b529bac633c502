"""Which vehicle can do which task, and in words why not."""

from collections.abc import Mapping, Sequence
from itertools import pairwise

from hereabouts_platform.planning.bodies import part_of
from hereabouts_platform.planning.ready import Ready
from hereabouts_platform.planning.tasks import Task
from hereabouts_platform.planning.tippings import takes
from hereabouts_schemas.work import Vehicle, Visit


def why_not(task: Task, ready: Ready) -> str | None:
    """Why a vehicle cannot do a task, as the end of a sentence; None where it can, as far as one task tells."""
    if ready.stuck:
        return ready.stuck
    for one in task.visits:
        found = _crew(one, ready.vehicle) or _load(one, ready)
        if found:
            return found
    return _weight(task, ready) or _way(task, ready) or _time(task, ready)


def _crew(visit: Visit, vehicle: Vehicle) -> str | None:
    if visit.locked_to is not None and visit.locked_to != vehicle.id:
        return f"it is kept for {visit.locked_to}"
    if visit.vehicle_classes and vehicle.vehicle_class not in visit.vehicle_classes:
        return "the vehicle is of a class that cannot get there"
    missing = sorted(set(visit.skills) - set(vehicle.skills))
    return f"its crew lacks the skill {missing[0]}" if missing else None


def _load(visit: Visit, ready: Ready) -> str | None:
    if visit.load is None or not (visit.load.litres or visit.load.kg):
        return None
    if part_of(ready.body, visit.load.stream) is None:
        return f"it does not carry {visit.load.stream} today"
    if not any(takes(tip, visit.load.stream) for way in ready.tippings for tip in way):
        return f"no tip takes {visit.load.stream}"
    return None


def _weight(task: Task, ready: Ready) -> str | None:
    """Whether all of the task's load fits an empty vehicle."""
    loads = [one.load for one in task.visits if one.load]
    for part in ready.body:
        litres = sum(one.litres for one in loads if one.stream in part.streams)
        kg = sum(one.kg for one in loads if one.stream in part.streams)
        if litres > part.litres or kg > part.kg:
            return f"{litres} litres and {kg} kg are more than it holds"
    return None


def _way(task: Task, ready: Ready) -> str | None:
    legs = [(ready.place, task.first), *pairwise(one.place for one in task.visits), (task.last, ready.vehicle.end)]
    lost = [leg for leg in legs if ready.roads.leg(*leg) is None]
    return "there is no way for it to get there and back" if lost else None


def _time(task: Task, ready: Ready) -> str | None:
    """Whether it could do the task alone in its shift; the tip comes on top."""
    most = min(ready.duty_s, ready.to_s - ready.from_s) - ready.reserve_s
    there, back = ready.roads.leg(ready.place, task.first), ready.roads.leg(task.last, ready.vehicle.end)
    if there is None or back is None:  # told by the way already
        return None
    legs = (ready.roads.leg(a.place, b.place) for a, b in pairwise(task.visits))
    between = sum(leg.seconds for leg in legs if leg)
    for one in task.begins:
        at = max(one.early, ready.from_s + there.seconds)
        after = one.service_s + between + back.seconds
        if at <= one.late and at + after <= ready.to_s and there.seconds + after <= most:
            return None
    return "its hours do not fit the shift" if task.begins else "its windows leave no time for its fixed order"


def says(task: Task, reasons: Mapping[str, str], vehicles: Sequence[Vehicle]) -> str:
    """Why no vehicle can do a task, as a sentence or two."""
    if not vehicles:
        return "There is no vehicle today."
    names = {one.id: one.name for one in vehicles}
    locked = next((one.locked_to for one in task.visits if one.locked_to), None)
    if locked is not None:
        told = reasons.get(locked, "it is not out today")
        return f"It is kept for {names.get(locked, locked)}, but {told}."
    grouped: dict[str, list[str]] = {}
    for vehicle, reason in reasons.items():
        grouped.setdefault(reason, []).append(names.get(vehicle, vehicle))
    if len(grouped) == 1:
        return f"No vehicle can do it: of each of them, {next(iter(grouped))}."
    parts = (f"{_few(who)}: {reason}" for reason, who in grouped.items())
    return f"No vehicle can do it. {'; '.join(parts)}."


def _few(names: list[str]) -> str:
    return ", ".join(names) if len(names) <= 3 else f"{names[0]} and {len(names) - 1} more"
