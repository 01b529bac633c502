"""What a person has to look at when a day is planned: nothing is lost of it, and what was cut is said."""

from datetime import date

from made_plan import made_plan

from hereabouts_deploy.commands.rounds_plan import told
from hereabouts_platform.roads.problems import FarPlace, RoadProblems
from hereabouts_platform.rounds.making import Planned
from hereabouts_platform.rounds.troubles import MOST, bounded, no_map, of_roads, short_lines, whole_lines
from hereabouts_platform.store.plans import Kept
from hereabouts_schemas.trouble import WHAT_TO_DO, Trouble, TroubleKind

FOUND = RoadProblems(
    vehicle_class="rcv26",
    far=tuple(FarPlace(place=f"b{n}", away_m=200 - n) for n in range(137)),
    unreachable=("sea",),
    from_either_side=(("yard", "b1"), ("b1", "b2"), ("b2", "yard")),
    wrong_side=("b1",),
)
NAMES = {"b0": "Market", "sea": "sea", "b1": "Park"}


def test_every_kind_has_words_for_what_can_be_done() -> None:
    assert set(WHAT_TO_DO) == set(TroubleKind)


def test_a_long_list_is_whole_up_to_a_bound_that_is_said() -> None:
    calendar = Trouble(kind=TroubleKind.CALENDAR, about="Fair", says="The calendar's Fair names pier.")
    kept = bounded([calendar, *of_roads(FOUND, NAMES), no_map("van")])
    assert [one.says for one in kept[:4]] == [
        "There is no map for van: distances are straight lines times 1.4.",
        "sea cannot be reached by rcv26.",
        "rcv26 cannot keep to the near side at Park (b1), on 2 of its ways.",
        "Market (b0) lies 200 m from the nearest street for rcv26.",
    ]
    assert [(one.about, one.says, one.count) for one in kept[-2:]] == [
        ("", "And 37 more.", 37),
        ("Fair", "The calendar's Fair names pier.", 1),
    ]
    assert sum(one.kind is TroubleKind.FAR and one.about != "" for one in kept) == MOST
    assert sum(one.count for one in kept) == 141


def test_json_has_all_and_a_screen_a_line_a_kind_with_the_count() -> None:
    kept = bounded(of_roads(FOUND, NAMES))
    lines = whole_lines(kept)
    assert len(lines) == len(kept)
    assert lines[0] == f"sea cannot be reached by rcv26. {WHAT_TO_DO[TroubleKind.UNREACHABLE]}"
    unreachable, wrong_side, far = short_lines(kept, 5)
    assert unreachable == lines[0]
    assert wrong_side == lines[1]
    assert "b4 lies 196 m" in far
    assert "b5" not in far
    assert far.endswith(f"And 132 more (--json lists them). {WHAT_TO_DO[TroubleKind.FAR]}")


def test_json_has_the_dates_of_overflow_of_what_is_left() -> None:
    plan = made_plan(date(2026, 3, 3))
    kept = Kept(id=7, day=plan.work.day, depot="yard", version=1, state="draft")
    assert told(Planned(kept=kept, plan=plan))["left"] == [
        {
            "visit": "b3",
            "says": "Half full.",
            "unmet": False,
            "overflow_p50_at": "2026-03-06T07:00:00+00:00",
            "overflow_p90_at": "2026-03-05T07:00:00+00:00",
        }
    ]
