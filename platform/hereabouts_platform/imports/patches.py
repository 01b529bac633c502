"""`patches.csv` into the store: `patch,name,team,area,home,hazard,officer`.

A patch stands in as many rows as it takes: one with its name and team, and with its area where it is one; one for each
home where it is a list; one for each officer who gets its new cases, of a hazard or of any. A home in a list is in that
patch whatever its area says. What a file says of a patch's officers replaces what was said before.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from hereabouts_platform.access.policy import require
from hereabouts_platform.imports.cells import name
from hereabouts_platform.imports.report import Cause, ImportReport, Sink, Tally
from hereabouts_platform.imports.tables import Row, RowRefused, read_table
from hereabouts_platform.store import patches as store
from hereabouts_platform.store.access import record
from hereabouts_platform.store.areas import find_area
from hereabouts_platform.store.connection import Connection, acting
from hereabouts_platform.store.imports import kinds_of, take_turn
from hereabouts_platform.store.patches import Patch
from hereabouts_schemas.access import Action, Principal, Resource
from hereabouts_schemas.area import AreaKind, edition_of
from hereabouts_schemas.place import PlaceKind

REQUIRED = ("patch",)
OPTIONAL = ("name", "team", "area", "home", "hazard", "officer")


@dataclass(frozen=True, kw_only=True, slots=True)
class _Wish:
    patch: Patch
    home: str | None = None
    rule: tuple[str, str] | None = None


def import_patches(connection: Connection, principal: Principal, path: Path, sink: Sink | None = None) -> ImportReport:
    """Store the patches of a CSV file in one transaction; wrong rows are refused, the others stored.

    Open cases move with their homes.

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
        _Import(connection, table.rows, tally).run()
        report = tally.report()
        detail = {"import": "patches", "file": table.name, "sha256": table.sha256, **report.counts}
        record(connection, principal, Action.WRITE, Resource.CASES, detail)
    return report


class _Import:
    """One file on its way into the store."""

    def __init__(self, connection: Connection, rows: Sequence[Row], tally: Tally) -> None:
        self._connection = connection
        self._rows = rows
        self._tally = tally
        self._stood = store.known_patches(connection)
        self._patches = dict(self._stood)
        self._kinds = kinds_of(connection, [row.cell("home") for row in rows])
        self._officers = store.officers(connection)
        self._listed: dict[str, tuple[int, str]] = {}

    def run(self) -> None:
        taken = list(self._taken())
        homes = {wish.home: wish.patch.code for wish in taken if wish.home is not None}
        rules: dict[str, set[tuple[str, str]]] = {}
        for wish in taken:
            if wish.rule is not None:
                rules.setdefault(wish.patch.code, set()).add(wish.rule)
        self._count(taken)
        new = [p for code, p in self._patches.items() if self._stood.get(code) != p]
        store.save_patches(self._connection, new)
        store.save_homes(self._connection, homes)
        store.set_rules(self._connection, rules)
        moved = store.move_cases(self._connection)
        if moved:
            self._tally.notes.append(f"{moved:,} open case{'s' if moved != 1 else ''} moved with the homes.")

    def _taken(self) -> Iterable[_Wish]:
        for row in self._rows:
            try:
                yield self._wish(row)
            except RowRefused as refused:
                self._tally.refuse(row.line, refused.cause, refused.reason)

    def _wish(self, row: Row) -> _Wish:
        patch = self._patch(row)
        wish = _Wish(patch=patch, home=self._home(row, patch.code), rule=self._rule(row, patch.code))
        self._patches[patch.code] = patch
        if wish.home is not None:
            self._listed[wish.home] = (row.line, patch.code)
        return wish

    def _patch(self, row: Row) -> Patch:
        code = name("patch", row.cell("patch"))
        known = self._patches.get(code)
        if known is None:
            if not row.cell("name") or not row.cell("team"):
                reason = f"The patch {code!r} is new: its first row needs a name and a team."
                raise RowRefused(Cause.WRONG_SHAPE, reason)
            known = Patch(code=code, name=name("name", row.cell("name")), team=name("team", row.cell("team")))
        given = {column: name(column, row.cell(column)) for column in ("name", "team") if row.cell(column)}
        patch = replace(known, **given)
        return replace(patch, area=self._area(row.cell("area"))) if row.cell("area") else patch

    def _area(self, text: str) -> str:
        found = find_area(self._connection, *edition_of(text))
        if found is None or found["kind"].lower() != AreaKind.PATCH:
            what = "no area" if found is None else f"a {found['kind']}, no patch"
            reason = f"{text} is {what}. Import its boundary first: `hereabouts import areas FILE --kind patch`."
            raise RowRefused(Cause.UNKNOWN_PLACE, reason)
        return f"{found['code']}@{found['vintage']}"

    def _home(self, row: Row, code: str) -> str | None:
        home = row.cell("home")
        if not home:
            return None
        if self._kinds.get(home) is not PlaceKind.HOME:
            what = f"{home} is a {self._kinds[home]}" if home in self._kinds else f"There is no home {home!r}"
            raise RowRefused(Cause.UNKNOWN_PLACE, f"{what}; a patch is made of homes. Import places first.")
        line, other = self._listed.get(home, (row.line, code))
        if other != code:
            raise RowRefused(Cause.DOUBLE, f"Line {line} puts {home} in {other}. A home is in one patch; keep one row.")
        return home

    def _rule(self, row: Row, code: str) -> tuple[str, str] | None:
        officer = row.cell("officer")
        if not officer:
            if row.cell("hazard"):
                raise RowRefused(Cause.WRONG_SHAPE, "hazard says whose cases go to an officer; name the officer.")
            return None
        if officer not in self._officers:
            reason = f"There is no housing officer {officer!r}. Add them first: `hereabouts user add`."
            raise RowRefused(Cause.WRONG_SHAPE, reason)
        scope = self._officers[officer]
        if scope is not None and code not in scope:
            reason = f"{officer} does not work in {code}: `hereabouts user add` with --patch {code} lets them."
            raise RowRefused(Cause.WRONG_SHAPE, reason)
        return row.cell("hazard"), officer

    def _count(self, taken: Sequence[_Wish]) -> None:
        """A row is a duplicate where everything in it stood before."""
        listed = store.homes_listed(self._connection, [wish.home for wish in taken if wish.home is not None])
        rules = store.known_rules(self._connection)
        for wish in taken:
            code = wish.patch.code
            stood = (
                self._stood.get(code) == wish.patch
                and (wish.home is None or listed.get(wish.home) == code)
                and (wish.rule is None or wish.rule in rules.get(code, set()))
            )
            self._tally.duplicate += stood
            self._tally.stored += not stood
            self._tally.updated += not stood and code in self._stood
