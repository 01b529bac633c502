"""Whole series as files: the same values in every form, told in the audit, ended when nobody reads."""

import csv
import io
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import httpx
import orjson
import psycopg
import pyarrow as pa
import pyarrow.parquet
import pytest
import shapely
from typer.testing import CliRunner

from hereabouts_deploy.main import app
from hereabouts_platform.exports.wire import rows_of
from hereabouts_platform.store.connection import DatabaseRole, connect
from hereabouts_platform.store.exports import Grain, spans_of
from hereabouts_platform.store.readings import Interval
from hereabouts_schemas.access import Role

DEADLINE_S = 30.0
BEGIN = datetime(2026, 1, 30, tzinfo=UTC)
Rows = set[tuple[datetime, float, int]]


@pytest.fixture(scope="module")
def stored(town, home) -> Rows:
    """A bin's and a street's readings over two months, beside the home's; what stands in the store."""
    town.place("bin-1", "bin_site", lon=-1.5, lat=53.7)
    town.place("yard", "depot", lon=-1.4, lat=53.6, polygon=orjson.dumps(
        {"type": "Polygon", "coordinates": [[[0, 0], [1, 0], [1, 1], [0, 0]]]}).decode())  # fmt: skip
    town.connection.execute("INSERT INTO place_area VALUES ('bin-1', 'E05001234', '2023')")
    for number, quantity in enumerate(("fill_level", "distance")):
        town.device(f"bin-{number}", profile="bin", interval_s=3600)
        stream = town.stream(town.deploy(f"bin-{number}", "bin-1", BEGIN), quantity, "%", channel=str(number))
        town.readings(stream, [(BEGIN + timedelta(hours=index), index / 7) for index in range(24 * 5)])
    # one that lies before its deployment, as a device's own clock may have it
    town.readings(stream, [(BEGIN - timedelta(days=400, microseconds=1), 5.0)])
    town.connection.execute(
        "CREATE TABLE reading_hour_files PARTITION OF reading_hour FOR VALUES FROM ('2026-01-01Z') TO ('2026-04-01Z')"
    )
    town.connection.execute(
        "INSERT INTO reading_hour VALUES"
        " (%s, %s, 4, 1.5, NULL, 1, 2, 1, 2, 6, 6), (%s, %s, 4, 1.5, 1.25, 1, 2, 1, 2, NULL, 6)",
        (stream, BEGIN, stream, BEGIN + timedelta(hours=1)),
    )
    return set(town.connection.execute("SELECT time, value, datastream_id FROM reading").fetchall())


def table_of(content: bytes, form: str) -> list[dict]:
    if form == "parquet":
        return pyarrow.parquet.read_table(io.BytesIO(content)).to_pylist()
    if form == "arrow":
        return pa.ipc.open_stream(content).read_all().to_pylist()
    rows = list(csv.DictReader(io.StringIO(content.decode())))
    read = {"time": datetime.fromisoformat, "value": float, "datastream": int}
    return [{name: read.get(name, str)(text) for name, text in row.items()} for row in rows]


def download(client: httpx.Client, path: str, **asked: str) -> httpx.Response:
    answer = client.get(path, params=asked)
    assert answer.status_code == 200, answer.text
    return answer


@pytest.mark.parametrize("form", ["csv", "parquet", "arrow"])
def test_everything_is_in_the_file_once(admin: httpx.Client, stored: Rows, form: str) -> None:
    answer = download(admin, "/v1/readings", f=form)
    found = table_of(answer.content, form)
    assert len(found) == len(stored)
    assert {(row["time"], row["value"], row["datastream"]) for row in found} == stored
    assert {(row["place"], row["quantity"], row["channel"], row["unit"], row["device"]) for row in found} == {
        ("home-7/bedroom", "air_temperature", "", "Cel", "0004A30B001C0530"),
        ("home-7/bedroom", "relative_humidity", "", "%", "0004A30B001C0530"),
        ("bin-1", "fill_level", "0", "%", "bin-0"), ("bin-1", "distance", "1", "%", "bin-1"),
    }  # fmt: skip
    assert answer.headers["content-disposition"] == f'attachment; filename="readings.{form}"'


def test_files_say_what_they_are(admin: httpx.Client, stored: Rows) -> None:
    interval = "2026-01-31T00:00:00Z/2026-02-02T00:00:00Z"
    content = download(admin, "/v1/readings", f="parquet", quantity="fill_level", datetime=interval).content
    schema = pyarrow.parquet.read_schema(io.BytesIO(content))
    said = {name.decode(): text.decode() for name, text in schema.metadata.items()}
    assert (said["from"], said["to"], said["time_zone"]) == ("2026-01-31T00:00:00Z", "2026-02-02T00:00:00Z", "UTC")
    assert orjson.loads(said["units"]) == {"fill_level": "%"}
    assert {"attribution", "licence", "created_at", "query"} <= set(said)
    assert str(schema.field("time").type) == "timestamp[us, tz=UTC]"
    assert len(table_of(content, "parquet")) == 48
    homes = download(admin, "/v1/places/home-7/readings", f="arrow").content
    assert pa.ipc.open_stream(homes).schema.metadata[b"licence"].startswith(b"Personal data")


def test_a_part_of_it(admin: httpx.Client, stored: Rows, home) -> None:
    ward = table_of(download(admin, "/v1/readings", f="csv", area="E05001234").content, "csv")
    assert len(ward) == len(stored)
    damp = table_of(download(admin, "/v1/places/home-7/readings", f="csv", quantity="relative_humidity").content, "csv")
    assert {row["datastream"] for row in damp} == {home.humidity}
    one = table_of(download(admin, "/v1/readings", f="csv", datastream=str(home.temperature)).content, "csv")
    assert {row["datastream"] for row in one} == {home.temperature}


def test_hours(admin: httpx.Client, stored: Rows) -> None:
    rows = pyarrow.parquet.read_table(
        io.BytesIO(download(admin, "/v1/readings", f="parquet", bucket="PT1H").content)
    ).to_pylist()
    assert [(row["hour"], row["count"], row["time_mean"], row["total"]) for row in rows] == [
        (BEGIN, 4, None, 6.0), (BEGIN + timedelta(hours=1), 4, 1.25, None),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ({"f": "csv", "limit": "5"}, "limit"), ({"f": "csv", "cursor": "x"}, "cursor"),
        ({"f": "csv", "bucket": "P1D"}, "bucket"), ({"f": "xlsx"}, "f"), ({}, "datastream"),
        ({"datastream": "1", "area": "E05001234"}, "datastream"), ({"f": "csv", "quantity": "x"}, "quantity"),
    ],
)  # fmt: skip
def test_what_a_file_does_not_have_is_refused(admin: httpx.Client, stored: Rows, asked: dict, field: str) -> None:
    answer = admin.get("/v1/readings", params=asked)
    assert answer.status_code == 400
    assert [error["field"] for error in answer.json()["errors"]] == [field]


def test_nothing_there_is_not_found(admin: httpx.Client, stored: Rows) -> None:
    for asked in ({"area": "nowhere"}, {"quantity": "ozone"}):
        assert admin.get("/v1/readings", params={"f": "csv", **asked}).status_code == 404


def test_exports_of_homes_are_audited_with_the_query(
    admin: httpx.Client, nobody: httpx.Client, town, stored: Rows, make_key: Callable[..., str]
) -> None:
    before = len(town.audit())
    download(admin, "/v1/readings", f="csv", quantity="fill_level")
    download(admin, "/v1/readings", f="csv", quantity="relative_humidity")
    assert [row[1:] for row in town.audit()[before:]] == [
        ("read", "readings",
         {"what": "export", "query": {"f": "csv", "quantity": "relative_humidity"}, "homes": ["home-7"]}),
    ]  # fmt: skip
    headers = {"Authorization": f"Bearer {make_key('analyst', Role.ANALYST)}"}
    assert nobody.get("/v1/readings?f=csv", headers=headers).status_code == 403


def exports_running(town) -> int:
    return town.connection.execute(
        "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'hereabouts export'"
    ).fetchone()[0]


def test_a_download_that_nobody_reads_any_more_ends_the_query(admin: httpx.Client, town, stored: Rows) -> None:
    town.place("busy", "street")
    town.device("busy", interval_s=1)
    stream = town.stream(town.deploy("busy", "busy", datetime(2024, 1, 1, tzinfo=UTC)), "wind_speed", "m/s")
    for month in range(1, 5):
        town.connection.execute("SELECT make_partition('reading', make_timestamptz(2024, %s, 1, 0, 0, 0))", (month,))
    town.connection.execute(
        "INSERT INTO reading SELECT %s, 1, '2024-01-01Z'::timestamptz + n * interval '30 s', n"
        " FROM generate_series(0, 300000) n",
        (stream,),
    )
    for _ in range(5):  # one more than may be under way at once
        with admin.stream("GET", "/v1/readings", params={"f": "csv", "quantity": "wind_speed"}) as answer:
            assert answer.status_code == 200
            next(answer.iter_raw())
        deadline = time.monotonic() + DEADLINE_S
        while exports_running(town):
            assert time.monotonic() < deadline, "the query went on"
            time.sleep(0.02)
    town.connection.execute("DELETE FROM reading WHERE datastream_id = %s", (stream,))


def test_spans_cover_the_time_asked_for_without_a_gap() -> None:
    streams = [{"id": n, "interval_s": 60, "from": BEGIN} for n in range(1000)]
    now = BEGIN + timedelta(days=100)
    spans = spans_of(streams, Interval(), Grain.READINGS, now)
    assert (spans[0][0], spans[-1][1]) == ("-infinity", "infinity")
    assert all(one[1] == two[0] for one, two in pairwise(spans))
    assert len(spans) == 300  # 8 hours hold 480,000 rows
    closed = Interval(from_at=BEGIN, to_at=BEGIN + timedelta(minutes=5))
    assert spans_of(streams, closed, Grain.READINGS, now) == [(BEGIN, BEGIN + timedelta(minutes=5))]


def test_rows_without_anything_in_them_are_none() -> None:
    assert list(rows_of([b"PGCOPY\n\xff\r\n\0" + bytes(8), b"\xff\xff"], [">i8"])) == []


def run(database_url: str, *words: str) -> object:
    return CliRunner().invoke(app, ["export", *words], env={"HEREABOUTS_DATABASE_URL": database_url})


def test_the_command_writes_the_same_files(database_url: str, town, stored: Rows, tmp_path: Path) -> None:
    out = tmp_path / "all.parquet"
    assert run(database_url, "readings", "--out", str(out)).exit_code == 0
    assert {(row["time"], row["value"], row["datastream"]) for row in table_of(out.read_bytes(), "parquet")} == stored
    assert out.stat().st_mode & 0o777 == 0o600
    hours = tmp_path / "hours.csv"
    done = run(database_url, "rollups", "--out", str(hours), "--from", "2026-01-30", "--to", "2026-01-30T01:00:00Z")
    assert done.exit_code == 0, done.output
    assert len(hours.read_text().splitlines()) == 2
    before = out.read_bytes()
    again = run(database_url, "readings", "--out", str(out))
    assert (again.exit_code, out.read_bytes()) == (1, before)
    assert town.audit()[-1][1] == "read"


@pytest.mark.parametrize(
    "words",
    [
        ("readings", "--out", "x.txt"), ("readings", "--out", "x.geojson"), ("places", "--out", "x.csv"),
        ("readings", "--out", "x.csv", "--from", "yesterday"), ("readings", "--out", "x.csv", "--area", "nowhere"),
        ("readings", "--out", "x.csv", "--quantity", "luck"), ("readings", "--out", "nowhere/x.csv"),
        ("readings", "--out", "x.csv", "--from", "2026-01-02", "--to", "2026-01-02"),
    ],
)  # fmt: skip
def test_the_command_refuses_in_a_sentence(
    database_url: str, stored: Rows, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...]
) -> None:
    monkeypatch.chdir(tmp_path)
    done = run(database_url, *words)
    assert done.exit_code == 1
    assert list(tmp_path.iterdir()) == []


def test_places_as_geojson_and_geoparquet(database_url: str, town, stored: Rows, tmp_path: Path) -> None:
    text, table = tmp_path / "places.geojson", tmp_path / "places.parquet"
    for out in (text, table):
        done = run(database_url, "places", "--out", str(out))
        assert done.exit_code == 0, done.output
    features = {feature["id"]: feature for feature in orjson.loads(text.read_bytes())["features"]}
    expected = {row[0] for row in town.connection.execute("SELECT id FROM place")}
    assert set(features) == expected
    assert features["home-7"]["geometry"] == {"type": "Point", "coordinates": [-1.55, 53.8]}
    assert features["home-7"]["properties"]["attributes"] == {"age": 1930}
    assert features["yard"]["geometry"]["type"] == "Polygon"
    assert features["home-7/bedroom"]["geometry"] is None
    read = pyarrow.parquet.read_table(table)
    geo = orjson.loads(read.schema.metadata[b"geo"])
    assert (geo["version"], geo["primary_column"], geo["columns"]["geometry"]["encoding"]) == (
        "1.1.0",
        "geometry",
        "WKB",
    )
    shapes = dict(zip(read["id"].to_pylist(), shapely.from_wkb(read["geometry"].to_pylist()), strict=True))
    assert set(shapes) == expected
    assert shapes["home-7"] == shapely.Point(-1.55, 53.8)
    assert shapes["yard"].area == 0.5
    assert shapes["home-7/bedroom"] is None
    assert "export" in [row[3].get("what") for row in town.audit()]


def test_the_api_role_alone_can_export(database_url: str, stored: Rows) -> None:
    with connect(database_url, DatabaseRole.JOBS) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute("SELECT readings_by_stream('{1}', '-infinity', 'infinity')")
    with connect(database_url, DatabaseRole.API) as connection:  # nobody is named, nothing is shown
        found = connection.execute("SELECT * FROM readings_by_stream('{1,2,3}', '-infinity', 'infinity')").fetchall()
        assert found == []
