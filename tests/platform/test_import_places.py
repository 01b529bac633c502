"""places.csv: each refusal with its line, any order of rows, the same file twice."""

import random
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hereabouts_platform.imports.places import import_places
from hereabouts_platform.imports.report import Cause, ImportReport, Tally
from hereabouts_platform.imports.tree import Candidate, refuse_loose_places
from hereabouts_platform.store.access import principal_named
from hereabouts_platform.store.connection import Connection, DatabaseRole, connect
from hereabouts_schemas.access import Principal, PrincipalKind, Role
from hereabouts_schemas.errors import InputError, NotAllowed
from hereabouts_schemas.place import Place, PlaceKind

HEADER = "id,kind,name,lon,lat,uprn,usrn,parent,attributes"


@pytest.fixture
def owner(database_url: str) -> Iterator[Connection]:
    with connect(database_url, DatabaseRole.OWNER) as connection:
        yield connection


def put(owner: Connection, folder: Path, text: str | bytes) -> ImportReport:
    path = folder / "places.csv"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return import_places(owner, principal_named(owner, "system:command"), path)


def places(owner: Connection) -> dict[str, tuple[object, ...]]:
    rows = owner.execute("SELECT id, kind, name, lon, lat, uprn, usrn, parent_id, attributes FROM place").fetchall()
    return {row[0]: row[1:] for row in rows}


def test_every_column_is_stored_and_leading_zeros_are_cut(owner: Connection, tmp_path: Path) -> None:
    report = put(
        owner,
        tmp_path,
        f"{HEADER}\n"
        'H1,home,"1 Mill Lane, Ashby",-1.25,52.5,000012345678,,B1,"{""epc"": ""D"", ""rooms"": 4}"\n'
        "B1,building,Mill House,,,,,,\n"
        "S1,street,Mill Lane,,,,00401234,,\n",
    )

    assert (report.stored, report.updated, report.duplicate, report.refused_count) == (3, 0, 0, 0)
    assert places(owner) == {
        "H1": ("home", "1 Mill Lane, Ashby", -1.25, 52.5, "12345678", None, "B1", {"epc": "D", "rooms": 4}),
        "B1": ("building", "Mill House", None, None, None, None, None, {}),
        "S1": ("street", "Mill Lane", None, None, None, "401234", None, {}),
    }


def test_only_id_kind_and_name_are_needed_and_a_byte_order_mark_is_no_part_of_them(
    owner: Connection, tmp_path: Path
) -> None:
    report = put(owner, tmp_path, "\ufeffkind,name,id\r\nbin_site,Café corner,W1\r\n\r\n".encode())

    assert report.stored == 1
    assert places(owner)["W1"][:2] == ("bin_site", "Café corner")


def test_the_same_file_again_changes_nothing(owner: Connection, tmp_path: Path) -> None:
    text = f'{HEADER}\nH1,home,One,-1.5,52.5,1,,,"{{""a"": [1, 2.50]}}"\nH2,home,Two,,,,,,\n'
    put(owner, tmp_path, text)
    stamps = owner.execute("SELECT id, updated_at FROM place ORDER BY id").fetchall()

    report = put(owner, tmp_path, text)

    assert (report.stored, report.duplicate, report.refused_count) == (0, 2, 0)
    assert owner.execute("SELECT id, updated_at FROM place ORDER BY id").fetchall() == stamps


def test_a_changed_row_changes_the_place_and_a_missing_column_leaves_it(owner: Connection, tmp_path: Path) -> None:
    put(owner, tmp_path, f'{HEADER}\nH1,home,One,-1.5,52.5,77,,,"{{""epc"": ""D""}}"\nH2,home,Two,,,,,,\n')

    report = put(owner, tmp_path, "id,kind,name,uprn\nH1,home,The first,\nH2,home,Two,\n")

    assert (report.stored, report.updated, report.duplicate) == (1, 1, 1)
    assert places(owner)["H1"] == ("home", "The first", -1.5, 52.5, None, None, None, {"epc": "D"})


def test_who_imported_stands_on_the_place_and_in_the_audit(owner: Connection, tmp_path: Path) -> None:
    put(owner, tmp_path, "id,kind,name\nH1,home,One\nH2,house,Two\n")
    command = principal_named(owner, "system:command").id

    assert owner.execute("SELECT updated_by FROM place").fetchall() == [(command,)]
    row = owner.execute("SELECT principal_id, action, resource, detail FROM audit").fetchone()
    assert row is not None
    assert row[:3] == (command, "write", "places")
    assert {key: row[3][key] for key in ("file", "stored", "refused")} == {
        "file": "places.csv",
        "stored": 1,
        "refused": 1,
    }
    assert len(row[3]["sha256"]) == 64


REFUSALS = [
    ("H1,house,One,,,,,,", Cause.UNKNOWN_KIND, "Did you mean"),
    (f"{'x' * 121},home,One,,,,,,", Cause.WRONG_SHAPE, "at most 120"),
    (",home,One,,,,,,", Cause.WRONG_SHAPE, "id is empty"),
    ("H1,home,,,,,,,", Cause.WRONG_SHAPE, "name is empty"),
    ("H1,home,One,52.5,-1.5,,,,", Cause.RANGE, "look swapped"),
    ("H1,home,One,430000,300000,,,,", Cause.RANGE, "National Grid"),
    ("H1,home,One,-1.5,95,,,,", Cause.RANGE, "no position"),
    ("H1,home,One,-1.5,,,,,", Cause.WRONG_SHAPE, "belong together"),
    ("H1,home,One,nan,52,,,,", Cause.WRONG_SHAPE, "no number"),
    ('H1,home,One,"-1,5",52,,,,', Cause.WRONG_SHAPE, "no number"),
    ("H1,home,One,,,10A,,,", Cause.WRONG_SHAPE, "1 to 12 digits"),
    ("H1,home,One,,,000,,,", Cause.WRONG_SHAPE, "not zero"),
    ("H1,home,One,,,1.00012E+11,,,", Cause.WRONG_SHAPE, "spreadsheet"),
    ("H1,home,One,,,,123456789,,", Cause.WRONG_SHAPE, "1 to 8 digits"),
    ("H1,home,One,,,١٢٣,,,", Cause.WRONG_SHAPE, "digits"),
    ("H1,home,One,,,,,nowhere,", Cause.UNKNOWN_PARENT, "nowhere is neither"),
    ("H1,home,One,,,,,H1,", Cause.CYCLE, "its own parent"),
    ("H1,home,One,,,,,,[1]", Cause.WRONG_SHAPE, "JSON object"),
    ("H1,home,One,,,,,,{bad", Cause.WRONG_SHAPE, "no JSON"),
    ('H1,home,One,,,,,,"{""a"": NaN}"', Cause.WRONG_SHAPE, "no JSON"),
    ('H1,home,One,,,,,,"{""a"": ""\\u0000""}"', Cause.WRONG_SHAPE, "NUL"),
    ('H1,home,One,,,,,,"{""a"": ""\\ud800""}"', Cause.WRONG_SHAPE, "no JSON"),
    ("H1,home,O\0ne,,,,,,", Cause.WRONG_SHAPE, "NUL"),
    ("H1,home,1 Mill Lane, Ashby,,,,,,", Cause.WRONG_SHAPE, "double quotes"),
    ("H1,home,One", Cause.WRONG_SHAPE, "3 cells where the header has 9"),
    ("R1,room,Bedroom,,,,,HOME,", Cause.WRONG_SHAPE, "A room's id"),
    ("HOME/bedroom,room,Bedroom,,,,,,", Cause.WRONG_SHAPE, "parent none"),
]


def test_a_building_holds_homes_and_a_home_holds_rooms(owner: Connection, tmp_path: Path) -> None:
    put(owner, tmp_path, "id,kind,name,parent\nB,building,B,\nH,home,H,B\nH/r,room,R,H\n")
    report = put(
        owner,
        tmp_path,
        "id,kind,name,parent\nB2,building,B,H\nH2,home,H,H\nH3,home,H,H/r\nH/r/s,room,S,H/r\n"
        "B/hall,room,Hall,B\nB3,building,B,NEW\nNEW,home,New,B\n",
    )
    assert [(row.line, row.cause) for row in report.refused] == [(line, Cause.WRONG_PARENT) for line in (2, 3, 4, 5, 7)]
    assert set(places(owner)) == {"B", "H", "H/r", "B/hall", "NEW"}


def test_a_wrong_row_is_refused_with_its_line_and_the_others_are_stored(owner: Connection, tmp_path: Path) -> None:
    rows = "".join(f"{row}\n" for row, _, _ in REFUSALS)

    report = put(owner, tmp_path, f"{HEADER}\nHOME,home,Home,,,,,,\n\n{rows}HOME/loft,room,Loft,,,,,HOME,\n")

    told = [(refused.line, refused.cause) for refused in report.refused]
    assert told == [(line, cause) for line, (_, cause, _) in enumerate(REFUSALS, start=4)]
    for refused, (row, _, words) in zip(report.refused, REFUSALS, strict=True):
        assert words in refused.reason, row
    assert (report.stored, report.refused_count) == (2, len(REFUSALS))
    assert set(places(owner)) == {"HOME", "HOME/loft"}


def test_lines_are_counted_as_an_editor_shows_them(owner: Connection, tmp_path: Path) -> None:
    report = put(owner, tmp_path, 'id,kind,name\nH1,home,"One\nMill Lane"\n\nH2,house,"Two\nMill Lane"\nH3,shed,x\n')

    assert [refused.line for refused in report.refused] == [5, 7]


def test_a_known_place_under_the_same_id_twice(owner: Connection, tmp_path: Path) -> None:
    report = put(owner, tmp_path, "id,kind,name\nH1,home,One\nH1,home,One\nH1,home,Uno\n")

    assert (report.stored, report.duplicate) == (1, 1)
    assert [(r.line, r.cause) for r in report.refused] == [(4, Cause.DOUBLE)]
    assert "line 2" in report.refused[0].reason


def test_a_refused_parent_takes_its_children_along(owner: Connection, tmp_path: Path) -> None:
    report = put(
        owner,
        tmp_path,
        "id,kind,name,parent\nH1/attic,room,Attic,H1\nH1,home,One,B1\nB1,castle,Keep,\nH2,home,Two,\n",
    )

    assert [(r.line, r.cause) for r in report.refused] == [
        (2, Cause.UNKNOWN_PARENT),
        (3, Cause.UNKNOWN_PARENT),
        (4, Cause.UNKNOWN_KIND),
    ]
    assert "H1 (line 3) was refused" in report.refused[0].reason
    assert set(places(owner)) == {"H2"}


def test_a_refused_change_leaves_what_the_store_holds_and_its_children(owner: Connection, tmp_path: Path) -> None:
    put(owner, tmp_path, "id,kind,name\nH1,home,One\n")

    report = put(owner, tmp_path, "id,kind,name,parent\nH1,home,Uno,nowhere\nH1/attic,room,Attic,H1\n")

    assert [r.line for r in report.refused] == [2]
    assert places(owner)["H1"][1] == "One"
    assert "H1/attic" in places(owner)


def test_circles_are_refused_through_the_store_too(owner: Connection, tmp_path: Path) -> None:
    put(owner, tmp_path, "id,kind,name,parent\nA,building,a,\nB,building,b,A\nC,building,c,B\n")

    report = put(owner, tmp_path, "id,kind,name,parent\nA,building,a,C\nD,building,d,E\nE,building,e,D\nF,home,f,E\n")

    assert {(r.line, r.cause) for r in report.refused} == {
        (2, Cause.CYCLE),
        (3, Cause.CYCLE),
        (4, Cause.CYCLE),
        (5, Cause.UNKNOWN_PARENT),
    }
    assert "A in C in B in A" in next(r.reason for r in report.refused if r.line == 2)
    assert places(owner)["A"][6] is None


WHOLE_FILES = [
    (b"id,kind,name,colour\nH1,home,One,red\n", "colour", "Known columns are id, kind, name"),
    (b"id,kind,name,Parent\nH1,home,One,\n", "Parent", "Did you mean parent"),
    (b"id,kind\nH1,home\n", "id,kind", "The column name is missing"),
    (b"id,kind,name,name\nH1,home,One,One\n", "name", "stands twice"),
    (b"id;kind;name\nH1;home;One\n", "id;kind;name", "commas"),
    (b"", "places.csv", "must name the columns"),
    (b"id,kind,name\nH1,home,Caf\xe9\n", "line 2", "UTF-8"),
    ("id,kind,name\nH1,home,One\n".encode("utf-16"), "places.csv", "UTF-16"),
    (b'id,kind,name\nH1,home,"One\nH2,home,Two\n', "line", "Is a double quote not closed"),
]


def test_a_file_that_cannot_be_used_is_refused_whole(owner: Connection, tmp_path: Path) -> None:
    for content, named, cure in WHOLE_FILES:
        with pytest.raises(InputError) as raised:
            put(owner, tmp_path, content)
        assert named in str(raised.value)
        assert cure in str(raised.value)
    assert places(owner) == {}


def test_a_file_that_is_not_there(owner: Connection, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"nothing\.csv"):
        import_places(owner, principal_named(owner, "system:command"), tmp_path / "nothing.csv")


def test_a_reader_may_not(owner: Connection, tmp_path: Path) -> None:
    (tmp_path / "places.csv").write_text("id,kind,name\nH1,home,One\n")
    reader = Principal(id=1, name="reader", kind=PrincipalKind.SERVICE, roles=frozenset({Role.READER}))
    with pytest.raises(NotAllowed):
        import_places(owner, reader, tmp_path / "places.csv")


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    parents=st.dictionaries(st.sampled_from("ABCDEFGH"), st.none() | st.sampled_from("ABCDEFGHX"), max_size=8),
    stored=st.integers(0, 3),
    seed=st.integers(0, 2**16),
)
def test_what_is_kept_always_hangs_together(parents: dict[str, str | None], stored: int, seed: int) -> None:
    """Whatever the order of the rows: the store stays a tree without loose ends, and exactly the same rows are kept."""
    store: dict[str, str | None] = dict(list({"A": None, "B": "A", "C": "B"}.items())[:stored])

    def kept(order: list[str]) -> set[str]:
        rows = [
            Candidate(line=i, place=Place(id=p, kind=PlaceKind.BUILDING, name=p, parent=parents[p]))
            for i, p in enumerate(order, start=2)
        ]
        return {candidate.place.id for candidate in refuse_loose_places(rows, store, Tally())}

    order = list(parents)
    result = kept(order)
    after = {**store, **{place: parents[place] for place in result}}
    for place in after:
        seen = set()
        at: str | None = place
        while at is not None:
            assert at in after
            assert at not in seen
            seen.add(at)
            at = after[at]
    random.Random(seed).shuffle(order)
    assert kept(order) == result
