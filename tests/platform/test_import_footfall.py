"""Hourly counts in local time, as Leeds published them: each trap of such files, and its recording where it is."""

import csv
import gzip
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from hereabouts_platform.imports.devices import import_devices
from hereabouts_platform.imports.local_columns import LocalColumns, instants_of
from hereabouts_platform.imports.places import import_places
from hereabouts_platform.imports.readings import import_readings
from hereabouts_platform.imports.report import ImportReport
from hereabouts_platform.jobs.run import run_job
from hereabouts_platform.store.access import principal_named
from hereabouts_platform.store.connection import Connection, DatabaseRole, connect
from hereabouts_platform.store.registry import sync_profiles
from hereabouts_schemas.errors import InputError
from hereabouts_schemas.profile import FieldSpec, Profile

RECORDING = Path(__file__).parents[3] / "shared/data/footfall/leeds_hourly.csv.gz"
LONG = LocalColumns(quantity="people_in", date="date", hour="hour", device="location", value="count")
WIDE = LocalColumns(quantity="people_in", date="when")
CAMERAS = ("Briggate", "Headrow", "Dortmund")
HEADER = "location,date,hour,count"


@pytest.fixture
def owner(database_url: str, tmp_path: Path) -> Iterator[Connection]:
    with connect(database_url, DatabaseRole.OWNER) as connection:
        put_cameras(connection, tmp_path, CAMERAS)
        yield connection


def put_cameras(owner: Connection, folder: Path, names: tuple[str, ...]) -> None:
    fields = (FieldSpec(path="in", quantity="people_in", unit="{count}", period_s=3600),)
    camera = Profile(id="camera", title="C", maker="M", version="1", interval_s=3600, has_decoder=False, fields=fields)
    sync_profiles(owner, [camera])
    principal = principal_named(owner, "system:command")
    places, devices = folder / "places.csv", folder / "devices.csv"
    places.write_text("id,kind,name\n" + "".join(f"{n} line,counting_line,{n}\n" for n in names))
    devices.write_text("id,profile,place,from\n" + "".join(f"{n},camera,{n} line,2008-01-01\n" for n in names))
    import_places(owner, principal, places)
    import_devices(owner, principal, devices)


def put(owner: Connection, folder: Path, *rows: str, local: LocalColumns = LONG, header: str = HEADER) -> ImportReport:
    path = folder / "counts.csv"
    path.write_text("\n".join([header, *rows]) + "\n")
    return import_readings(owner, principal_named(owner, "system:command"), path, local=local)


def stored(owner: Connection, device: str = "Briggate") -> dict[str, float]:
    rows = owner.execute(
        "SELECT r.time, r.value FROM reading r JOIN datastream s ON s.id = r.datastream_id"
        " JOIN deployment d ON d.id = s.deployment_id WHERE d.device_id = %s ORDER BY 1",
        (device,),
    )
    return {f"{time:%m-%dT%H:%M}": value for time, value in rows}


def test_local_hours_become_instants_with_their_period(owner: Connection, tmp_path: Path) -> None:
    report = put(owner, tmp_path, "Briggate,2016-01-05,9,120", "Briggate,2016-07-05,9,2500", "Headrow,2016-07-05,0,7")
    assert (report.stored, report.refused_count, report.notes) == (3, 0, ())
    assert stored(owner) == {"01-05T09:00": 120, "07-05T08:00": 2500}
    assert stored(owner, "Headrow") == {"07-04T23:00": 7}
    assert owner.execute("SELECT DISTINCT kind, period_s FROM datastream").fetchall() == [("delta", 3600)]


def test_the_hour_that_does_not_exist_is_refused_by_name(owner: Connection, tmp_path: Path) -> None:
    report = put(owner, tmp_path, *(f"Briggate,2016-03-27,{hour},{count}" for hour, count in enumerate((277, 0, 200))))
    assert stored(owner) == {"03-27T00:00": 277, "03-27T01:00": 200}
    (refused,) = report.refused
    assert (refused.line, refused.cause) == (3, "clock")
    assert refused.reason == "01:00 on 27 March 2016 did not exist: the clocks went forward over that hour."


def test_one_row_for_the_hour_that_exists_twice_stands_at_the_first(owner: Connection, tmp_path: Path) -> None:
    report = put(owner, tmp_path, *(f"Briggate,2016-10-30,{h},{c}" for h, c in enumerate((1766, 3427, 1436))))
    assert stored(owner) == {"10-29T23:00": 1766, "10-30T00:00": 3427, "10-30T02:00": 1436}
    assert report.notes == (
        "1 values are of an hour that exists twice, when the clocks went back, and stand at the first of the two. "
        "Where the file has no row for the second, it may be that they hold both.",
    )


def test_two_rows_for_it_are_the_two_hours_and_copies_are_copies(owner: Connection, tmp_path: Path) -> None:
    rows = [
        "Briggate,2016-10-30,1,1700",
        "Briggate,2016-10-30,1,1727",
        "Headrow,2016-10-30,1,9",
        "Headrow,2016-10-30,1,9",
    ]
    report = put(owner, tmp_path, *rows)
    assert (report.stored, report.duplicate) == (3, 1)
    assert stored(owner) == {"10-30T00:00": 1700, "10-30T01:00": 1727}
    assert stored(owner, "Headrow") == {"10-30T00:00": 9}
    again = put(owner, tmp_path, *rows)
    assert (again.stored, again.duplicate, again.refused_count) == (0, 4, 0)


def test_duplicates_conflicts_gaps_zeros_and_spikes(owner: Connection, tmp_path: Path) -> None:
    report = put(
        owner, tmp_path,
        "Briggate,2016-07-01,0,12", "Briggate,2016-07-01,0,12", "Briggate,2016-07-01,0,13",
        "Briggate,2016-07-01,4,0", "Briggate,2016-07-01,5,19820", "Briggate,2016-07-01,6,", "Briggate,2016-07-01,7,-1",
    )  # fmt: skip
    assert (report.stored, report.duplicate) == (3, 1)
    assert report.refused_by_cause == {"conflict": 1, "no_value": 1, "range": 1}
    assert [row.line for row in report.refused] == [4, 7, 8]
    assert stored(owner) == {"06-30T23:00": 12, "07-01T03:00": 0, "07-01T04:00": 19820}


def test_dates_in_three_forms_and_times_that_are_none(owner: Connection, tmp_path: Path) -> None:
    rows = [
        "Briggate,2012-02-01,00:00,1",
        "Briggate,02/02/2012,1,2",
        "Briggate,03-Feb-12,02:00,3",
        "Briggate,04-Feb-2012,3,4",
    ]
    wrong = ["Briggate,2012-13-01,0,5", "Briggate,2012-02-01,24,6", "Briggate,2012-02-01T05:00:00Z,,7", "Briggate,,,8"]
    report = put(owner, tmp_path, *rows, *wrong)
    assert stored(owner) == {"02-01T00:00": 1, "02-02T01:00": 2, "02-03T02:00": 3, "02-04T03:00": 4}
    assert [row.cause for row in report.refused] == ["clock"] * 4
    assert "dates like 2016-03-27, 27/03/2016 or 27-Mar-2016" in report.refused[0].reason
    assert "says its zone" in report.refused[2].reason


def test_a_wide_file_has_a_column_a_camera(owner: Connection, tmp_path: Path) -> None:
    report = put(
        owner, tmp_path, "2016-03-27 00:00,5,,1", "2016-03-27 01:00,6,7,2", "2016-03-27 02:00,8,9,", "bad,1,,",
        local=WIDE, header="when,Briggate,Headrow,Nowhere",
    )  # fmt: skip
    assert stored(owner) == {"03-27T00:00": 5, "03-27T01:00": 8}
    assert stored(owner, "Headrow") == {"03-27T01:00": 9}
    assert report.refused_by_cause == {"clock": 4, "unknown_device": 1}
    assert Counter(row.line for row in report.refused) == {2: 1, 3: 3, 5: 1}


def test_columns_that_are_not_as_said_refuse_the_file(owner: Connection, tmp_path: Path) -> None:
    for header in ("location,date,count", "location,date,hour,count,colour"):
        with pytest.raises(InputError):
            put(owner, tmp_path, "x", header=header)
    with pytest.raises(InputError, match="no column of values"):
        put(owner, tmp_path, "2016-03-27 00:00", local=WIDE, header="when")
    with pytest.raises(InputError, match="people_in"):
        LocalColumns(quantity="feet", date="date")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("2016-10-30 00:59", ("2016-10-30T00:59:00+01:00", None)),
        ("2016-10-30 01:30", ("2016-10-30T01:30:00+01:00", "2016-10-30T01:30:00+00:00")),
        ("2016-10-30 02", ("2016-10-30T02:00:00+00:00", None)),
        ("27/03/2016 02:00:00", ("2016-03-27T02:00:00+01:00", None)),
    ],
)
def test_instants(text: str, found: tuple[str, str | None]) -> None:
    assert instants_of(text) == found


def made_up() -> list[tuple[str, ...]]:
    """Two cameras over the days that matter, one of them listed twice."""
    days = [f"2016-03-{day}" for day in range(26, 29)] + [f"2016-10-{day}" for day in (29, 30, 31)]
    found = [(c, day, str(h), str(7 * h + len(c))) for c in CAMERAS[:2] for day in days for h in range(24)]
    return found + found[:24]


def recorded() -> list[tuple[str, ...]]:
    """Months of the recording in which its traps are."""
    with gzip.open(RECORDING, "rt") as file:
        rows = [tuple(row.values()) for row in csv.DictReader(file)]
    return [row for row in rows if row[1][:7] in ("2016-07", "2016-10") or "2016-03-25" <= row[1] < "2016-04-01"]


@pytest.mark.parametrize("rows_of", [made_up, *([recorded] if RECORDING.exists() else [])])
def test_what_was_counted_comes_back_by_the_day(
    database_url: str, tmp_path: Path, rows_of: Callable[[], list[tuple[str, ...]]]
) -> None:
    rows = rows_of()
    names, copies = tuple(sorted({row[0] for row in rows})), len(rows) - len(set(rows))
    with connect(database_url, DatabaseRole.OWNER) as owner:
        put_cameras(owner, tmp_path, names)
        report = put(owner, tmp_path, *(",".join(row) for row in rows))
        gone = [row for row in rows if row[1:3] == ("2016-03-27", "1")]
        assert (report.refused_by_cause, report.duplicate) == ({"clock": len(gone)}, copies)
        assert report.stored == len(rows) - len(gone) - copies
        while run_job(database_url, "rollup", datetime.now(UTC)).detail["spans_left"]:
            pass
        found = owner.execute(
            "SELECT place_id, (hour AT TIME ZONE 'Europe/London')::date::text, sum(people_in)"
            " FROM footfall_hour GROUP BY 1, 2"
        ).fetchall()
    wanted: Counter[tuple[str, str]] = Counter()
    for name, day, _, count in {*rows} - {*gone}:
        wanted[f"{name} line", day] += int(count)
    assert {(place, day): total for place, day, total in found} == dict(wanted)
