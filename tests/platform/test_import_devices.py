"""devices.csv: rooms found or made, moves, endings, overlaps, each refusal with its line."""

import json
import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hereabouts_platform.imports.devices import import_devices
from hereabouts_platform.imports.moves import Wish, settle
from hereabouts_platform.imports.places import import_places
from hereabouts_platform.imports.report import Cause, ImportReport
from hereabouts_platform.store.access import principal_named
from hereabouts_platform.store.connection import Connection, DatabaseRole, connect
from hereabouts_platform.store.engine import Engine, make_room
from hereabouts_platform.store.registry import load_registry, registry_version, sync_profiles
from hereabouts_schemas.device import Deployment
from hereabouts_schemas.errors import InputError
from hereabouts_schemas.profile import FieldSpec, Profile

HEADER = "id,profile,place,from,to,mount"
EUI = "00-04-a3-0b-00-1c-05-30"
NORMAL = "0004A30B001C0530"
PLACES = """id,kind,name,parent
H1,home,One,
H2,home,Two,
H1/Bedroom,room,Bedroom,H1
H2/kitchen,office,Not a room,
W1,bin_site,Corner,
B1,building,Mill House,
"""


def profile(name: str) -> Profile:
    fields = (FieldSpec(path="t", quantity="air_temperature", unit="Cel"),)
    return Profile(id=name, title=name, maker="Maker", version="1", interval_s=600, has_decoder=False, fields=fields)


@pytest.fixture
def owner(database_url: str, tmp_path: Path) -> Iterator[Connection]:
    with connect(database_url, DatabaseRole.OWNER) as connection:
        sync_profiles(connection, [profile("elsys"), profile("dragino-ldds75"), profile("generic-indoor")])
        (tmp_path / "places.csv").write_text(PLACES)
        import_places(connection, principal_named(connection, "system:command"), tmp_path / "places.csv")
        yield connection


def put(owner: Connection, folder: Path, *rows: str, header: str = HEADER) -> ImportReport:
    path = folder / "devices.csv"
    path.write_text("\n".join([header, *rows]) + "\n")
    return import_devices(owner, principal_named(owner, "system:command"), path)


def row(device: str, place: str, from_: str, to: str = "", profile: str = "elsys", **mount: object) -> str:
    text = json.dumps(mount).replace('"', '""') if mount else ""
    return f'{device},{profile},{place},{from_},{to},"{text}"'


def deployments(owner: Connection) -> list[tuple[object, ...]]:
    return owner.execute(
        "SELECT device_id, place_id, from_at, to_at, mount FROM deployment ORDER BY device_id, from_at"
    ).fetchall()


def test_a_device_in_a_room_of_a_home(owner: Connection, tmp_path: Path) -> None:
    report = put(owner, tmp_path, row(EUI, "H2", "2026-01-05T09:30:00+00:00", room="  Living   room ", f_rsi=0.8))

    assert (report.stored, report.refused_count, report.notes) == (1, 0, ())
    assert deployments(owner) == [
        (NORMAL, "H2/Living room", datetime(2026, 1, 5, 9, 30, tzinfo=UTC), None, {"room": "Living room", "f_rsi": 0.8})
    ]
    made = owner.execute("SELECT kind, name, parent_id, lon FROM place WHERE id = 'H2/Living room'").fetchone()
    assert made == ("room", "Living room", "H2", None)
    registry = load_registry(owner)
    assert registry.devices[NORMAL].deployments[0].place_id == "H2/Living room"


def test_a_room_is_found_in_any_case_and_made_once(owner: Connection, tmp_path: Path) -> None:
    put(
        owner,
        tmp_path,
        row("A1", "H1", "2026-01-05", room="bedroom"),
        row("A2", "H1", "2026-01-05", room="Bathroom"),
        row("A3", "H1", "2026-01-05", room="BATHROOM"),
        row("A4", "H1/Bedroom", "2026-01-05", room="elsewhere"),
        row("A5", "H1", "2026-01-05"),
        row("A6", "B1", "2026-01-05", room="Hall"),
    )

    assert [place for _, place, *_ in deployments(owner)] == [
        "H1/Bedroom",
        "H1/Bathroom",
        "H1/Bathroom",
        "H1/Bedroom",
        "H1",
        "B1",
    ]
    assert owner.execute("SELECT count(*) FROM place WHERE kind = 'room'").fetchone() == (2,)


def test_a_date_is_midnight_in_london_and_the_report_says_so(owner: Connection, tmp_path: Path) -> None:
    report = put(owner, tmp_path, row("A1", "W1", "2026-07-01", "2026-12-01", bin_depth_mm=1200, direction="north"))

    assert deployments(owner)[0][2:] == (
        datetime(2026, 6, 30, 23, tzinfo=UTC),
        datetime(2026, 12, 1, tzinfo=UTC),
        {"bin_depth_mm": 1200, "direction": "north"},
    )
    assert "midnight" in report.notes[0]
    assert "Europe/London" in report.notes[0]


REFUSALS = [
    (row("", "H1", "2026-01-05"), Cause.WRONG_SHAPE, "id is empty"),
    (row("A1", "", "2026-01-05"), Cause.WRONG_SHAPE, "place is empty"),
    (row("A1", "H1", ""), Cause.WRONG_SHAPE, "from is empty"),
    (row("A1", "H1", "2026-01-05", profile="elsis"), Cause.UNKNOWN_PROFILE, "Did you mean elsys"),
    (row("A1", "H1", "2026-01-05", profile="zz"), Cause.UNKNOWN_PROFILE, "hereabouts profiles"),
    (row("A1", "H9", "2026-01-05"), Cause.UNKNOWN_PLACE, "import places"),
    (row("A1", "H2", "2026-01-05", room="kitchen"), Cause.UNKNOWN_PLACE, "no room of H2"),
    (row("A1", "H1", "2026-01-05T10:00:00"), Cause.CLOCK, "with its zone"),
    (row("A1", "H1", "05/01/2026"), Cause.CLOCK, "no time"),
    (row("A1", "H1", "0026-01-05"), Cause.CLOCK, "before 1970"),
    (row("A1", "H1", "0001-01-01T00:00:00+10:00"), Cause.CLOCK, "no time"),
    (row("A1", "H1", "2026-01-05", "2026-01-05"), Cause.CLOCK, "later than"),
    (row("A1", "H1", "2026-01-05", room="a/b"), Cause.WRONG_SHAPE, "slash"),
    (row("A1", "H1", "2026-01-05", room=" "), Cause.WRONG_SHAPE, "room's name"),
    (row("A1", "H1", "2026-01-05", room="x" * 121), Cause.WRONG_SHAPE, "room's name"),
    (row("A\u200b1", "H1", "2026-01-05"), Cause.WRONG_SHAPE, "visible"),
    (row("A1", "H1", "2026-01-05", room=7), Cause.WRONG_SHAPE, "room's name"),
    (row("A1", "W1", "2026-01-05", bin_depth_mm=0), Cause.RANGE, "bin_depth_mm"),
    (row("A1", "W1", "2026-01-05", bin_depth_mm="1200"), Cause.RANGE, "bin_depth_mm"),
    (row("A1", "W1", "2026-01-05", bin_depth_mm=1200, bin_full_mm=1200), Cause.RANGE, "bin_full_mm"),
    (row("A1", "W1", "2026-01-05", bin_full_mm=100), Cause.RANGE, "bin_full_mm"),
    (row("A1", "W1", "2026-01-05", bin_depth_mm=1200, bin_full_mm=False), Cause.RANGE, "bin_full_mm"),
    (row("A1", "W1", "2026-01-05", bin_depth_mm=True), Cause.RANGE, "bin_depth_mm"),
    (row("A1", "H1", "2026-01-05", f_rsi=1.01), Cause.RANGE, "f_rsi"),
    (row("A1", "H1", "2026-01-05", f_rsi=-0.1), Cause.RANGE, "f_rsi"),
    ("A1,elsys,H1,2026-01-05,,bedroom", Cause.WRONG_SHAPE, "no JSON"),
    ("A1,elsys,H1,2026-01-05", Cause.WRONG_SHAPE, "4 cells"),
]


def test_a_wrong_row_is_refused_with_its_line_and_the_others_are_stored(owner: Connection, tmp_path: Path) -> None:
    report = put(owner, tmp_path, row("OK", "H1", "2026-01-05", f_rsi=0), *(text for text, _, _ in REFUSALS))

    told = [(refused.line, refused.cause) for refused in report.refused]
    assert told == [(line, cause) for line, (_, cause, _) in enumerate(REFUSALS, start=3)]
    for refused, (text, _, words) in zip(report.refused, REFUSALS, strict=True):
        assert words in refused.reason, text
    assert (report.stored, report.refused_count) == (1, len(REFUSALS))
    assert [device for device, *_ in deployments(owner)] == ["OK"]
    assert owner.execute("SELECT count(*) FROM place WHERE kind = 'room'").fetchone() == (1,)


def test_the_same_file_again_changes_nothing_and_wakes_nobody(owner: Connection, tmp_path: Path) -> None:
    rows = [row(EUI, "H1", "2026-01-05", "2026-02-01", room="Loft", bin_depth_mm=1.50), row(EUI, "H2", "2026-02-01")]
    assert put(owner, tmp_path, *rows).stored == 2
    before = deployments(owner), registry_version(owner)

    report = put(owner, tmp_path, *rows, rows[0])

    assert (report.stored, report.duplicate, report.refused_count) == (0, 3, 0)
    assert (deployments(owner), registry_version(owner)) == before


def test_every_change_moves_the_registry(owner: Connection, tmp_path: Path) -> None:
    versions = [registry_version(owner)]
    for rows in ([row("A1", "H1", "2026-01-05")], [row("A1", "H1", "2026-01-05", "2026-02-01")]):
        put(owner, tmp_path, *rows)
        versions.append(registry_version(owner))
    put(owner, tmp_path, row("A1", "H1", "2026-01-05", "2026-02-01", profile="generic-indoor"))
    versions.append(registry_version(owner))

    assert versions == sorted(set(versions))


def test_a_move_in_any_order_of_rows(owner: Connection, tmp_path: Path) -> None:
    put(owner, tmp_path, row("A1", "H1", "2026-01-05"))

    report = put(owner, tmp_path, row("A1", "H2", "2026-03-01"), row("A1", "H1", "2026-01-05", "2026-03-01"))

    assert (report.stored, report.updated, report.refused_count) == (2, 1, 0)
    assert [(place, to) for _, place, _, to, _ in deployments(owner)] == [
        ("H1", datetime(2026, 3, 1, tzinfo=UTC)),
        ("H2", None),
    ]


def test_overlaps_are_refused_and_name_the_other_deployment(owner: Connection, tmp_path: Path) -> None:
    put(owner, tmp_path, row("A1", "H1", "2026-01-05"))

    report = put(
        owner,
        tmp_path,
        row("A1", "H2", "2026-03-01"),
        row("A1", "W1", "2026-01-05"),
        row("B1", "H1", "2026-01-05", "2026-02-01"),
        row("B1", "H2", "2026-01-31T12:00:00Z"),
        row("B1", "W1", "2026-01-05", "2026-02-01"),
        row("B1", "W1", "2025-12-01", "2026-02-01"),
    )

    # of rows that overlap each other, the earlier start stays
    assert [(r.line, r.cause) for r in report.refused] == [(line, Cause.OVERLAP) for line in (2, 3, 4, 5, 6)]
    sentences = {refused.line: refused.reason for refused in report.refused}
    assert "A1 stands at H1 from 5 January 2026, 00:00, and that has no end" in sentences[2]
    assert "A1 stands at H1" in sentences[3]
    assert "B1 stands at W1 from 1 December 2025, 00:00, and that ends on 1 February 2026, 00:00" in sentences[4]
    assert "line 4" in sentences[6]
    assert [(device, place) for device, place, *_ in deployments(owner)] == [("A1", "H1"), ("B1", "W1")]


def test_end_mount_and_room_of_a_deployment_change(owner: Connection, tmp_path: Path) -> None:
    put(owner, tmp_path, row("A1", "H1", "2026-01-05", room="Loft"))

    report = put(owner, tmp_path, row("A1", "H1", "2026-01-05", "2026-05-01", room="Bedroom", f_rsi=0.7))

    assert (report.stored, report.updated) == (1, 1)
    assert deployments(owner) == [
        (
            "A1",
            "H1/Bedroom",
            datetime(2026, 1, 5, tzinfo=UTC),
            datetime(2026, 4, 30, 23, tzinfo=UTC),
            {"room": "Bedroom", "f_rsi": 0.7},
        )
    ]


def test_readings_after_an_end_stay_and_are_told(owner: Connection, tmp_path: Path) -> None:
    put(owner, tmp_path, row("A1", "H1", "2026-01-05"))
    times = [datetime(2026, 2, day, tzinfo=UTC) for day in (1, 2, 3)]
    make_room(owner, Engine.PLAIN, "reading", times)
    owner.execute(
        "INSERT INTO datastream (deployment_id, quantity, unit, kind) "
        "SELECT id, 'air_temperature', 'Cel', 'measurement' FROM deployment"
    )
    owner.execute("INSERT INTO reading SELECT d.id, 1, t, 20 FROM datastream d, unnest(%s::timestamptz[]) t", (times,))

    report = put(owner, tmp_path, row("A1", "H1", "2026-01-05", "2026-02-02T00:00:00Z"))

    assert "2 readings of A1 at H1 are later than the end now given (2 February 2026, 00:00)" in report.notes[-1]
    assert owner.execute("SELECT count(*) FROM reading").fetchone() == (3,)


def test_a_new_profile_is_taken_and_told(owner: Connection, tmp_path: Path) -> None:
    put(owner, tmp_path, row("A1", "H1", "2026-01-05", "2026-02-01"), row("A1", "H2", "2026-02-01"))

    report = put(
        owner,
        tmp_path,
        row("A1", "H1", "2026-01-05", "2026-02-01", profile="generic-indoor"),
        row("A1", "H2", "2026-02-01", profile="generic-indoor"),
    )

    assert (report.stored, report.updated, report.duplicate) == (1, 1, 1)
    assert "A1 is now generic-indoor, was elsys" in report.notes[-1]
    assert owner.execute("SELECT profile_id FROM device").fetchall() == [("generic-indoor",)]


def test_a_device_has_one_profile(owner: Connection, tmp_path: Path) -> None:
    report = put(
        owner,
        tmp_path,
        row("A1", "H1", "2026-01-05", "2026-02-01"),
        row("A1", "H2", "2026-02-01", profile="generic-indoor"),
    )

    assert [(r.line, r.cause) for r in report.refused] == [(3, Cause.DOUBLE)]
    assert "line 2" in report.refused[0].reason


def test_an_unknown_column_refuses_the_file(owner: Connection, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"'room' cannot be used.*Known columns are id, profile, place"):
        put(owner, tmp_path, "A1,elsys,H1,2026-01-05,x", header="id,profile,place,from,room")


DAY = datetime(2026, 1, 1, tzinfo=UTC)
SPANS = st.tuples(st.integers(0, 12), st.none() | st.integers(1, 6), st.sampled_from(["H1", "H2"]))


def deployment(id_: int, span: tuple[int, int | None, str]) -> Deployment:
    start, days, place = span
    from_at = DAY + timedelta(days=start)
    to_at = None if days is None else from_at + timedelta(days=days)
    return Deployment(id=id_, device_id="A1", place_id=place, from_at=from_at, to_at=to_at)


@settings(max_examples=300, deadline=None)
@given(first=st.lists(SPANS, max_size=5), then=st.lists(SPANS, max_size=6), seed=st.integers(0, 2**16))
def test_deployments_never_overlap_whatever_the_order_of_the_rows(
    first: list[tuple[int, int | None, str]], then: list[tuple[int, int | None, str]], seed: int
) -> None:
    def wishes(spans: list[tuple[int, int | None, str]]) -> list[Wish]:
        once = {span[0]: span for span in spans}
        return [Wish(line=0, profile="p", deployment=deployment(0, span)) for span in once.values()]

    def after(stored: list[Deployment], asked: list[Wish]) -> list[Deployment]:
        moves = settle(stored, asked, lambda place: place)
        assert len(moves.added) + len(moves.changed) + len(moves.same) + len(moves.refused) == len(asked)
        changed = {change.before.id: change.after for change in moves.changed}
        new = [deployment(100 + i, _span(wish)) for i, wish in enumerate(moves.added)]
        return sorted([*(changed.get(d.id, d) for d in stored), *new], key=lambda d: d.from_at)

    stored = after([], wishes(first))
    asked = wishes(then)
    result = after(stored, asked)
    for earlier, later in pairwise(result):
        assert earlier.to_at is not None
        assert earlier.to_at <= later.from_at
    random.Random(seed).shuffle(asked)
    assert [(d.from_at, d.to_at, d.place_id) for d in after(stored, asked)] == [
        (d.from_at, d.to_at, d.place_id) for d in result
    ]
    assert [d.to_at for d in after(result, [w for w in asked if w.deployment in _bare(result)])] == [
        d.to_at for d in result
    ]


def _span(wish: Wish) -> tuple[int, int | None, str]:
    d = wish.deployment
    return (d.from_at - DAY).days, None if d.to_at is None else (d.to_at - d.from_at).days, d.place_id


def _bare(deployments: list[Deployment]) -> list[Deployment]:
    return [
        deployment(0, ((d.from_at - DAY).days, d.to_at and (d.to_at - d.from_at).days, d.place_id)) for d in deployments
    ]
