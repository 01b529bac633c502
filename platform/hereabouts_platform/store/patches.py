"""Patches and tenancies as imports read and write them, inside the import's own transaction, role owner."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from hereabouts_platform.store.batch_entry import as_columns
from hereabouts_platform.store.connection import Connection
from hereabouts_platform.store.queries import load

SQL = load("patches")


@dataclass(frozen=True, kw_only=True, slots=True)
class Patch:
    """What a team looks after; `area` is `CODE@vintage` of an area, where its homes are those that lie there."""

    code: str
    name: str
    team: str
    area: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Tenancy:
    """Somebody's tenancy of a home or a room over `[from_at, to_at)`; `household` is the council's own reference."""

    id: int = 0
    home: str
    from_at: datetime
    to_at: datetime | None
    kind: str
    household: str | None


def known_patches(connection: Connection) -> dict[str, Patch]:
    """Every patch, by its code."""
    rows = connection.execute(SQL["known_patches"])
    return {code: Patch(code=code, name=name, team=team, area=area) for code, name, team, area in rows}


def save_patches(connection: Connection, patches: Sequence[Patch]) -> None:
    """Make these patches, or change them to what is given."""
    if patches:
        areas = [(p.area or "").rpartition("@") for p in patches]
        rows = [
            (p.code, p.name, p.team, code or None, vintage or None)
            for p, (code, _, vintage) in zip(patches, areas, strict=True)
        ]
        connection.execute(SQL["save_patches"], as_columns(rows, 5))


def homes_listed(connection: Connection, homes: Sequence[str]) -> dict[str, str]:
    """The patch of each of these homes that is in a patch's list."""
    return dict(connection.execute(SQL["homes_listed"], (list(homes),)).fetchall())


def save_homes(connection: Connection, homes: Mapping[str, str]) -> None:
    """Put homes in the lists of patches; each is in one."""
    if homes:
        connection.execute(SQL["save_homes"], as_columns(list(homes.items()), 2))


def known_rules(connection: Connection) -> dict[str, set[tuple[str, str]]]:
    """Patch -> who gets its new cases: pairs of hazard ('': of any) and officer."""
    found: dict[str, set[tuple[str, str]]] = {}
    for patch, hazard, officer in connection.execute(SQL["known_rules"]):
        found.setdefault(patch, set()).add((hazard, officer))
    return found


def set_rules(connection: Connection, rules: Mapping[str, set[tuple[str, str]]]) -> None:
    """Make the rules of these patches be these alone."""
    connection.execute(SQL["forget_rules"], (list(rules),))
    rows = sorted((patch, hazard, officer) for patch, pairs in rules.items() for hazard, officer in pairs)
    if rows:
        connection.execute(SQL["save_rules"], as_columns(rows, 3))


def officers(connection: Connection) -> dict[str, frozenset[str] | None]:
    """Everybody who may be given cases, with the patches of their scope; None: all of them."""
    rows = connection.execute(SQL["officers"])
    return {name: None if patches is None else frozenset(patches) for name, patches in rows}


def move_cases(connection: Connection) -> int:
    """Let open cases go with their homes to the patches they are in now; returns how many moved."""
    return connection.execute(SQL["move_cases"]).rowcount


def tenancies_of(connection: Connection, homes: Sequence[str]) -> list[Tenancy]:
    """Every tenancy of these homes, oldest first."""
    return [
        Tenancy(id=number, home=home, from_at=from_at, to_at=to_at, kind=kind, household=household)
        for number, home, from_at, to_at, kind, household in connection.execute(SQL["tenancies_of"], (list(homes),))
    ]


def change_tenancies(connection: Connection, tenancies: Sequence[Tenancy]) -> None:
    """Change end, kind and household of stored tenancies, by `id`."""
    if tenancies:
        rows = [(t.id, t.to_at, t.kind, t.household) for t in tenancies]
        connection.execute(SQL["change_tenancies"], as_columns(rows, 4))


def add_tenancies(connection: Connection, tenancies: Sequence[Tenancy]) -> None:
    """Store new tenancies; their `id` is given by the store."""
    if tenancies:
        rows = [(t.home, t.from_at, t.to_at, t.kind, t.household) for t in tenancies]
        connection.execute(SQL["add_tenancies"], as_columns(rows, 5))


def circumstances_of(connection: Connection, households: Sequence[str]) -> dict[str, bool]:
    """Whether the circumstances of these households weigh in, where that is recorded."""
    return dict(connection.execute(SQL["circumstances_of"], (list(households),)).fetchall())


def save_circumstances(connection: Connection, circumstances: Mapping[str, bool]) -> None:
    """Record whether households' circumstances weigh in."""
    if circumstances:
        connection.execute(SQL["save_circumstances"], as_columns(list(circumstances.items()), 2))
