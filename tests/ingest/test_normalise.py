"""Normalising: each value becomes a reading's value or a refusal with its reason and a sentence."""

from datetime import UTC, datetime, timedelta

import pytest

from hereabouts_ingest.extract import Found
from hereabouts_ingest.normalise import Frame, fill_levels, normalise
from hereabouts_schemas.device import Deployment, Device
from hereabouts_schemas.message import Refused, Value
from hereabouts_schemas.outcome import Reason
from hereabouts_schemas.profile import FieldSpec
from hereabouts_schemas.times import UNREADABLE

AT = datetime(2026, 3, 3, 13, 59, tzinfo=UTC)
ARRIVED = AT + timedelta(minutes=1)
MOVED = datetime(2026, 3, 1, tzinfo=UTC)


def deployed(**mount: object) -> Device:
    """A device that moved on 1 March."""
    return Device(
        id="70B3D57ED0061234",
        profile="sample",
        deployments=(
            Deployment(id=1, device_id="d", place_id="old", from_at=datetime(2026, 2, 1, tzinfo=UTC), to_at=MOVED),
            Deployment(id=2, device_id="d", place_id="new", from_at=MOVED, mount=mount),
        ),
    )


def frame(device: Device | None = None, at: datetime = AT) -> Frame:
    device = device or deployed()
    return Frame(device=device, at=at, received_at=ARRIVED, deployment=device.deployment_at(at))


def found(
    number: float | None,
    quantity: str = "air_temperature",
    unit: str = "Cel",
    *,
    raw: object = None,
    at: datetime | None = None,
    stated: str | None = None,
    **spec: object,
) -> Found:
    row = FieldSpec(path="field", quantity=quantity, unit=unit, **spec)  # type: ignore[arg-type]
    return Found(spec=row, channel="", raw=number if raw is None else raw, at=at, number=number, unit=stated)


def test_a_good_value_is_of_the_deployment_at_its_instant() -> None:
    assert normalise(found(21.5), frame()) == Value(
        deployment_id=2, quantity="air_temperature", channel="", time=AT, value=21.5
    )
    late = normalise(found(21.5, at=MOVED - timedelta(seconds=1)), frame())
    assert isinstance(late, Value)
    assert (late.deployment_id, late.time) == (1, MOVED - timedelta(seconds=1))


def test_scale_and_unit_are_applied() -> None:
    in_steps = normalise(found(3, "air_pressure", "Pa", scale=33000.0), frame())
    in_millivolts = normalise(found(3602, "battery_voltage", "mV"), frame())
    assert isinstance(in_steps, Value)
    assert isinstance(in_millivolts, Value)
    assert (in_steps.value, in_millivolts.value) == (990.0, 3.602)


@pytest.mark.parametrize(
    ("one", "reason", "says"),
    [
        (found(327.67, sentinels=(327.67,)), Reason.SENTINEL, "'327.67'"),
        (found(None, raw="No Sensor", sentinels=("no sensor",)), Reason.SENTINEL, "'No Sensor'"),
        (found(-1.0, "distance", "mm", sentinels=(-1,)), Reason.SENTINEL, "could not measure"),
        (found(None, raw="collection_err"), Reason.WRONG_SHAPE, "'collection_err'"),
        (found(None, raw=True), Reason.WRONG_SHAPE, "'true'"),
        (found(None, raw=[1, 2]), Reason.WRONG_SHAPE, "a list of 2"),
        (found(None, raw={"a": 1}), Reason.WRONG_SHAPE, "an object of 1"),
        (found(70.0, stated="°F"), Reason.UNIT, "'°F'"),
        (found(70.0, stated="n/a"), Reason.UNIT, "'n/a'"),
        (found(3, "people_in", "%"), Reason.UNIT, "converted"),
        (found(900.0), Reason.RANGE, "900 °C is outside -40 °C to 60 °C"),
        (found(float("nan")), Reason.RANGE, "nan"),
        (found(float("inf")), Reason.RANGE, "inf"),
        (found(float("inf"), raw=10**400), Reason.RANGE, "inf"),
        (found(2, "tilt", "{bool}"), Reason.RANGE, "2"),
        (found(-1, "people_in", "{count}"), Reason.RANGE, "-1"),
        (found(20.0, at=AT - timedelta(days=36)), Reason.CLOCK, "26 January 2026"),
        (found(20.0, at=UNREADABLE), Reason.CLOCK, "cannot be read"),
        (found(20.0, at=datetime(2026, 1, 29, tzinfo=UTC)), Reason.UNKNOWN_DEVICE, "29 January 2026, 00:00"),
        (found(None, "", raw="broken"), Reason.WRONG_SHAPE, "record"),
    ],
)
def test_refusals_name_their_reason(one: Found, reason: Reason, says: str) -> None:
    refused = normalise(one, frame())
    assert isinstance(refused, Refused)
    assert refused.reason is reason
    assert says in refused.detail
    assert refused.field == "field"
    assert (refused.time, refused.quantity) == (AT if one.at is None else one.at, one.spec.quantity or None)


def test_a_stated_unit_in_another_spelling_agrees() -> None:
    assert isinstance(normalise(found(60, "relative_humidity", "%", stated="RH"), frame()), Value)
    assert isinstance(normalise(found(20, stated="℃"), frame()), Value)


def test_a_device_without_a_place_is_told_how_to_get_one() -> None:
    nowhere = Device(id="d1", profile="sample")
    refused = normalise(found(20.0), frame(nowhere))
    assert isinstance(refused, Refused)
    assert refused.reason is Reason.UNKNOWN_DEVICE
    assert "The device d1 was at no place on 3 March 2026, 13:59" in refused.detail
    assert "`hereabouts import devices`" in refused.detail


def test_the_text_of_a_value_can_be_stored() -> None:
    refused = normalise(found(None, raw="a\x00b\ud800" + "x" * 1000), frame())
    assert isinstance(refused, Refused)
    assert refused.raw.startswith("a\\x00b\\ud800xxx")
    assert len(refused.raw) == 200
    assert len(refused.detail) < 500


def distance(mm: float, at: datetime = AT) -> Value:
    return Value(deployment_id=2, quantity="distance", channel="", time=at, value=mm)


@pytest.mark.parametrize(("mm", "depth", "level"), [(0, 1200, 100.0), (300, 1200, 75.0), (1200.0, 1200.0, 0.0)])
def test_a_distance_becomes_a_fill_level_through_the_depth(mm: float, depth: float, level: float) -> None:
    (filled,) = fill_levels([distance(mm)], deployed(bin_depth_mm=depth))
    assert filled == Value(deployment_id=2, quantity="fill_level", channel="", time=AT, value=level)


def test_a_distance_beyond_the_floor_is_refused_not_clipped() -> None:
    (refused,) = fill_levels([distance(1500)], deployed(bin_depth_mm=1200))
    assert isinstance(refused, Refused)
    assert refused.reason is Reason.RANGE
    assert (refused.quantity, refused.field, refused.raw) == ("fill_level", "distance", "1500")
    assert "1,500 mm away, the bin only 1,200 mm deep" in refused.detail


@pytest.mark.parametrize("depth", [0, -5, "1200", None, True, float("nan"), float("inf"), [1200]])
def test_a_depth_that_is_none_is_refused_by_name(depth: object) -> None:
    (refused,) = fill_levels([distance(300)], deployed(bin_depth_mm=depth))
    assert isinstance(refused, Refused)
    assert refused.reason is Reason.WRONG_SHAPE
    assert "bin_depth_mm" in refused.detail


def test_without_a_depth_there_is_no_fill_level() -> None:
    other = Value(deployment_id=2, quantity="air_temperature", channel="", time=AT, value=20.0)
    assert list(fill_levels([distance(300), other], deployed(room="kitchen"))) == []
    # the depth of the place where the device was at that instant counts, not of where it is now
    assert list(fill_levels([distance(300, MOVED - timedelta(days=1))], deployed(bin_depth_mm=1200))) == []


# people are not counted in homes

PEOPLE = ["occupancy"]


def at_a(place_kind: str) -> Device:
    here = Deployment(id=3, device_id="d", place_id="home-12", from_at=MOVED, place_kind=place_kind)
    return Device(id="d", profile="sample", deployments=(here,))


@pytest.mark.parametrize("quantity", PEOPLE)
@pytest.mark.parametrize("kind", ["home", "room"])
def test_people_are_not_counted_in_homes(quantity: str, kind: str) -> None:
    refused = normalise(found(3, quantity, "{count}"), frame(at_a(kind)))
    assert isinstance(refused, Refused)
    assert refused.reason is Reason.NO_VALUE
    assert refused.detail == f"People are not counted in homes: {quantity} of home-12 is not kept."
    assert refused.raw == ""  # the number itself would tell who is in


@pytest.mark.parametrize("at", [AT - timedelta(hours=1), AT + timedelta(days=1)])
@pytest.mark.parametrize("number", [3, -3])
def test_nor_late_nor_wrong(at: datetime, number: float) -> None:
    refused = normalise(found(number, "occupancy", "{count}", at=at), frame(at_a("home")))
    assert isinstance(refused, Refused)
    assert (refused.reason, refused.raw) == (Reason.NO_VALUE, "")


@pytest.mark.parametrize("kind", ["", "building", "counting_line", "street", "office"])
def test_elsewhere_they_are(kind: str) -> None:
    assert isinstance(normalise(found(3, "occupancy", "{count}"), frame(at_a(kind))), Value)


def test_air_is_measured_in_homes() -> None:
    assert isinstance(normalise(found(21.5), frame(at_a("home"))), Value)
