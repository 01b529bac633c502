"""A dataset's file into the store: what is stored, what is refused and why, the same again, corrections, links."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from hereabouts_platform.datasets.load import How, import_dataset
from hereabouts_platform.datasets.spec_file import read_spec
from hereabouts_platform.imports.report import ImportReport
from hereabouts_platform.jobs.run import run_job
from hereabouts_platform.store.access import principal_named
from hereabouts_platform.store.connection import Connection, DatabaseRole, connect
from hereabouts_schemas.access import Principal, PrincipalKind, Role
from hereabouts_schemas.errors import InputError, NotAllowed

SPEC = """
name = "surveys"
title = "Stock condition surveys"
source = "Example Council"
licence = "Internal"
attribution = "Example Council"
vintage = "2026-09"
sensitivity = "home"
key = ["Ref"]
missing = ["NULL"]
[place]
kind = "uprn"
column = "UPRN"
[time]
at = "Date"
format = "%d/%m/%Y"
zone = "Europe/London"
[[column]]
name = "grade"
header = "Grade"
title = "Grade"
type = "category"
meaning = "What the surveyor found"
categories = { A = "sound", B = "worn" }
[[column]]
name = "area"
header = "Floor area"
title = "Floor area"
type = "number"
unit = "m2"
meaning = "Of all floors"
"""
HEADER = "Ref,UPRN,Date,Grade,Floor area"


@dataclass
class Desk:
    """Brings files into one database."""

    owner: Connection
    url: str
    folder: Path

    def put(
        self, rows: str | bytes, spec: str = SPEC, name: str = "file.csv", header: str = HEADER, **how: bool
    ) -> ImportReport:
        path = self.folder / name
        path.write_bytes(rows if isinstance(rows, bytes) else f"{header}\n{rows}".encode())
        by = principal_named(self.owner, "system:command")
        return import_dataset(self.owner, by, path, read_spec(spec, "test.toml"), how=How(**how))

    def rows(self, columns: str = "key, identifier, place_id, from_at, values, vintage") -> list[tuple[object, ...]]:
        return self.owner.execute(f"SELECT {columns} FROM dataset_row ORDER BY vintage, key").fetchall()  # type: ignore[arg-type]

    def place(self, place_id: str, kind: str = "home", **columns: object) -> None:
        given = {"id": place_id, "kind": kind, "name": place_id, **columns}
        marks = ", ".join(f"%({name})s" for name in given)
        self.owner.execute(f"INSERT INTO place ({', '.join(given)}) VALUES ({marks})", given)  # type: ignore[arg-type]


@pytest.fixture
def desk(database_url: str, tmp_path: Path) -> Iterator[Desk]:
    with connect(database_url, DatabaseRole.OWNER) as connection:
        yield Desk(owner=connection, url=database_url, folder=tmp_path)


def counts(report: ImportReport) -> tuple[int, int, int, int]:
    return report.stored, report.updated, report.duplicate, report.refused_count


def reasons(report: ImportReport) -> list[tuple[int, str, str]]:
    return [(row.line, row.cause.value, row.reason) for row in report.refused]


def test_rows_are_stored_with_place_time_and_values(desk: Desk) -> None:
    desk.place("H1", uprn="100012345678")

    report = desk.put("1,000100012345678,03/07/2026,A,71.5\n2,77,02/01/2026,NULL,\n")

    assert counts(report) == (2, 0, 0, 0)
    assert report.notes == ("surveys, vintage 2026-09: 2 rows, 1 of them at places known here.",)
    assert desk.rows() == [
        ("1", "100012345678", "H1", datetime(2026, 7, 2, 23, tzinfo=UTC), {"grade": "A", "area": 71.5}, "2026-09"),
        ("2", "77", None, datetime(2026, 1, 2, tzinfo=UTC), {}, "2026-09"),
    ]
    assert desk.rows("given, line, load_id IS NOT NULL")[0] == ("000100012345678", 2, True)
    columns = desk.owner.execute("SELECT name, type, unit, categories FROM dataset_column ORDER BY position").fetchall()
    assert columns == [("grade", "category", None, {"A": "sound", "B": "worn"}), ("area", "number", "m2", None)]


def test_a_row_that_cannot_be_placed_or_read_is_refused_by_line_and_the_others_stored(desk: Desk) -> None:
    report = desk.put(
        '1,,03/07/2026,A,1\n2,7x,03/07/2026,A,1\n3,7,2026-07-03,A,1\n4,7,03/07/2026,C,1\n5,7,03/07/2026,A,"1,5"\n'
        "6,7,03/07/2026,A\n,7,03/07/2026,A,1\n8,7,31/02/2026,A,1\n9,1.0E+11,03/07/2026,A,nan\n10,8,03/07/2026,B,2\n"
    )

    assert counts(report) == (1, 0, 0, 9)
    assert [(line, cause) for line, cause, _ in reasons(report)] == [
        (2, "no_place"), (3, "no_place"), (4, "clock"), (5, "category"), (6, "wrong_shape"), (7, "wrong_shape"),
        (8, "wrong_shape"), (9, "clock"), (10, "no_place"),
    ]  # fmt: skip
    said = [reason for _, _, reason in reasons(report)]
    assert said[0] == "UPRN is empty, so nobody can say where this is. Fill it in."
    assert "%d/%m/%Y" in said[2]
    assert said[3].startswith("Grade 'C' is none of its codes. Those are A, B.")
    assert "Write decimals with a point" in said[4]
    assert "A spreadsheet has made a number of it" in said[8]
    stored = desk.owner.execute("SELECT stored, refused, refused_by_cause FROM dataset_load").fetchall()
    assert stored == [(1, 9, {"clock": 2, "category": 1, "no_place": 3, "wrong_shape": 3})]


def test_the_same_file_again_stores_nothing_and_leaves_no_load(desk: Desk) -> None:
    text = "1,7,03/07/2026,A,71.5\n2,8,03/07/2026,B,60\n"
    desk.put(text)
    before = desk.owner.execute("TABLE dataset_load").fetchall(), desk.rows("ctid, key")

    report = desk.put(text)

    assert counts(report) == (0, 0, 2, 0)
    assert "This very file is in the store already: nothing has changed." in report.notes
    assert (desk.owner.execute("TABLE dataset_load").fetchall(), desk.rows("ctid, key")) == before


def test_a_correction_replaces_by_key_and_says_where_it_came_from(desk: Desk) -> None:
    desk.put("1,7,03/07/2026,A,71.5\n2,8,03/07/2026,B,60\n", name="first.csv")

    report = desk.put("1,7,03/07/2026,A,72\n3,9,03/07/2026,B,60\n", name="second.csv")

    assert counts(report) == (2, 1, 0, 0)
    found = desk.owner.execute(
        "SELECT r.key, r.values ->> 'area', l.file, p.name, length(l.file_sha256), l.spec = %s"
        " FROM dataset_row r JOIN dataset_load l ON l.id = r.load_id JOIN principal p ON p.id = l.principal_id"
        " ORDER BY r.key", (SPEC,),
    ).fetchall()  # fmt: skip
    assert found == [
        ("1", "72.0", "second.csv", "system:command", 64, True),
        ("2", "60.0", "first.csv", "system:command", 64, True),
        ("3", "60.0", "second.csv", "system:command", 64, True),
    ]


def test_a_whole_file_takes_out_what_it_does_not_hold(desk: Desk) -> None:
    desk.put("1,7,03/07/2026,A,1\n2,8,03/07/2026,B,2\n")

    report = desk.put("2,8,03/07/2026,B,2\n", whole=True)

    assert counts(report) == (0, 0, 1, 0)
    assert "1 rows that the file does not hold were taken out." in report.notes
    assert [row[0] for row in desk.rows()] == ["2"]


def test_a_new_vintage_stands_beside_the_old_one(desk: Desk) -> None:
    desk.put("1,7,03/07/2026,A,1\n")
    desk.put("1,7,03/08/2026,B,1\n", spec=SPEC.replace("2026-09", "2026-10").replace("m2", "[sft_i]"))

    assert [(row[5], row[4]) for row in desk.rows()] == [
        ("2026-09", {"grade": "A", "area": 1}),
        ("2026-10", {"grade": "B", "area": 1}),
    ]
    units = desk.owner.execute("SELECT vintage, unit FROM dataset_column WHERE name = 'area' ORDER BY 1").fetchall()
    assert units == [("2026-09", "m2"), ("2026-10", "[sft_i]")]


def test_one_vintage_never_mixes_units(desk: Desk) -> None:
    desk.put("1,7,03/07/2026,A,1\n")
    other = SPEC.replace("m2", "[sft_i]")
    with pytest.raises(InputError, match="--whole"):
        desk.put("2,7,03/07/2026,A,1\n", spec=other)
    assert counts(desk.put("2,7,03/07/2026,A,1\n", spec=other, whole=True)) == (1, 0, 0, 0)
    assert [row[0] for row in desk.rows()] == ["2"]


def test_a_key_that_stands_twice_in_a_file(desk: Desk) -> None:
    report = desk.put("1,7,03/07/2026,A,1\n1,7,03/07/2026,A,1\n1,7,03/07/2026,B,1\n")

    assert counts(report) == (1, 0, 1, 1)
    assert reasons(report) == [(4, "double", "Line 2 has the same Ref (1) with other cells. Keep one of the rows.")]
    assert desk.rows()[0][4] == {"grade": "A", "area": 1}


def test_a_dry_run_says_the_same_and_stores_nothing(desk: Desk) -> None:
    text = "1,7,03/07/2026,A,1\n2,x,03/07/2026,A,1\n"
    tried = desk.put(text, dry_run=True)
    assert [desk.owner.execute(f"SELECT count(*) FROM {table}").fetchone() for table in ("dataset", "dataset_row")] == [
        (0,), (0,),
    ]  # fmt: skip

    assert counts(desk.put(text)) == counts(tried) == (1, 0, 0, 1)


def test_only_who_may_write_datasets_imports_them(desk: Desk) -> None:
    path = desk.folder / "file.csv"
    path.write_text(f"{HEADER}\n")
    reader = Principal(id=1, name="analyst", kind=PrincipalKind.SERVICE, roles=frozenset({Role.READER}))
    with pytest.raises(NotAllowed):
        import_dataset(desk.owner, reader, path, read_spec(SPEC, "test.toml"), how=How())


def spec_of(place: str, time: str = "") -> str:
    """A dataset of one column, `n`, in a file of place columns and it."""
    start = SPEC.split("key =", maxsplit=1)[0]
    column = '[[column]]\nname = "n"\ntitle = "N"\ntype = "integer"\nunit = "1"\nmeaning = "N"\n'
    return f"{start}[place]\n{place}\n{time}\n{column}"


def links(desk: Desk, rows: Sequence[str], header: str, place: str) -> list[tuple[object, ...]]:
    text = "".join(f"{row},{number}\n" for number, row in enumerate(rows))
    report = desk.put(text, spec=spec_of(place), header=f"{header},n")
    assert report.refused_count == 0, report.refused
    return desk.owner.execute("SELECT given, place_id, linked FROM dataset_row ORDER BY line").fetchall()


def test_a_point_is_linked_to_the_nearest_place_within_reach(desk: Desk) -> None:
    desk.place("near", "bin_site", lon=-1.5491, lat=53.8008)
    desk.place("nearer", "bin_site", lon=-1.5490, lat=53.8007)
    found = links(
        desk, ["-1.5490,53.80065", "-1.56,53.80"], "x,y", 'kind = "lonlat"\nlon = "x"\nlat = "y"\nwithin_m = 25'
    )
    assert found == [("-1.5490, 53.80065", "nearer", True), ("-1.56, 53.80", None, False)]


def test_the_national_grid_is_turned_into_degrees(desk: Desk) -> None:
    links(desk, ["651409.903,313177.270"], "east,north", 'kind = "grid"\neasting = "east"\nnorthing = "north"')
    ((lon, lat),) = desk.rows("lon, lat")
    assert (lon, lat) == (pytest.approx(1.716052, abs=5e-5), pytest.approx(52.657979, abs=5e-5))


def test_links_follow_the_places_that_come_later(desk: Desk) -> None:
    assert links(desk, ["7", "8"], "uprn", 'kind = "uprn"\ncolumn = "uprn"')[0] == ("7", None, False)
    desk.place("B", "building", uprn="7")
    desk.place("H", uprn="7")

    done = run_job(desk.url, "link_datasets", datetime.now(UTC))

    assert done.detail == {"vintages": 1, "rows": 1}
    assert desk.rows("place_id, linked") == [("H", True), (None, False)]
    assert desk.owner.execute("SELECT rows, linked FROM dataset_vintage").fetchall() == [(2, 1)]


def test_old_rows_about_homes_go_and_the_catalogue_counts_again(desk: Desk) -> None:
    rows = "S1,7,01/03/2019,A,60\nS2,8,01/03/2019,B,70\n"
    desk.put(rows)
    desk.owner.execute("UPDATE dataset_load SET at = at - interval '7 years'")
    desk.put("S3,9,01/03/2019,A,80\n")
    run_job(desk.url, "retention", datetime.now(UTC))
    desk.owner.execute("UPDATE retention SET changed_at = changed_at - interval '8 days'")

    assert run_job(desk.url, "retention", datetime.now(UTC)).detail["home_datasets"] == 2
    run_job(desk.url, "link_datasets", datetime.now(UTC))

    assert desk.rows("key") == [("S3",)]
    assert desk.owner.execute("SELECT rows FROM dataset_vintage").fetchall() == [(1,)]
    assert counts(desk.put(rows)) == (2, 0, 0, 0)


@pytest.mark.parametrize(
    ("kind", "given", "identifier"), [("postcode", "ls1  4ap", "LS14AP"), ("gss", "e05011382", "E05011382")]
)
def test_a_code_names_places_by_their_postcode_and_area(desk: Desk, kind: str, given: str, identifier: str) -> None:
    assert links(desk, [given], "code", f'kind = "{kind}"\ncolumn = "code"') == [(given, None, False)]
    desk.place("H", attributes='{"postcode": "LS1 4AP"}')
    desk.owner.execute("INSERT INTO area (code, vintage, kind, name) VALUES ('E05011382', '2023', 'ward', 'Mill')")

    run_job(desk.url, "link_datasets", datetime.now(UTC))

    assert desk.rows("identifier, place_id, linked") == [(identifier, None, True)]


def test_periods_end_where_the_description_says(desk: Desk) -> None:
    time = '[time]\nfrom = "a"\nto = "b"\nto_included = true\nzone = "Europe/London"\nformat = "%d/%m/%Y"'
    spec = spec_of('kind = "usrn"\ncolumn = "usrn"', time)
    report = desk.put(
        "1,28/03/2026,29/03/2026,1\n2,28/03/2026,,2\n3,2/3/2026,1/3/2026,3\n", spec=spec, header="usrn,a,b,n"
    )
    assert counts(report) == (2, 0, 0, 1)
    assert desk.rows("from_at, to_at") == [
        (datetime(2026, 3, 28, tzinfo=UTC), datetime(2026, 3, 29, 23, tzinfo=UTC)),
        (datetime(2026, 3, 28, tzinfo=UTC), None),
    ]
