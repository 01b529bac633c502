"""Patches and tenancies from files: what is right is stored, what is wrong is refused with its line and a cure."""

from pathlib import Path

import pytest

from hereabouts_platform.access.keys import ensure_principal
from hereabouts_platform.imports.patches import import_patches
from hereabouts_platform.imports.report import ImportReport
from hereabouts_platform.imports.tenancies import import_tenancies
from hereabouts_platform.store.access import principal_named
from hereabouts_platform.store.connection import acting
from hereabouts_schemas.access import PrincipalKind, Role
from hereabouts_schemas.errors import InputError


@pytest.fixture
def council(town):
    for home in ("h1", "h2"):
        town.place(home)
    town.place("street", "street")
    town.owner.execute("INSERT INTO area (code, vintage, kind, name) VALUES ('P1', '2026', 'patch', 'One'),"
                       " ('W1', '2026', 'ward', 'Mill')")  # fmt: skip
    town.owner.execute("INSERT INTO place_area VALUES ('h1', 'P1', '2026'), ('h2', 'P1', '2026')")
    return town


def read(council, tmp_path: Path, work, *lines: str) -> ImportReport:
    path = tmp_path / "file.csv"
    path.write_text("\n".join(lines), encoding="utf-8")
    return work(council.owner, principal_named(council.owner, "system:command"), path)


def counts(report: ImportReport) -> tuple[int, int, int, int]:
    return report.stored, report.updated, report.duplicate, report.refused_count


def rows(council, statement: str) -> list[tuple]:
    return council.owner.execute(statement.encode()).fetchall()


PATCHES = ("patch,name,team,area,home,hazard,officer", "north,North,Damp,P1,,,", "south,South,Damp,,h2,,")


def test_a_patch_is_an_area_or_a_list_and_the_list_goes_first(council, tmp_path: Path) -> None:
    assert counts(read(council, tmp_path, import_patches, *PATCHES)) == (2, 0, 0, 0)
    assert counts(read(council, tmp_path, import_patches, *PATCHES)) == (0, 0, 2, 0)
    assert rows(council, "SELECT * FROM home_patch ORDER BY 1") == [("h1", "north"), ("h2", "south")]
    council.owner.execute("SELECT set_config('hereabouts.principal', '1', false)")
    case = "INSERT INTO case_record (place_id, hazard, state, opened_at, patch) VALUES ('h2', 'x', 'works', now(), %s)"
    council.owner.execute(case, ("south",))
    report = read(council, tmp_path, import_patches, "patch,home", "north,h2")
    assert counts(report) == (1, 1, 0, 0)
    assert report.notes == ("1 open case moved with the homes.",)
    assert rows(council, "SELECT patch FROM case_record") == [("north",)]


def test_officers_get_new_cases_by_rule(council, tmp_path: Path) -> None:
    read(council, tmp_path, import_patches, *PATCHES)
    by = principal_named(council.owner, "system:command")
    with acting(council.owner, by.id):
        for name, patches in (("Ada", ["north"]), ("Bo", ["south"])):
            ensure_principal(council.owner, by, name, PrincipalKind.PERSON, Role.HOUSING_OFFICER, patches=patches)
    lines = ("patch,hazard,officer", "north,excess_cold,Ada", "north,,Ada", "north,,Bo", "north,,Cy", "north,damp,")
    report = read(council, tmp_path, import_patches, *lines)
    assert counts(report) == (2, 2, 0, 3)
    assert [row.reason.split(":")[0] for row in report.refused] == [
        "Bo does not work in north", "There is no housing officer 'Cy'. Add them first",
        "hazard says whose cases go to an officer; name the officer.",
    ]  # fmt: skip
    assert rows(council, "SELECT hazard FROM patch_rule ORDER BY 1") == [("",), ("excess_cold",)]
    assert counts(read(council, tmp_path, import_patches, "patch,officer", "north,Ada")) == (0, 0, 1, 0)
    assert rows(council, "SELECT hazard FROM patch_rule") == [("",)]


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("west,,,,,,", "its first row needs a name and a team"),
        ("west,West,Damp,W1,,,", "W1 is a ward, no patch"),
        ("west,West,Damp,X9,,,", "X9 is no area"),
        ("west,West,Damp,,street,,", "street is a street; a patch is made of homes"),
        ("south,,,,h1,,", "Line 4 puts h1 in north"),
    ],
)
def test_a_row_of_patches_that_cannot_be_is_refused(council, tmp_path: Path, line: str, says: str) -> None:
    report = read(council, tmp_path, import_patches, *PATCHES, "north,,,,h1,,", line)
    assert says in report.refused[0].reason


def test_officers_have_patches_and_can_be_given_others(council, tmp_path: Path) -> None:
    read(council, tmp_path, import_patches, *PATCHES)
    by = principal_named(council.owner, "system:command")

    def add(role: Role, *patches: str) -> None:
        with acting(council.owner, by.id):
            ensure_principal(council.owner, by, "Ada", PrincipalKind.PERSON, role, patches=patches)

    with pytest.raises(InputError, match="An officer has patches"):
        add(Role.HOUSING_OFFICER)
    with pytest.raises(InputError, match="no such patch"):
        add(Role.HOUSING_OFFICER, "west")
    with pytest.raises(InputError, match="Only housing officers and managers"):
        add(Role.READER, "north")
    for patches in (["north"], ["south", "north"], []):
        add(Role.HOUSING_OFFICER, *patches)
    scope = "SELECT scope FROM principal_role WHERE role = 'housing-officer'"
    assert rows(council, scope) == [({"patches": ["north", "south"]},)]


LEASES = (
    "home,from,to,kind,household,vulnerable",
    "h1,2020-04-01,2025-01-01,social lease,H-1,yes",
    "h1,2025-01-01,,licence,H-2,no",
    "h2,2024-06-01T00:00:00Z,,private-lease,,",
)


def test_tenancies_with_what_weighs_in_kept_apart(council, tmp_path: Path) -> None:
    assert counts(read(council, tmp_path, import_tenancies, *LEASES)) == (3, 0, 0, 0)
    assert counts(read(council, tmp_path, import_tenancies, *LEASES)) == (0, 0, 3, 0)
    found = "SELECT place_id, kind, household_ref, to_at IS NULL FROM tenancy ORDER BY 1, from_at"
    assert rows(council, found) == [
        ("h1", "social_lease", "H-1", False), ("h1", "licence", "H-2", True), ("h2", "private_lease", None, True),
    ]  # fmt: skip
    weighs = "SELECT household_ref, vulnerable FROM household.circumstance ORDER BY 1"
    assert rows(council, weighs) == [("H-1", True), ("H-2", False)]
    changed = (LEASES[0], LEASES[1].replace("yes", "no"), "h2,2024-06-01T00:00:00Z,2026-06-01,other,H-3,")
    assert counts(read(council, tmp_path, import_tenancies, *changed)) == (2, 2, 0, 0)
    assert rows(council, weighs)[0] == ("H-1", False)
    told = rows(council, "SELECT detail::text FROM audit WHERE detail ->> 'import' = 'tenancies'")
    assert len(told) == 3
    assert not any("H-1" in text for (text,) in told)


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("h1,2023-01-01,2024-01-01,other,,", "h1 has a tenancy from 1 April 2020, 00:00 that lasts until"),
        ("h2,2025-01-01,,other,,", "that has no end. End that one before the next"),
        ("h2,2023-01-01,,other,,", "that has no end. End that one before the next"),
        ("street,2025-01-01,,other,,", "street is a street; a tenancy is of a home"),
        ("h9,2025-01-01,,other,,", "There is no place 'h9'"),
        ("h1,2019-01-01,,freehold,,", "There is no kind of tenancy 'freehold'"),
        ("h1,2019-01-01,2018-01-01,other,,", "`to` must be later"),
        ("h1,2019-01-01,2019-02-01,other,,yes", "kept with the household"),
        ("h1,2019-01-01,2019-02-01,other,H-9,maybe", "yes or no"),
        ("h1,2020-04-01,2025-01-01,other,H-1,", "Line 2 says something else"),
    ],
)
def test_a_tenancy_that_cannot_be_is_refused(council, tmp_path: Path, line: str, says: str) -> None:
    report = read(council, tmp_path, import_tenancies, *LEASES, line)
    assert (report.stored, report.refused_count) == (3, 1)
    assert (report.refused[0].line, says in report.refused[0].reason) == (5, True), report.refused[0].reason
