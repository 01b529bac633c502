"""Vehicles, crews and baselines through their doors, and places whose attributes rounds are planned by."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from hereabouts_platform.imports.fleet import import_baseline, import_crews, import_vehicles
from hereabouts_platform.imports.fleet_cells import compartments
from hereabouts_platform.imports.places import import_places
from hereabouts_platform.imports.report import ImportReport
from hereabouts_platform.store.access import principal_named
from hereabouts_platform.store.fleet import Days, baselines, shifts_on, vehicles, vehicles_on
from hereabouts_platform.store.fleet import crews as stored_crews
from hereabouts_platform.store.waste_places import waste_places
from hereabouts_schemas.access import Principal, PrincipalKind, Role
from hereabouts_schemas.errors import InputError, NotAllowed
from hereabouts_schemas.work import Compartment

PLACES = """id,kind,name,lon,lat,parent,attributes
yard,depot,Yard,-1.5,53.8,,"{""open"": ""Mon-Sat 05:00-22:00""}"
tip,tip,Tip,-1.4,53.7,,"{""streams"": [""general""], ""turnround_s"": 600}"
site,bin_site,Corner,-1.51,53.81,,
slot,bin_slot,Corner litter,,,site,"{""capacity_l"": 800, ""access"": ""rcv18,van""}"
bad,bin_slot,Bad,-1.5,53.8,,"{""capacity_l"": ""big""}"
"""
VEHICLES = """id,name,vehicle_class,compartments,skills,duty,start_depot,end_depot,fixed_p,per_km_p,per_hour_p,\
in_service_to,fuel,fuel_per_100km
v1,RCV 1,rcv26,glass+cans:6000:900;paper:8000:700,crane,gb_domestic,yard,,12000,90,2500,,diesel,42.5
v2,Van,van,,,working_time,yard,yard,0,40,1500,2026-03-31,,
v3,Lost,van,,,working_time,tip,,0,40,1500,,,
v4,Dear,van,,,working_time,yard,,£3,40,1500,,,
v5,Thirsty,van,,,working_time,yard,,0,40,1500,,,12
v6,Steam,van,,,working_time,yard,,0,40,1500,,coal,12
v7,Tired,van,,,gb_domestc,yard,,0,40,1500,,,
"""
CREWS = """id,name,vehicle,weekdays,date,shift_from,shift_to,skills
red,Red,v1,Mon-Thu,,06:00,14:00,
red,Red,v1,,2026-03-03,05:00,13:00,food
blue,Blue,v2,"Tue,Fri",,22:00,04:00,
grey,Grey,v1,Thu-Fri,,06:00,14:00,
none,None,v9,Mon,,06:00,14:00,
both,Both,v2,Mon,2026-03-02,06:00,14:00,
"""
BASELINE = """day,round,km,hours,litres,visits,method,source,fuel,depot
2026-03-03,north,80.5,7.25,31,120,odometer,log book March,diesel,yard
Mon-Fri,north,79,7,,118,mean of log books,spring 2026,,
Mon-Fri,south,-1,7,,118,guess,none,,
Sat,south,1,7,,118,guess,none,,tip
Sun,south,1,7,9,118,guess,none,electricity,
"""


@pytest.fixture
def bring(town, tmp_path: Path) -> Callable[..., ImportReport]:
    """Imports text through a door."""
    by = principal_named(town.owner, "system:command")

    def take(door: Callable[..., ImportReport], text: str) -> ImportReport:
        path = tmp_path / "file.csv"
        path.write_text(text, encoding="utf-8")
        return door(town.owner, by, path)

    return take


def lines(report: ImportReport) -> list[tuple[int, str]]:
    return [(row.line, row.cause.value) for row in report.refused]


def test_a_fleet_comes_in_row_by_row_and_again_changes_nothing(town, bring: Callable[..., ImportReport]) -> None:
    places = bring(import_places, PLACES)
    assert lines(places) == [(6, "attribute")]
    assert "attributes: capacity_l: 'big' cannot be used. Give a whole number above 0." in places.refused[0].reason
    found = waste_places(town.owner)
    assert (found.slots["slot"].lon, found.slots["slot"].facts.access) == (-1.51, ("rcv18", "van"))
    assert found.tips["tip"].facts.streams == ("general",)
    assert found.unusable == {}

    first = bring(import_vehicles, VEHICLES)
    assert (first.stored, lines(first)) == (
        2,
        [(4, "unknown_place"), (5, "wrong_shape"), (6, "wrong_shape"), (7, "wrong_shape"), (8, "unknown_duty")],
    )
    named = "no duty rules 'gb_domestc'. Name one of assimilated_eu, gb_domestic, working_time."
    assert named in first.refused[-1].reason
    again = bring(import_vehicles, VEHICLES.replace("RCV 1", "RCV one"))
    assert (again.stored, again.updated, again.duplicate) == (1, 1, 1)
    assert vehicles(town.owner)["v1"].compartments == (
        Compartment(streams=("glass", "cans"), litres=6000, kg=900),
        Compartment(streams=("paper",), litres=8000, kg=700),
    )

    found_fuel = [(one.fuel, one.fuel_per_100km) for one in vehicles(town.owner).values()]
    assert found_fuel == [("diesel", 42.5), (None, None)]

    crews = bring(import_crews, CREWS)
    assert (crews.stored, lines(crews)) == (3, [(5, "overlap"), (6, "unknown_vehicle"), (7, "wrong_shape")])
    assert bring(import_crews, CREWS).duplicate == 3
    (van, rcv) = sorted(vehicles_on(town.owner, date(2026, 3, 3), "yard"), key=lambda one: one.name == "RCV one")
    assert (rcv.shift.from_at, rcv.skills) == (datetime(2026, 3, 3, 5, tzinfo=UTC), ("crane", "food"))
    assert van.shift.to_at == datetime(2026, 3, 4, 4, tzinfo=UTC)
    assert [one.id for one in vehicles_on(town.owner, date(2026, 4, 7), "yard")] == ["v1"], "the van is out of service"
    wrong = "id,name,vehicle,weekdays,shift_from,shift_to\nred,Red,v1,Sun,06:00,14:00\nred,Red,v1,Mon-Fry,06:00,14:00\n"
    half = bring(import_crews, wrong)
    assert (half.stored, lines(half)) == (1, [(3, "wrong_shape")])
    assert half.notes == ("2 shifts no longer said stay, as rows were refused: mend them and import again.",)
    assert len(stored_crews(town.owner)) == 4
    less = bring(import_crews, "id,name,vehicle,weekdays,shift_from,shift_to\nred,Red,v1,Mon-Wed,06:00,14:00\n")
    assert less.notes == ("3 shifts no longer said were taken out.",)
    assert [(one.id, one.days.key) for one in stored_crews(town.owner)] == [("blue", "2,5"), ("red", "1,2,3")]
    assert [one.id for one in shifts_on(stored_crews(town.owner), date(2026, 3, 6))] == ["blue"]

    before = bring(import_baseline, BASELINE)
    assert (before.stored, lines(before)) == (2, [(4, "range"), (5, "unknown_place"), (6, "wrong_shape")])
    assert bring(import_baseline, BASELINE).duplicate == 2
    assert {(one.days, one.litres, one.fuel, one.depot) for one in baselines(town.owner)} == {
        (Days(on=date(2026, 3, 3)), 31.0, "diesel", "yard"),
        (Days(weekdays=(1, 2, 3, 4, 5)), None, None, None),
    }
    audit = town.owner.execute("SELECT detail ->> 'import' FROM audit WHERE resource = 'fleet' ORDER BY id").fetchall()
    assert [row[0] for row in audit] == ["vehicles"] * 2 + ["crews"] * 4 + ["baseline"] * 2


def test_who_may_not_keep_the_fleet_does_not(town, tmp_path: Path) -> None:
    crew = Principal(id=1, name="Red", kind=PrincipalKind.PERSON, roles=frozenset({Role.WASTE_CREW}))
    with pytest.raises(NotAllowed):
        import_vehicles(town.owner, crew, tmp_path / "none.csv")


def test_an_attribute_stored_before_it_was_checked_is_listed_for_a_person(town) -> None:
    town.place("old", "bin_slot", lon=-1.5, lat=53.8)
    town.place("nowhere", "tip")
    town.owner.execute("UPDATE place SET attributes = '{\"max_days\": \"week\"}' WHERE id = 'old'")
    found = waste_places(town.owner)
    assert set(found.unusable) == {"old", "nowhere"}
    assert "max_days: 'week'" in found.unusable["old"]


@pytest.mark.parametrize("text", ["general:14000", "general:14000:0", "general:x:1", "a++b:1:1", "general:-5:1"])
def test_compartments_that_cannot_be_read(text: str) -> None:
    with pytest.raises(InputError, match="streams:litres:kg"):
        compartments(text)


def test_a_compartment_may_take_any_stream() -> None:
    assert compartments("any:9000:1500") == (Compartment(litres=9000, kg=1500),)
    assert compartments("") == ()


def test_where_a_row_is_refused_no_vehicle_is_left_with_two_crews(town, bring: Callable[..., ImportReport]) -> None:
    bring(import_places, PLACES)
    head, row = VEHICLES.splitlines()[:2]
    bring(import_vehicles, "\n".join([head, *(row.replace("v1", f"v{n}", 1) for n in (1, 2, 3))]))
    columns = "id,name,vehicle,weekdays,shift_from,shift_to"
    bring(import_crews, "\n".join([columns, *(f"c{n},Crew {n},v{n},Mon-Fri,06:00,14:00" for n in (1, 2, 3))]))
    turned = bring(import_crews, f"{columns}\nc1,Crew 1,v3,Mon-Fri,06:00,14:00\nc2,Crew 2,v1,Mon-Fri,06:00,14:00\n")
    assert lines(turned) == [(2, "overlap"), (3, "overlap")], "v3 keeps c3, so c1 stays at v1, where c2 finds no place"
    assert {one.id: one.vehicle for one in stored_crews(town.owner)} == {"c1": "v1", "c2": "v2", "c3": "v3"}
