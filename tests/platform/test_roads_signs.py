"""Signs: how values are read, what they mean for a vehicle, and that two readers agree."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hereabouts_platform.roads.allowed import judge_node, judge_way
from hereabouts_platform.roads.breaches import broken, broken_at_point
from hereabouts_platform.roads.limits import Use
from hereabouts_platform.roads.measures import NO_LIMIT, kilograms, metres
from hereabouts_platform.roads.speeds import kmh
from hereabouts_platform.roads.vehicles import VehicleClass, vehicle_class, vehicle_classes
from hereabouts_schemas.errors import InputError

TRUCK, CAR = vehicle_class("rcv26"), vehicle_class("car")
STREET = {"highway": "residential"}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("3.8", 3.8),
        ("3.8 m", 3.8),
        ("3.8m", 3.8),
        ("380 cm", 3.8),
        ("12'6\"", 3.81),
        ("12' 6\"", 3.81),
        ("12'6", 3.81),
        ("12 ft 6 in", 3.81),
        ("40'", 12.192),
        ("40'0\"", 12.192),
        ("3.5;3.2", 3.2),
        ("default", NO_LIMIT),
        ("none", NO_LIMIT),
        ("below_default", None),
        ("3,8", None),
        ("12.6.1", None),
        ("about 3", None),
        ("-3", None),
        ("", None),
    ],
)
def test_lengths(text: str, value: float | None) -> None:
    assert metres(text) == (pytest.approx(value) if value is not None else None)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("7.5", 7500),
        ("7.5 t", 7500),
        ("7.5t", 7500),
        ("7500 kg", 7500),
        ("26 st", 23586.8),
        ("10 lt", 10160.5),
        ("16000 lbs", 7257.5),
        ("none", NO_LIMIT),
        ("7,5", None),
        ("7.5 mgw", None),
    ],
)
def test_weights(text: str, value: float | None) -> None:
    assert kilograms(text) == (pytest.approx(value, abs=0.1) if value is not None else None)


OPEN, TO_REACH, SHUT = Use.OPEN, Use.TO_REACH, Use.SHUT


@pytest.mark.parametrize(
    ("tags", "truck", "car"),
    [
        ({}, OPEN, OPEN),
        ({"maxheight": "3.8"}, OPEN, OPEN),
        ({"maxheight": "12'5\""}, SHUT, OPEN),
        ({"maxheight": "below_default"}, SHUT, SHUT),
        ({"maxheight:physical": "3.5"}, SHUT, OPEN),
        ({"maxheight": "3.5", "maxheight:conditional": "none @ destination"}, SHUT, OPEN),
        ({"maxweight": "7.5"}, SHUT, OPEN),
        ({"maxweight": "7.5", "maxweight:conditional": "none @ destination"}, TO_REACH, OPEN),
        ({"maxweight": "7.5", "maxweight:conditional": "none @ (delivery)"}, TO_REACH, OPEN),
        ({"maxweightrating:hgv": "18"}, SHUT, OPEN),
        ({"maxweight:conditional": "3.5 @ (Mo-Fr 08:00-18:00)"}, SHUT, OPEN),
        ({"maxlength": "40'"}, OPEN, OPEN),
        ({"maxlength": "10"}, SHUT, OPEN),
        ({"maxwidth": "7'"}, SHUT, OPEN),
        ({"width": "2.2"}, SHUT, OPEN),
        ({"width": "narrow"}, OPEN, OPEN),
        ({"hgv": "no"}, SHUT, OPEN),
        ({"hgv": "destination"}, TO_REACH, OPEN),
        ({"hgv": "delivery"}, TO_REACH, OPEN),
        ({"hgv": "discouraged"}, TO_REACH, OPEN),
        ({"hgv": "whatever"}, SHUT, OPEN),
        ({"access": "private"}, SHUT, SHUT),
        ({"access": "customers"}, SHUT, TO_REACH),
        ({"access": "no", "hgv": "yes"}, OPEN, SHUT),
        ({"motor_vehicle": "no", "bus": "yes"}, SHUT, SHUT),
        ({"motor_vehicle:conditional": "no @ (Mo-Fr 08:15-09:15)"}, SHUT, SHUT),
        ({"motor_vehicle:conditional": "no @ (weight>7.5)"}, SHUT, OPEN),
        ({"hgv:conditional": "no @ (weight>=18)"}, SHUT, OPEN),
        ({"hgv:conditional": "gibberish"}, SHUT, OPEN),
        ({"tunnel": "building_passage"}, SHUT, OPEN),
        ({"tunnel": "building_passage", "maxheight": "4.2"}, OPEN, OPEN),
        ({"oneway": "reversible"}, SHUT, SHUT),
    ],
)
def test_streets(tags: dict[str, str], truck: Use, car: Use) -> None:
    for vehicle, use in ((TRUCK, truck), (CAR, car)):
        judged = judge_way(STREET | tags, vehicle)
        assert (judged.forward, judged.backward) == (use, use)


@pytest.mark.parametrize(
    ("tags", "forward", "backward"),
    [
        ({"oneway": "yes"}, OPEN, SHUT),
        ({"oneway": "-1"}, SHUT, OPEN),
        ({"junction": "roundabout"}, OPEN, SHUT),
        ({"oneway": "no", "junction": "roundabout"}, OPEN, OPEN),
        ({"hgv:backward": "no"}, OPEN, SHUT),
        ({"maxheight:forward": "3.0"}, SHUT, OPEN),
        ({"oneway:conditional": "yes @ (07:00-10:00)"}, OPEN, SHUT),
    ],
)
def test_each_way_of_a_street(tags: dict[str, str], forward: Use, backward: Use) -> None:
    judged = judge_way(STREET | tags, TRUCK)
    assert (judged.forward, judged.backward) == (forward, backward)


def test_what_cannot_be_read_is_listed() -> None:
    (finding,) = judge_way(STREET | {"maxheight": "low"}, CAR).findings
    assert (finding.tag, finding.is_read, finding.use) == ("maxheight=low", False, SHUT)


@pytest.mark.parametrize(
    ("tags", "passes"),
    [
        ({"barrier": "bollard"}, False),
        ({"barrier": "bollard", "access": "yes"}, False),
        ({"barrier": "bollard", "motor_vehicle": "yes"}, True),
        ({"barrier": "gate"}, True),
        ({"barrier": "gate", "locked": "yes"}, False),
        ({"barrier": "gate", "access": "private"}, False),
        ({"barrier": "lift_gate", "hgv": "delivery"}, True),
        ({"barrier": "height_restrictor", "maxheight": "2.1"}, False),
        ({"highway": "traffic_signals"}, True),
    ],
)
def test_points_of_a_street(tags: dict[str, str], passes: bool) -> None:
    assert (judge_node(tags, TRUCK) == ()) is passes


def test_speeds_follow_limits_streets_and_vehicles() -> None:
    assert kmh({"highway": "residential", "maxspeed": "20 mph"}, "forward", CAR) == pytest.approx(25.7, abs=0.1)
    assert kmh({"highway": "residential", "maxspeed": "20 mph"}, "forward", TRUCK) == pytest.approx(21.9, abs=0.1)
    assert kmh({"highway": "motorway", "maxspeed": "70 mph"}, "forward", TRUCK) == pytest.approx(76.6, abs=0.1)
    assert kmh({"highway": "service", "maxspeed": "30 mph"}, "forward", CAR) == 15
    assert kmh({"highway": "primary", "maxspeed": "30 mph", "maxspeed:backward": "20 mph"}, "backward", CAR) < 26


LIMITS = st.one_of(
    st.floats(0.5, 40).map(lambda number: f"{number:.2f}"),
    st.tuples(st.integers(2, 45), st.integers(0, 11)).map(lambda pair: f"{pair[0]}'{pair[1]}\""),
    st.sampled_from(["none", "default", "low", "7.5 t", "18 t", "3.5 m", "26000 kg"]),
)
TAGS = st.fixed_dictionaries(
    {},
    optional={
        "maxheight": LIMITS,
        "maxwidth": LIMITS,
        "maxweight": LIMITS,
        "maxlength": LIMITS,
        "maxweight:conditional": st.just("none @ destination"),
        "hgv": st.sampled_from(["yes", "no", "destination", "private", "strange"]),
        "motor_vehicle": st.sampled_from(["yes", "no", "delivery", "permissive"]),
        "access": st.sampled_from(["yes", "no", "private", "customers"]),
        "oneway": st.sampled_from(["yes", "no", "-1"]),
        "barrier": st.sampled_from(["bollard", "gate", "block"]),
    },
)


@given(TAGS, st.sampled_from(list(vehicle_classes().values())))
def test_the_examiner_reads_what_is_open_the_same_way(tags: dict[str, str], vehicle: VehicleClass) -> None:
    """Nothing that roads are made of breaks a sign in the eyes of the examiner, who reads with a reader of its own."""
    judged = judge_way(STREET | tags, vehicle)
    for way, use in (("forward", judged.forward), ("backward", judged.backward)):
        if use is not SHUT:
            assert broken(STREET | tags, vehicle, way) == []
    if not judge_node(tags, vehicle):
        assert broken_at_point(tags, vehicle) == []


def test_vehicle_classes_of_a_council(tmp_path: Path) -> None:
    file = tmp_path / "ours.toml"
    fields = {"says": '"Sweeper"', "height_m": "2.6", "width_m": "1.6", "length_m": "4.5", "weight_kg": "4500"}
    fields |= {"hgv": "true", "pace": "0.7", "top_kmh": "50", "enters": '["destination", "private"]'}
    file.write_text("[sweeper]\n" + "\n".join(f"{key} = {value}" for key, value in fields.items()))
    sweeper = vehicle_class("sweeper", file)
    assert sweeper.enters == ("destination", "private")
    assert judge_way(STREET | {"access": "private"}, sweeper).forward is TO_REACH
    with pytest.raises(InputError, match=r"Known classes: sweeper"):
        vehicle_class("rcv26", file)


@pytest.mark.parametrize(
    ("line", "cure"),
    [
        ("height_m = -1", r"car\.height_m: '-1\.0' cannot be used"),
        ("height_m = nan", "above 0"),
        ('height_m = "high"', "vehicle class car"),
        ('enters = ["everywhere"]', "Write any of"),
        ("colour = 3", "Known fields"),
    ],
)
def test_a_vehicle_that_cannot_be_is_refused(tmp_path: Path, line: str, cure: str) -> None:
    rest = {
        "says": '"Car"',
        "height_m": "1.6",
        "width_m": "1.9",
        "length_m": "4.6",
        "weight_kg": "2000",
        "hgv": "false",
    }
    rest |= {"pace": "1.0", "top_kmh": "100", "enters": "[]", line.partition(" = ")[0]: line.partition(" = ")[2]}
    file = tmp_path / "bad.toml"
    file.write_text("[car]\n" + "\n".join(f"{key} = {value}" for key, value in rest.items()))
    with pytest.raises(InputError, match=cure):
        vehicle_classes(file)
