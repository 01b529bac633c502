"""Extraction: what a table finds in a decoded object."""

from collections.abc import Mapping
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hereabouts_ingest.extract import Found, extract
from hereabouts_schemas.profile import FieldSpec, Profile
from hereabouts_schemas.times import UNREADABLE


def profile(*fields: FieldSpec, history: str | None = None) -> Profile:
    return Profile(
        id="sample", title="Sample", maker="Nobody", version="1", interval_s=600, has_decoder=False,
        history=history, fields=fields,
    )  # fmt: skip


def spec(path: str, quantity: str = "air_temperature", unit: str = "Cel", **more: object) -> FieldSpec:
    return FieldSpec(path=path, quantity=quantity, unit=unit, **more)  # type: ignore[arg-type]


def numbers(found: list[Found]) -> list[tuple[str, str, float | None]]:
    return [(one.spec.quantity, one.channel, one.number) for one in found]


@pytest.mark.parametrize(
    ("path", "decoded", "expected"),
    [
        ("temperature", {"temperature": 21}, [("", 21.0)]),
        ("air.temperature", {"air": {"temperature": 21.5}}, [("", 21.5)]),
        ("values.1", {"values": [20, 21]}, [("", 21.0)]),
        ("values.9", {"values": [20, 21]}, []),
        ("environment.temperature.indoor", {"environment.temperature.indoor": 17}, [("", 17.0)]),
        ("air_temperature", {"air_temperature": {"value": 19.5, "displayName": "Air"}}, [("", 19.5)]),
        ("air_temperature.value", {"air_temperature": {"value": 19.5, "unit": "°C"}}, [("", 19.5)]),
        ("probe_{n}", {"probe_1": 4, "probe_2": 5, "probe_1_max": 9, "other": 1}, [("1", 4.0), ("2", 5.0)]),
        ("line_{n}.in", {"line_b": {"in": 3, "out": 4}, "line_a": {"in": 5}, "line_c": 7}, [("b", 3.0), ("a", 5.0)]),
        ("lines.{n}.in", {"lines": {"7": {"in": 3}}}, [("7", 3.0)]),
        ("temperature", {"temperature": None}, []),
        ("temperature", {"Temperature": 21}, []),
        ("air.temperature", {"air": 21}, []),
        ("air.temperature", {"air": None}, []),
        ("temperature", {}, []),
    ],
)
def test_paths(path: str, decoded: Mapping[str, object], expected: list[tuple[str, float]]) -> None:
    assert [(one.channel, one.number) for one in extract(profile(spec(path)), decoded)] == expected


@pytest.mark.parametrize(
    ("raw", "number", "unit"),
    [
        ("2799 mm", 2799.0, "mm"),
        ("25 ℃", 25.0, "℃"),
        ("3.6V", 3.6, "V"),
        ("-4", -4.0, None),
        ("1.5e3", 1500.0, None),
        ("21,5", 21.5, None),  # a decimal comma
        ("1,234", None, None),  # or is it thousands?
        ("80-100%", None, None),
        ("No Sensor", None, None),
        ("collection_err", None, None),
        ("12 34", None, None),
        ("", None, None),
        ("9" * 70, None, None),
        ("٣", None, None),
        ("nan", None, None),
        ("inf", None, None),
        (True, None, None),
        ([21.5], None, None),
        ({"mean": 21.5}, None, None),
        (2**64, float(2**64), None),
        (10**400, float("inf"), None),
    ],
)
def test_numbers_in_what_makers_send(raw: object, number: float | None, unit: str | None) -> None:
    (found,) = extract(profile(spec("level")), {"level": raw})
    assert (found.number, found.unit) == (number, unit)
    assert found.raw == raw


def test_words_and_booleans_stand_for_numbers_where_the_table_says_so() -> None:
    tilt = spec("position", "tilt", "{bool}", words=(("normal", 0.0), ("Tilt", 1.0)))
    battery = spec("low", "battery_level", "%", words=(("true", 5.0), ("false", 100.0)))
    leak = spec("leak", "water_leak", "{bool}")
    found = extract(profile(tilt, battery, leak), {"position": " TILT ", "low": True, "leak": False})
    assert numbers(found) == [("tilt", "", 1.0), ("battery_level", "", 5.0), ("water_leak", "", 0.0)]


def test_the_first_alias_that_is_present_wins_for_each_channel() -> None:
    table = profile(spec("a"), spec("b"), spec("c", channel="probe"))
    assert numbers(extract(table, {"b": 2, "a": 1, "c": 3})) == [
        ("air_temperature", "", 1.0),
        ("air_temperature", "probe", 3.0),
    ]
    assert numbers(extract(table, {"a": None, "b": 2})) == [("air_temperature", "", 2.0)]


@pytest.mark.parametrize("raw", [327.67, 3276.7 / 10, "327.67", "327.67 ℃", "no probe", " No Probe "])
def test_an_absent_probe_is_as_if_it_were_not_there(raw: object) -> None:
    table = profile(spec("probe", absent=(327.67, "No probe")), spec("other"))
    assert extract(table, {"probe": raw}) == []
    assert numbers(extract(table, {"probe": raw, "other": 4})) == [("air_temperature", "", 4.0)]


def test_true_is_not_the_absent_mark_1() -> None:
    assert len(extract(profile(spec("probe", absent=(1.0,))), {"probe": True})) == 1


def test_a_stated_unit_goes_with_the_value() -> None:
    beside = {"t": {"value": 17.4, "unit": "C"}}
    assert [one.unit for one in extract(profile(spec("t")), beside)] == ["C"]
    assert [one.unit for one in extract(profile(spec("t.value")), beside)] == ["C"]
    assert [one.unit for one in extract(profile(spec("t")), {"t": {"value": "5 m", "unit": 3}})] == ["m"]


def test_history_records_have_their_own_times() -> None:
    table = profile(spec("temperature"), history="history")
    decoded = {
        "temperature": 20,
        "history": [
            {"timestamp": 1772539200, "temperature": 18},
            {"timestamp": "2026-03-03T13:00:00Z", "temperature": 19},
            {"temperature": 17},
            {"timestamp": 1e300, "temperature": 16},
            "broken",
        ],
    }
    found = extract(table, decoded)
    assert [(one.number, one.at) for one in found[:5]] == [
        (20.0, None),
        (18.0, datetime(2026, 3, 3, 12, tzinfo=UTC)),
        (19.0, datetime(2026, 3, 3, 13, tzinfo=UTC)),
        (17.0, UNREADABLE),
        (16.0, UNREADABLE),
    ]
    assert (found[5].spec.path, found[5].spec.quantity, found[5].raw) == ("history.4", "", "broken")
    (no_list,) = extract(table, {"history": {"temperature": 3}})
    assert (no_list.spec.path, no_list.spec.quantity) == ("history", "")


def test_another_table_under_the_same_id_is_another_table() -> None:
    assert numbers(extract(profile(spec("a")), {"a": 1, "b": 2})) == [("air_temperature", "", 1.0)]
    assert numbers(extract(profile(spec("b")), {"a": 1, "b": 2})) == [("air_temperature", "", 2.0)]


keys = st.sampled_from(["a", "b", "line_1", "line_2", "in", "value", "unit", "history", "timestamp", "0"]) | st.text()
leaves = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8)
trees = st.recursive(leaves, lambda child: st.lists(child, max_size=4) | st.dictionaries(keys, child, max_size=4))


@given(st.dictionaries(keys, trees, max_size=6))
def test_any_object_can_be_searched_and_the_answer_depends_on_nothing_else(decoded: dict[str, object]) -> None:
    table = profile(
        spec("a", sentinels=(1.0,), absent=(2.0, "x")),
        spec("b.in.value"),
        spec("line_{n}.in", "people_in", "{count}"),
        spec("line_{n}", "people_out", "{count}", words=(("x", 1.0),)),
        spec("a.0"),
        history="history",
    )
    first = repr(extract(table, decoded))
    assert first == repr(extract(table, decoded))
    assert first == repr(extract(profile(*table.fields, history="history"), decoded))
