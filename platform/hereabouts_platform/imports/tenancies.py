"""`tenancies.csv` into the store: `home,from,to,kind,household,vulnerable`.

A row is one tenancy of a home, or of a room let by itself. `household` is the council's own opaque reference; no name
belongs here. `vulnerable` (yes, no) is kept apart, in a schema that nobody who looks at homes can read.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path

from hereabouts_platform.access.policy import require
from hereabouts_platform.imports.cells import instant, name, say_close
from hereabouts_platform.imports.report import Cause, ImportReport, Sink, Tally
from hereabouts_platform.imports.tables import Row, RowRefused, read_table
from hereabouts_platform.rules.wording import say_time
from hereabouts_platform.store import patches as store
from hereabouts_platform.store.access import record
from hereabouts_platform.store.connection import Connection, acting
from hereabouts_platform.store.imports import kinds_of, take_turn
from hereabouts_platform.store.patches import Tenancy
from hereabouts_schemas.access import Action, Principal, Resource
from hereabouts_schemas.place import PlaceKind

REQUIRED = ("home", "from", "kind")
OPTIONAL = ("to", "household", "vulnerable")
KINDS = ("social_lease", "licence", "private_lease", "shared_ownership", "other")
_YES_NO = {"yes": True, "no": False, "": None}


@dataclass(frozen=True, kw_only=True, slots=True)
class _Wish:
    line: int
    tenancy: Tenancy
    vulnerable: bool | None


def import_tenancies(
    connection: Connection, principal: Principal, path: Path, sink: Sink | None = None
) -> ImportReport:
    """Store the tenancies of a CSV file in one transaction; wrong rows are refused, the others stored.

    Args:
        connection: role owner, not in a transaction.
        principal: who imports; must be allowed to administer cases.
        path: the file.
        sink: is handed every refused row.

    Raises:
        InputError: the file as a whole cannot be used.
        NotAllowed: `principal` may not.
    """
    require(principal, Action.ADMINISTER, Resource.CASES)
    tally = Tally(sink)
    table = read_table(path, tally, required=REQUIRED, optional=OPTIONAL)
    with acting(connection, principal.id):
        take_turn(connection)
        kinds = kinds_of(connection, [row.cell("home") for row in table.rows])
        _store(connection, _once_each(_wishes(table.rows, kinds, tally), tally), tally)
        report = tally.report()
        detail = {"import": "tenancies", "file": table.name, "sha256": table.sha256, **report.counts}
        record(connection, principal, Action.WRITE, Resource.CASES, detail)
    return report


def _wishes(rows: Sequence[Row], kinds: dict[str, PlaceKind], tally: Tally) -> Iterable[_Wish]:
    for row in rows:
        try:
            yield _wish(row, kinds)
        except RowRefused as refused:
            tally.refuse(row.line, refused.cause, refused.reason)


def _wish(row: Row, kinds: dict[str, PlaceKind]) -> _Wish:
    home = name("home", row.cell("home"))
    if kinds.get(home) not in (PlaceKind.HOME, PlaceKind.ROOM):
        what = f"{home} is a {kinds[home]}" if home in kinds else f"There is no place {home!r}"
        raise RowRefused(Cause.UNKNOWN_PLACE, f"{what}; a tenancy is of a home, or of a room. Import places first.")
    kind = row.cell("kind").lower().replace(" ", "_").replace("-", "_")
    if kind not in KINDS:
        hint = say_close(kind, KINDS) or f" Write {', '.join(KINDS[:-1])} or {KINDS[-1]}."
        raise RowRefused(Cause.UNKNOWN_KIND, f"There is no kind of tenancy {row.cell('kind')!r}.{hint}")
    from_at = instant("from", row.cell("from"))
    to_at = instant("to", row.cell("to")) if row.cell("to") else None
    if to_at is not None and to_at <= from_at:
        raise RowRefused(Cause.CLOCK, "`to` must be later than `from`. Leave it empty while the tenancy lasts.")
    household = name("household", row.cell("household")) if row.cell("household") else None
    said = row.cell("vulnerable").lower()
    if said not in _YES_NO:
        raise RowRefused(Cause.WRONG_SHAPE, "vulnerable must be yes or no, or empty where it is not known.")
    if _YES_NO[said] is not None and household is None:
        raise RowRefused(Cause.WRONG_SHAPE, "vulnerable is kept with the household; give its reference as well.")
    tenancy = Tenancy(home=home, from_at=from_at, to_at=to_at, kind=kind, household=household)
    return _Wish(line=row.line, tenancy=tenancy, vulnerable=_YES_NO[said])


def _once_each(wishes: Iterable[_Wish], tally: Tally) -> list[_Wish]:
    first: dict[tuple[str, object], _Wish] = {}
    for wish in wishes:
        stands = first.setdefault((wish.tenancy.home, wish.tenancy.from_at), wish)
        if stands is wish:
            continue
        if (stands.tenancy, stands.vulnerable) == (wish.tenancy, wish.vulnerable):
            tally.duplicate += 1
        else:
            reason = f"Line {stands.line} says something else of the same home from the same time. Keep one of them."
            tally.refuse(wish.line, Cause.DOUBLE, reason)
    return list(first.values())


def _store(connection: Connection, wishes: Sequence[_Wish], tally: Tally) -> None:
    of_home: dict[str, list[_Wish]] = defaultdict(list)
    for wish in wishes:
        of_home[wish.tenancy.home].append(wish)
    stored: dict[str, list[Tenancy]] = defaultdict(list)
    for tenancy in store.tenancies_of(connection, list(of_home)):
        stored[tenancy.home].append(tenancy)
    taken = [wish for home, group in of_home.items() for wish in _settled(stored[home], group, tally)]
    known = {(t.home, t.from_at): t for group in stored.values() for t in group}
    said = {w.tenancy.household: w.vulnerable for w in taken if w.tenancy.household and w.vulnerable is not None}
    circumstances = {str(household): vulnerable for household, vulnerable in said.items()}
    recorded = store.circumstances_of(connection, list(circumstances))
    new = [w.tenancy for w in taken if (w.tenancy.home, w.tenancy.from_at) not in known]
    again = [(w, known[w.tenancy.home, w.tenancy.from_at]) for w in taken if w.tenancy not in new]
    changed = [replace(w.tenancy, id=was.id) for w, was in again if replace(w.tenancy, id=was.id) != was]
    same = [w for w, was in again if replace(w.tenancy, id=was.id) == was]
    weighed = sum(w.vulnerable is not None and recorded.get(w.tenancy.household or "") != w.vulnerable for w in same)
    tally.updated = len(changed) + weighed
    tally.stored = len(new) + tally.updated
    tally.duplicate += len(same) - weighed
    store.change_tenancies(connection, changed)  # those that end go first: what begins then finds room
    store.add_tenancies(connection, new)
    store.save_circumstances(connection, circumstances)


def _settled(stored: Sequence[Tenancy], wishes: Sequence[_Wish], tally: Tally) -> list[_Wish]:
    """The rows of one home that fit with one another and with what stands; the others are refused."""
    taken = {wish.tenancy.from_at: wish for wish in wishes}
    while True:
        course = {t.from_at: t for t in stored} | {at: wish.tenancy for at, wish in taken.items()}
        clash = _clash([course[at] for at in sorted(course)])
        if clash is None:
            return list(taken.values())
        before = clash[0]
        both = [taken[t.from_at] for t in clash if t.from_at in taken]
        wish = taken.pop(max(both, key=lambda each: each.line).tenancy.from_at)
        until = "has no end" if before.to_at is None else f"lasts until {say_time(before.to_at)}"
        reason = (
            f"{before.home} has a tenancy from {say_time(before.from_at)} that {until}. End that one before the next."
        )
        tally.refuse(wish.line, Cause.OVERLAP, reason)


def _clash(course: Sequence[Tenancy]) -> tuple[Tenancy, Tenancy] | None:
    return next((pair for pair in pairwise(course) if pair[0].to_at is None or pair[0].to_at > pair[1].from_at), None)
