"""Files of readings: long, wide and Parquet; each refusal with its line; the same again, in parts, in any order."""

import resource
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hereabouts_platform.imports import reading_files
from hereabouts_platform.imports.devices import import_devices
from hereabouts_platform.imports.places import import_places
from hereabouts_platform.imports.readings import import_readings
from hereabouts_platform.imports.report import REFUSED_IN_DETAIL, Cause, ImportReport, RefusedRow
from hereabouts_platform.store.access import principal_named
from hereabouts_platform.store.connection import Connection, DatabaseRole, connect
from hereabouts_platform.store.registry import registry_version, sync_profiles
from hereabouts_schemas.access import Principal, PrincipalKind, Role
from hereabouts_schemas.errors import InputError, NotAllowed
from hereabouts_schemas.profile import FieldSpec, Profile
from hereabouts_schemas.times import format_time, parse_time

LONG = "device,quantity,time,value"
EUI = "0004A30B001C0530"
PLACES = "id,kind,name\nH1,home,One\nH2,home,Two\nW1,bin_site,Corner\nC1,counting_line,Gate\n"
DEVICES = f"""id,profile,place,from,to,mount
{EUI},any,H1,2026-01-01T00:00:00Z,2026-03-01T00:00:00Z,
{EUI},any,H2,2026-03-01T00:00:00Z,,
BIN1,any,W1,2026-01-01T00:00:00Z,2026-02-01T00:00:00Z,"{{""bin_depth_mm"": 1200}}"
BIN1,any,W1,2026-02-01T00:00:00Z,,"{{""bin_depth_mm"": 1000}}"
GATE,any,C1,2026-01-01T00:00:00Z,,
"""


@pytest.fixture
def owner(database_url: str, tmp_path: Path) -> Iterator[Connection]:
    with connect(database_url, DatabaseRole.OWNER) as connection:
        fields = (FieldSpec(path="t", quantity="air_temperature", unit="Cel"),)
        sync_profiles(
            connection,
            [Profile(id="any", title="Any", maker="M", version="1", interval_s=600, has_decoder=False, fields=fields)],
        )
        principal = principal_named(connection, "system:command")
        (tmp_path / "places.csv").write_text(PLACES)
        (tmp_path / "devices.csv").write_text(DEVICES)
        import_places(connection, principal, tmp_path / "places.csv")
        import_devices(connection, principal, tmp_path / "devices.csv")
        yield connection


def put(owner: Connection, folder: Path, *rows: str, header: str = LONG) -> ImportReport:
    return load(owner, _file(folder, "\n".join([header, *rows]) + "\n"))


def _file(folder: Path, content: str | bytes) -> Path:
    path = folder / "readings.csv"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def load(owner: Connection, path: Path) -> ImportReport:
    return import_readings(owner, principal_named(owner, "system:command"), path)


STORED = """
    SELECT p.device_id, d.quantity, d.channel, r.time, r.value
    FROM {table} r JOIN datastream d ON d.id = r.datastream_id JOIN deployment p ON p.id = d.deployment_id
    ORDER BY 1, 2, 3, 4
"""


def readings(owner: Connection, table: str = "reading") -> list[tuple[object, ...]]:
    return owner.execute(STORED.format(table=table)).fetchall()


def forget(owner: Connection) -> None:
    owner.execute("TRUNCATE reading, latest, device_heard, batch, datastream CASCADE")


def at(text: str) -> datetime:
    return parse_time(text)


def test_a_long_file(owner: Connection, tmp_path: Path) -> None:
    report = put(
        owner,
        tmp_path,
        "00-04-a3-0b-00-1c-05-30,air_temperature,2026-01-05T10:00:00Z,19.5",
        f"{EUI},relative_humidity,2026-01-05T10:00:00Z,61",
        f"{EUI},air_temperature,2026-03-05T11:00:00.123456789+01:00,20.25",
        'GATE,people_in,"2026-01-05 10:00:00Z", 12 ',
    )

    assert (report.stored, report.duplicate, report.refused_count, report.derived) == (4, 0, 0, 0)
    assert readings(owner) == [
        (EUI, "air_temperature", "", at("2026-01-05T10:00:00Z"), 19.5),
        (EUI, "air_temperature", "", at("2026-03-05T10:00:00.123456Z"), 20.25),
        (EUI, "relative_humidity", "", at("2026-01-05T10:00:00Z"), 61.0),
        ("GATE", "people_in", "", at("2026-01-05T10:00:00Z"), 12.0),
    ]
    streams = owner.execute(
        "SELECT p.place_id, d.quantity, d.unit, d.kind FROM datastream d JOIN deployment p ON p.id = d.deployment_id"
    ).fetchall()
    assert set(streams) == {
        ("H1", "air_temperature", "Cel", "measurement"),
        ("H2", "air_temperature", "Cel", "measurement"),
        ("H1", "relative_humidity", "%", "measurement"),
        ("C1", "people_in", "{count}", "delta"),
    }


def test_channels_in_a_long_and_in_a_wide_file(owner: Connection, tmp_path: Path) -> None:
    put(
        owner,
        tmp_path,
        "GATE,people_in,1,2026-01-05T10:00:00Z,12",
        "GATE,people_in,,2026-01-05T10:00:00Z,15",
        header="device,quantity,channel,time,value",
    )
    expected = [
        ("GATE", "people_in", "", at("2026-01-05T10:00:00Z"), 15.0),
        ("GATE", "people_in", "1", at("2026-01-05T10:00:00Z"), 12.0),
    ]
    assert readings(owner) == expected
    forget(owner)

    put(owner, tmp_path, "2026-01-05T10:00:00Z,12,GATE,15", header="time,people_in:1,device,people_in")

    assert readings(owner) == expected


def test_latest_and_heard_move_forward_only(owner: Connection, tmp_path: Path) -> None:
    put(owner, tmp_path, f"{EUI},co2,2026-01-06T00:00:00Z,800", f"{EUI},co2,2026-01-05T00:00:00Z,700")
    put(owner, tmp_path, f"{EUI},co2,2026-01-04T00:00:00Z,600")

    assert readings(owner, "latest") == [(EUI, "co2", "", at("2026-01-06T00:00:00Z"), 800.0)]
    assert owner.execute("SELECT * FROM device_heard").fetchall() == [(EUI, at("2026-01-06T00:00:00Z"), None)]

    put(owner, tmp_path, f"{EUI},co2,2026-01-07T00:00:00Z,900")

    assert readings(owner, "latest") == [(EUI, "co2", "", at("2026-01-07T00:00:00Z"), 900.0)]
    assert owner.execute("SELECT * FROM device_heard").fetchall() == [(EUI, at("2026-01-07T00:00:00Z"), None)]


def test_a_chunk_leaves_a_batch_row_that_says_what_it_touched(owner: Connection, tmp_path: Path) -> None:
    put(
        owner,
        tmp_path,
        f"{EUI},co2,2026-01-05T10:10:00Z,800",
        f"{EUI},co2,2026-01-05T10:50:00Z,810",
        f"{EUI},co2,2026-01-05T11:10:00Z,820",
    )

    row = owner.execute("SELECT message_count, blob, detail, touched_datastreams, touched_hours FROM batch").fetchone()
    assert row is not None
    stream = owner.execute("SELECT id FROM datastream").fetchone()
    assert stream is not None
    assert row[:2] == (0, None)
    assert (row[2]["import"], row[2]["file"], row[2]["lines"], row[2]["stored"]) == (
        "readings",
        "readings.csv",
        [2, 4],
        3,
    )
    assert len(row[2]["sha256"]) == 64
    assert row[3] == [stream[0]] * 2
    assert row[4] == [at("2026-01-05T10:00:00Z"), at("2026-01-05T11:00:00Z")]
    batch = owner.execute("SELECT DISTINCT r.batch_id = b.id FROM reading r, batch b").fetchall()
    assert batch == [(True,)]
    audited = owner.execute("SELECT resource, detail->>'file' FROM audit ORDER BY id DESC LIMIT 1").fetchone()
    assert audited == ("readings", "readings.csv")


FUTURE = format_time(datetime.now(UTC) + timedelta(days=1))

REFUSALS = [
    ("NOBODY,co2,2026-01-05T10:00:00Z,800", Cause.UNKNOWN_DEVICE, "no device 'NOBODY'"),
    (",co2,2026-01-05T10:00:00Z,800", Cause.UNKNOWN_DEVICE, "names no device"),
    (f"{EUI},carbon,2026-01-05T10:00:00Z,800", Cause.UNKNOWN_QUANTITY, "Quantities are air_temperature"),
    (f"{EUI},air_temprature,2026-01-05T10:00:00Z,8", Cause.UNKNOWN_QUANTITY, "Did you mean air_temperature"),
    (f"{EUI},,2026-01-05T10:00:00Z,800", Cause.UNKNOWN_QUANTITY, "no quantity ''"),
    (f"{EUI},co2,2026-01-05T10:00:00,800", Cause.CLOCK, "has no zone"),
    (f"{EUI},co2,2026-01-05,800", Cause.CLOCK, "has no zone"),
    (f"{EUI},co2,05/01/2026 10:00,800", Cause.CLOCK, "is no time. Write it with its zone"),
    (f"{EUI},co2,2026-02-30T10:00:00Z,800", Cause.CLOCK, "is no time"),
    (f"{EUI},co2,,800", Cause.CLOCK, "has no time"),
    (f"{EUI},co2,{FUTURE},800", Cause.CLOCK, "ahead of now by more than 5 minutes"),
    (f"{EUI},co2,2025-12-31T23:59:59Z,800", Cause.NO_DEPLOYMENT, "was at no place on 31 December 2025, 23:59"),
    (f"{EUI},co2,0001-01-01T00:00:00+10:00,800", Cause.CLOCK, "since 1970"),
    (f"{EUI},co2,2026-01-05T10:00:00Z,", Cause.NO_VALUE, "co2 has no value"),
    (f"{EUI},co2,2026-01-05T10:00:00Z,n/a", Cause.WRONG_SHAPE, "co2 is 'n/a', which is no number"),
    (f'{EUI},co2,2026-01-05T10:00:00Z,"800,5"', Cause.WRONG_SHAPE, "Write decimals with a point"),
    (f"{EUI},co2,2026-01-05T10:00:00Z,1_000", Cause.WRONG_SHAPE, "no number"),
    (f"{EUI},co2,2026-01-05T10:00:00Z,nan", Cause.RANGE, "co2 nan ppm is outside 250 to 10000 ppm"),
    (f"{EUI},co2,2026-01-05T10:00:00Z,1e999", Cause.RANGE, "inf"),
    (f"{EUI},co2,2026-01-05T10:00:00Z,65535", Cause.RANGE, "65535 ppm is outside"),
    (f"{EUI},co2,2026-01-05T10:00:00Z", Cause.WRONG_SHAPE, "3 cells where the header has 4"),
    (f"{EUI},co2,2026-01-05T10:00:00Z,8,9", Cause.WRONG_SHAPE, "5 cells"),
    (f"{EUI},co2,2026-01-06T00:00:00Z,801", Cause.CONFLICT, "is 801 here, but 800 stands for that instant"),
]


def test_a_wrong_value_is_refused_with_its_line_and_the_others_are_stored(owner: Connection, tmp_path: Path) -> None:
    rows = [
        f"{EUI},co2,2026-01-06T00:00:00Z,800",
        "",
        *(row for row, _, _ in REFUSALS),
        f"{EUI},co2,2026-02-06T00:00:00Z,900",
    ]

    report = put(owner, tmp_path, *rows)

    told = {refused.line: (refused.cause, refused.reason) for refused in report.refused}
    assert {line: cause for line, (cause, _) in told.items()} == {
        line: cause for line, (_, cause, _) in enumerate(REFUSALS, start=4)
    }
    for line, (row, _, words) in enumerate(REFUSALS, start=4):
        assert words in told[line][1], row
    assert (report.stored, report.duplicate, report.refused_count) == (2, 0, len(REFUSALS))
    assert [row[3:] for row in readings(owner)] == [
        (at("2026-01-06T00:00:00Z"), 800.0),
        (at("2026-02-06T00:00:00Z"), 900.0),
    ]


def test_a_wide_file(owner: Connection, tmp_path: Path) -> None:
    report = put(
        owner,
        tmp_path,
        f"{EUI},2026-01-05T10:00:00Z,19.5,61,",
        f"{EUI},2026-01-05T10:30:00Z,,60, ",
        f"{EUI},2026-01-05T11:00:00Z,,,",
        f"{EUI},2026-01-05T11:30:00Z,99,60,oops",
        f"{EUI},2026-01-05T12:00:00,20,60,800",
        "",
        header="device,time,air_temperature,relative_humidity,co2",
    )

    assert (report.stored, report.duplicate, report.refused_count) == (4, 0, 5)
    assert [(r.line, r.cause) for r in report.refused] == [
        (5, Cause.RANGE),
        (5, Cause.WRONG_SHAPE),
        (6, Cause.CLOCK),  # said once, counted for each of the row's three values
    ]
    assert report.refused_by_cause == {"clock": 3, "range": 1, "wrong_shape": 1}
    assert "co2 is 'oops'" in report.refused[1].reason


WHOLE_FILES = [
    (b"device,quantity,time,value,unit\n", "'unit' cannot be used", "Known columns are device, quantity, time, value"),
    (b"device,time,colour\n", "'colour' cannot be used", "Known columns are device, time, air_temperature"),
    (b"device,time,air_temprature\n", "air_temprature", "Did you mean air_temperature"),
    (b"device,time,co2,co2\n", "co2", "stands twice"),
    (b"device,time,co2,co2:\n", "co2", "Two columns say co2"),
    (b"device,time\n", "device,time", "no column of values"),
    (b"time,co2\n", "time,co2", "The column device is missing"),
    (b"device,quantity,value\n", "device,quantity,value", "The column time is missing"),
    (b"", "readings.csv", "line"),
    (b"device;quantity;time;value\n", "device;quantity", "Known columns"),
    (b'device,quantity,time,value\nA,co2,x,1\n"A,co2,x,1\n', "line 3", "A double quote is opened and not closed"),
    (b"device,quantity,time,value\nA,co2,x,1\nCaf\xe9,co2,x,1\n", "line 3", "UTF-8"),
    ("device,quantity,time,value\n".encode("utf-16"), "readings.csv", "UTF-16"),
    (b"PAR1 but not really", "readings.csv", "cannot be read as Parquet"),
    (b"device,quantity,time,value\n" + b"x" * (9 << 20), "line 2", "too long"),
]


def test_a_file_that_cannot_be_used_is_refused_whole(owner: Connection, tmp_path: Path) -> None:
    for content, named, cure in WHOLE_FILES:
        with pytest.raises(InputError) as raised:
            load(owner, _file(tmp_path, content))
        assert named in str(raised.value), content[:60]
        assert cure in str(raised.value)
    with pytest.raises(InputError, match=r"nothing\.csv.*No such file"):
        load(owner, tmp_path / "nothing.csv")
    assert readings(owner) == []


def test_a_channel_that_cannot_be_kept_is_refused(owner: Connection, tmp_path: Path) -> None:
    rows = [f"GATE,people_in,{channel},2026-01-05T10:00:00Z,12" for channel in ("a\0b", "x" * 121, "north side")]

    report = put(owner, tmp_path, *rows, header="device,quantity,channel,time,value")

    assert [(r.line, r.cause) for r in report.refused] == [(2, Cause.CHANNEL), (3, Cause.CHANNEL)]
    assert [row[2] for row in readings(owner)] == ["north side"]


def test_a_damaged_parquet_file_is_a_sentence(owner: Connection, tmp_path: Path) -> None:
    path = tmp_path / "r.parquet"
    columns = {"device": [EUI] * 2, "time": ["2026-01-05T10:00:00Z"] * 2, "co2": [800, 800]}
    pyarrow.parquet.write_table(pa.table(columns), path)
    whole = path.read_bytes()
    not_utf8 = pa.Array.from_buffers(
        pa.string(), 2, [None, pa.py_buffer(np.array([0, 2, 4], np.int32)), pa.py_buffer(b"\xff\xfeab")]
    )
    pyarrow.parquet.write_table(pa.table({**columns, "device": not_utf8}), path)
    not_text = path.read_bytes()
    for content in (whole[:6] + bytes(34) + whole[40:], whole[:-30], not_text):
        path.write_bytes(content)
        with pytest.raises(InputError, match=r"'r\.parquet' cannot be used\. It cannot be read"):
            load(owner, path)


PARQUET_COLUMNS = [
    ("time", pa.array([1767609600_000000], pa.timestamp("us")), "have no zone"),
    ("time", pa.array([1767609600]), "timestamp with a time zone"),
    ("device", pa.array([1.5]), "Make it text"),
    ("value", pa.array([[1.0]]), "Make it a number"),
]


def test_a_parquet_file_with_the_wrong_types_is_refused_whole(owner: Connection, tmp_path: Path) -> None:
    for column, array, cure in PARQUET_COLUMNS:
        good = {
            "device": pa.array([EUI]),
            "quantity": pa.array(["co2"]),
            "time": pa.array(["2026-01-05T10:00:00Z"]),
            "value": pa.array([800]),
        }
        pyarrow.parquet.write_table(pa.table({**good, column: array}), tmp_path / "r.parquet")
        with pytest.raises(InputError, match=cure):
            load(owner, tmp_path / "r.parquet")


STAMPS = [at("2026-01-05T10:00:00Z"), None, at("2026-01-05T12:00:00Z")]
PARQUET_SHAPES = [
    {"time": pa.array(STAMPS, pa.timestamp("ns", tz="Europe/London"))},
    {"time": pa.array(STAMPS, pa.timestamp("s", tz="UTC")), "value": pa.array([800, 1, 900], pa.int32())},
    {"device": pa.array([EUI] * 3).dictionary_encode(), "quantity": pa.array(["co2"] * 3, pa.large_string())},
    {"value": pa.array(["800", "1", "900"], pa.string_view())},
]


def test_every_kind_of_parquet_column(owner: Connection, tmp_path: Path) -> None:
    for columns in PARQUET_SHAPES:
        usual = {
            "device": pa.array([EUI] * 3),
            "quantity": pa.array(["co2"] * 3),
            "time": pa.array(STAMPS, pa.timestamp("us", tz="UTC")),
            "value": pa.array([800.0, 1.0, 900.0]),
        }
        forget(owner)
        pyarrow.parquet.write_table(pa.table({**usual, **columns}), tmp_path / "r.parquet")

        report = load(owner, tmp_path / "r.parquet")

        assert [row[3:] for row in readings(owner)] == [(STAMPS[0], 800.0), (STAMPS[2], 900.0)]
        assert [(r.line, r.reason) for r in report.refused] == [(3, "The row has no time.")]


def test_the_same_file_again_stores_nothing_new(owner: Connection, tmp_path: Path) -> None:
    rows = [f"{EUI},co2,2026-01-05T{hour:02}:00:00Z,{800 + hour}" for hour in range(24)]
    assert put(owner, tmp_path, *rows).stored == 24
    before = readings(owner), readings(owner, "latest"), owner.execute("SELECT id FROM batch").fetchall()

    report = put(owner, tmp_path, *rows)

    assert (report.stored, report.duplicate, report.refused_count) == (0, 24, 0)
    assert (readings(owner), readings(owner, "latest"), owner.execute("SELECT id FROM batch").fetchall()) == before


def test_the_first_value_stays_and_the_rest_of_the_file_is_stored(owner: Connection, tmp_path: Path) -> None:
    put(owner, tmp_path, f"{EUI},co2,2026-01-05T10:00:00Z,800", f"{EUI},co2,2026-01-05T11:00:00Z,810")

    report = put(
        owner,
        tmp_path,
        f"{EUI},co2,2026-01-05T09:00:00Z,790",
        f"{EUI},co2,2026-01-05T11:00:00Z,999",
        f"{EUI},co2,2026-01-05T10:00:00Z,800",
        f"{EUI},co2,2026-01-05T12:00:00Z,820",
        f"{EUI},co2,2026-01-05T12:00:00Z,820",
        f"{EUI},co2,2026-01-05T12:00:00Z,821",
    )

    assert (report.stored, report.duplicate) == (2, 2)
    assert [(r.line, r.cause) for r in report.refused] == [(3, Cause.CONFLICT), (7, Cause.CONFLICT)]
    assert "is 999 here, but 810 stands" in report.refused[0].reason
    assert [row[4] for row in readings(owner)] == [790.0, 800.0, 810.0, 820.0]


def test_doubles_in_a_file_are_held_against_what_stands_in_the_store(owner: Connection, tmp_path: Path) -> None:
    put(owner, tmp_path, f"{EUI},co2,2026-01-05T10:00:00Z,800")

    report = put(owner, tmp_path, *(f"{EUI},co2,2026-01-05T10:00:00Z,{value}" for value in (999, 800, 999, 801)))

    assert (report.stored, report.duplicate) == (0, 1)
    assert [r.line for r in report.refused] == [2, 4, 5]
    assert all("800 stands" in refused.reason for refused in report.refused)


def test_an_interrupted_import_goes_on_by_being_run_again(
    owner: Connection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading_files, "CHUNK_VALUES", 10)
    rows = [f"{EUI},co2,2026-01-05T00:{minute:02}:00Z,800" for minute in range(35)]
    path = _file(tmp_path, "\n".join([LONG, *rows]))
    seen: list[tuple[int, int]] = []

    def pull_the_plug(done: int, total: int) -> None:
        seen.append((done, total))
        if done == 20:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        import_readings(owner, principal_named(owner, "system:command"), path, pull_the_plug)
    assert len(readings(owner)) == 20

    report = load(owner, path)

    assert seen == [(10, 35), (20, 35)]
    assert (report.stored, report.duplicate, report.refused_count) == (15, 20, 0)
    assert len(readings(owner)) == 35


def test_lines_hold_over_blocks_chunks_blank_and_broken_rows(
    owner: Connection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading_files, "CHUNK_VALUES", 7)
    monkeypatch.setattr(reading_files, "_BLOCK_BYTES", 512)
    rows, expected = [], []
    for line in range(2, 202):
        kind = line * 7919 % 5
        rows.append(
            [f"{EUI},co2,2026-01-05T00:00:{line % 60:02}.{line:06}Z,800", "", "broken,row", f"X{line},co2,x,1", ",,,"][
                kind
            ]
        )
        if kind in (2, 3):
            expected.append((line, Cause.WRONG_SHAPE if kind == 2 else Cause.CLOCK))

    report = load(owner, _file(tmp_path, ("\ufeff" + "\r\n".join([LONG, *rows])).encode()))

    assert [(r.line, r.cause) for r in report.refused] == expected
    assert report.stored == 40


def test_files_without_rows(owner: Connection, tmp_path: Path) -> None:
    for content in (LONG, f"{LONG}\n", f"{LONG}\n\n\n", f"{LONG}\nbroken\n"):
        report = load(owner, _file(tmp_path, content))
        assert report.stored == 0
        assert report.refused_count == ("broken" in content)
    pyarrow.parquet.write_table(
        pa.table(
            {"device": pa.array([], pa.string()), "time": pa.array([], pa.string()), "co2": pa.array([], pa.float64())}
        ),
        tmp_path / "r.parquet",
    )
    assert load(owner, tmp_path / "r.parquet") == ImportReport()


def test_thousands_of_refusals_are_counted_and_all_go_to_the_sink(owner: Connection, tmp_path: Path) -> None:
    rows = [f"D{n},co2,2026-01-05T00:00:00Z,800" for n in range(3000)]
    path = _file(tmp_path, "\n".join([LONG, *rows]))
    every: list[RefusedRow] = []

    report = load(owner, path)
    import_readings(owner, principal_named(owner, "system:command"), path, sink=every.append)

    assert len(report.refused) == REFUSED_IN_DETAIL
    assert report.refused_count == 3000
    assert report.refused_by_cause == {"unknown_device": 3000}
    assert [row.line for row in every] == list(range(2, 3002))


def test_a_reader_may_not(owner: Connection, tmp_path: Path) -> None:
    reader = Principal(id=1, name="reader", kind=PrincipalKind.SERVICE, roles=frozenset({Role.READER}))
    with pytest.raises(NotAllowed):
        import_readings(owner, reader, _file(tmp_path, LONG))


def test_a_distance_means_a_fill_level_by_the_depth_of_its_time(owner: Connection, tmp_path: Path) -> None:
    report = put(
        owner,
        tmp_path,
        "BIN1,distance,2026-01-05T00:00:00Z,300",
        "BIN1,distance,2026-02-05T00:00:00Z,300",
        "BIN1,distance,2026-02-06T00:00:00Z,1100",
        "GATE,distance,2026-02-06T00:00:00Z,1100",
    )

    assert (report.stored, report.derived, report.refused_count) == (6, 3, 1)
    assert [(r.line, r.cause) for r in report.refused] == [(4, Cause.RANGE)]
    assert "fill level of -10.0 %" in report.refused[0].reason
    assert "3 fill levels were worked out from distances." in report.notes
    levels = [row[3:] for row in readings(owner) if row[1] == "fill_level"]
    assert levels == [(at("2026-01-05T00:00:00Z"), 75.0), (at("2026-02-05T00:00:00Z"), 70.0)]
    assert len([row for row in readings(owner) if row[1] == "distance"]) == 4

    again = load(owner, tmp_path / "readings.csv")

    assert (again.stored, again.duplicate, again.refused_count) == (0, 6, 1)


@pytest.mark.parametrize("header", [LONG, "device,time,distance,fill_level"])
def test_a_fill_level_of_the_file_itself_wins(owner: Connection, tmp_path: Path, header: str) -> None:
    rows = {
        LONG: ["BIN1,distance,2026-01-05T00:00:00Z,300", "BIN1,fill_level,2026-01-05T00:00:00Z,50"],
        "device,time,distance,fill_level": ["BIN1,2026-01-05T00:00:00Z,300,50"],
    }

    report = put(owner, tmp_path, *rows[header], header=header)

    assert (report.stored, report.derived, report.refused_count) == (2, 0, 0)
    assert [row[4] for row in readings(owner) if row[1] == "fill_level"] == [50.0]


DAY = datetime(2026, 2, 27, tzinfo=UTC)
ONE = st.tuples(
    st.sampled_from(
        [(EUI, "air_temperature", ""), (EUI, "co2", ""), ("GATE", "people_in", "1"), ("BIN1", "distance", "")]
    ),
    st.integers(0, 40),
)


def _value(quantity: str, step: int) -> float:
    """One value an instant, so that no order of rows makes a conflict."""
    return {"air_temperature": 15.0, "co2": 400.0, "people_in": 0.0, "distance": 100.0}[quantity] + step * 7 % 11


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data(), rows=st.lists(ONE, min_size=1, max_size=40, unique=True))
def test_any_parts_any_order_any_repetition_end_as_one_clean_import(
    owner: Connection, tmp_path: Path, data: st.DataObject, rows: list[tuple[tuple[str, str, str], int]]
) -> None:
    lines = [
        f"{device},{quantity},{channel},{format_time(DAY + timedelta(hours=step))},{_value(quantity, step)}"
        for (device, quantity, channel), step in rows
    ]
    header = "device,quantity,channel,time,value"
    forget(owner)
    clean = put(owner, tmp_path, *sorted(lines), header=header)
    expected = (
        readings(owner),
        readings(owner, "latest"),
        owner.execute("SELECT * FROM device_heard ORDER BY 1").fetchall(),
    )
    assert (clean.duplicate, clean.refused_count) == (0, 0)
    assert clean.stored == len(lines) + clean.derived

    forget(owner)
    repeated = data.draw(st.lists(st.sampled_from(lines), max_size=20))
    order = data.draw(st.permutations(lines + repeated))
    cuts = sorted(data.draw(st.lists(st.integers(0, len(order)), max_size=3)))
    parts = [order[start:end] for start, end in zip([0, *cuts], [*cuts, len(order)], strict=True)]
    stored = sum(put(owner, tmp_path, *part, header=header).stored for part in parts)

    assert stored == clean.stored
    assert (
        readings(owner),
        readings(owner, "latest"),
        owner.execute("SELECT * FROM device_heard ORDER BY 1").fetchall(),
    ) == expected


CELLS = st.none() | st.sampled_from([400.0, 18.5, 1.0, 61.0, 12000.0])


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    rows=st.lists(
        st.tuples(
            st.sampled_from([EUI, "BIN1", "NOBODY"]),
            st.integers(-60 * 24, 40),
            st.tuples(CELLS, CELLS, CELLS),
        ),
        max_size=25,
        unique_by=lambda row: row[:2],
    )
)
def test_long_wide_and_parquet_say_the_same(
    owner: Connection, tmp_path: Path, rows: list[tuple[str, int, tuple[float | None, ...]]]
) -> None:
    quantities = ("co2", "relative_humidity", "distance")
    table = pa.table(
        {
            "device": pa.array([device for device, _, _ in rows], pa.string()),
            "time": pa.array([DAY + timedelta(hours=step) for _, step, _ in rows], pa.timestamp("us", tz="UTC")),
            **{name: pa.array([cells[i] for _, _, cells in rows], pa.float64()) for i, name in enumerate(quantities)},
        }
    )
    long = [
        (device, name, DAY + timedelta(hours=step), cell)
        for device, step, cells in rows
        for name, cell in zip(quantities, cells, strict=True)
        if cell is not None
    ]
    pyarrow.parquet.write_table(table, tmp_path / "wide.parquet")
    names = ["device", "quantity", "time", "value"]
    types = [pa.string(), pa.string(), pa.timestamp("us", tz="UTC"), pa.float64()]
    columns = [pa.array([row[i] for row in long], types[i]) for i in range(4)]
    pyarrow.parquet.write_table(pa.table(dict(zip(names, columns, strict=True))), tmp_path / "long.parquet")
    wide_rows = [
        ",".join([device, format_time(DAY + timedelta(hours=step)), *("" if c is None else str(c) for c in cells)])
        for device, step, cells in rows
    ]
    (tmp_path / "wide.csv").write_text("\n".join([",".join(["device", "time", *quantities]), *wide_rows]))
    (tmp_path / "long.csv").write_text("\n".join([LONG, *(f"{d},{q},{format_time(t)},{v}" for d, q, t, v in long)]))

    results = []
    for name in ("wide.parquet", "long.parquet", "wide.csv", "long.csv"):
        forget(owner)
        report = load(owner, tmp_path / name)
        counts = (report.stored, report.duplicate, report.derived, report.refused_by_cause)
        results.append((counts, readings(owner), readings(owner, "latest")))
        assert len(long) + report.derived == report.stored + report.duplicate + report.refused_count
    assert results[1:] == results[:1] * 3


def test_memory_stays_bounded(owner: Connection, tmp_path: Path) -> None:
    """300,000 rows, then twice as many: what is held at once is a few chunks, never the file."""
    growth = []
    for rows in (300_000, 600_000):
        seconds = np.datetime64("2026-01-02T00:00:00") + np.arange(rows) * np.timedelta64(5, "s")
        stamps = pa.array(np.char.add(np.datetime_as_string(seconds), "Z"))
        table = pa.table({"device": [EUI] * rows, "time": stamps, "co2": np.full(rows, 800)})
        pyarrow.csv.write_csv(table, tmp_path / "history.csv")
        del table, stamps, seconds
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        report = load(owner, tmp_path / "history.csv")
        assert (report.stored + report.duplicate, report.refused_count) == (rows, 0)
        growth.append((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024)
    assert growth[0] < 250  # MiB
    assert growth[1] < 100


# people are not counted in homes


def test_people_in_a_home_are_refused_and_the_rest_of_the_row_stored(owner: Connection, tmp_path: Path) -> None:
    rows = [
        f"{EUI},2026-01-05T10:00:00Z,19.5,2,1",
        f"{EUI},2026-03-05T10:00:00Z,20.5,,3",
        "GATE,2026-01-05T10:00:00Z,,4,5",
        "BIN1,2025-01-05T10:00:00Z,,6,",
    ]
    report = put(owner, tmp_path, *rows, header="device,time,air_temperature,people_in,occupancy")
    assert (report.stored, report.refused_by_cause) == (5, {"no_deployment": 1, "not_in_homes": 2})
    assert report.refused[0] == RefusedRow(
        line=2,
        cause=Cause.NOT_IN_HOMES,
        reason=f"People are not counted in homes: occupancy of {EUI} is not kept.",
    )
    assert {quantity for device, quantity, *_ in readings(owner) if device == EUI} == {"air_temperature", "people_in"}


@pytest.mark.parametrize(("parent", "stored"), [("H1", 0), ("B1", 1)], ids=["of a home", "of a public building"])
def test_a_room_is_what_it_is_a_room_of(owner: Connection, tmp_path: Path, parent: str, stored: int) -> None:
    principal = principal_named(owner, "system:command")
    before = registry_version(owner)
    (tmp_path / "more.csv").write_text(f"id,kind,name,parent\nB1,building,Library,\n{parent}/hall,room,Hall,{parent}\n")
    assert import_places(owner, principal, tmp_path / "more.csv").refused == ()
    assert registry_version(owner) > before  # a running ingest reads the kinds again
    (tmp_path / "more.csv").write_text(f"id,profile,place,from\nEYE,any,{parent}/hall,2026-01-01T00:00:00Z\n")
    assert import_devices(owner, principal, tmp_path / "more.csv").refused == ()
    assert put(owner, tmp_path, "EYE,occupancy,2026-01-05T10:00:00Z,2").stored == stored
