"""The rule files: a hazard or a nation is data; a mistake is refused by name; what was tried stands in a list."""

import hashlib
from datetime import date
from importlib.resources import files

import pytest
from case_story import Story, london

from hereabouts_platform.cases.clocks.awareness import AwarenessPolicy
from hereabouts_platform.cases.clocks.book_file import book_of, load_book, nations, read_edition
from hereabouts_platform.cases.clocks.clocks import clocks_of
from hereabouts_platform.cases.clocks.endeavours import all_reasonable_endeavours
from hereabouts_schemas.case import CaseEvent, CaseEventKind
from hereabouts_schemas.errors import InputError

WALES = """
nation = "wales"
title = "A made-up law"
instrument = "WSI 2027/1"
version = "1"
begins = 2027-01-04
tenancies = ["social_lease"]
outside = "It is about social leases."
holidays = "WLS"
holidays_known_to = 2027-12-31

[[hazard]]
name = "noise"
title = "noise"
begins = 2027-01-04

[[clock]]
name = "listen"
title = "Come and listen"
basis = "WSI 2027/1, regulation 2"
starts = ["aware"]
amount = 2
unit = "working_days"
met_by = ["investigation_concluded"]
"""
KEY = "england-2025-10-27.toml"


def text_of(name: str) -> str:
    return files("hereabouts_platform.cases.clocks").joinpath("rules", name).read_text(encoding="utf-8")


def test_rules_come_along_for_two_nations() -> None:
    assert nations() == ["england", "scotland"]
    (edition,) = load_book("england").editions
    assert edition.sha256 == hashlib.sha256(text_of(KEY).encode()).hexdigest()
    assert edition.text == text_of(KEY)
    with pytest.raises(InputError, match="Rules come along for england, scotland"):
        load_book("narnia")


def test_a_nation_and_a_hazard_are_data() -> None:
    book = book_of(read_edition(WALES, "wales.toml"))
    event = CaseEvent(id=1, kind=CaseEventKind.REPORTED, at=london("2027-01-08 10:00"), actor="ann")
    (clock,) = clocks_of(
        [event],
        book,
        AwarenessPolicy.ALERT_RAISED,
        london("2027-01-09 10:00"),
        hazard="noise",
        tenancy="social_lease",
    )
    assert (clock.title, clock.due_on, clock.nation) == ("Come and listen", date(2027, 1, 12), "wales")


def test_the_edition_in_force_on_day_zero_counts() -> None:
    later = WALES.replace("begins = 2027-01-04\nten", "begins = 2027-03-01\nten").replace("amount = 2", "amount = 1")
    book = book_of(read_edition(later, "b.toml"), read_edition(WALES, "a.toml"))
    due = {}
    for day in ("2027-02-26", "2027-03-03"):
        event = CaseEvent(id=1, kind=CaseEventKind.REPORTED, at=london(f"{day} 10:00"), actor="ann")
        policy = AwarenessPolicy.ALERT_RAISED
        (clock,) = clocks_of([event], book, policy, event.at, hazard="noise", tenancy="social_lease")
        due[day] = str(clock.due_on)
    assert due == {"2027-02-26": "2027-03-02", "2027-03-03": "2027-03-04"}


@pytest.mark.parametrize(
    ("old", "new", "field"),
    [
        ('starts = ["aware"]', 'starts = ["awaer"]', "starts"),
        ('met_by = ["investigation_concluded"]', 'met_by = ["done"]', "met_by"),
        ("amount = 2", "amount = 1.5", "amount"),
        ("amount = 2", "amount = 0", "amount"),
        ('unit = "working_days"', 'unit = "weeks"', "unit"),
        ("begins = 2027-01-04\nten", 'begins = "2027"\nten', "begins"),
        ('holidays = "WLS"', 'holidays = "NO"', "holidays"),
        ('name = "listen"', 'name = "Listen!"', "name"),
        ("amount = 2", "amount = 2\nonce = 1", "once"),
        ("amount = 2", 'amount = 2\nsignificance = ["grave"]', "significance"),
        ("amount = 2", 'amount = 2\nsuperseded_by = ["wait"]', "clock listen"),
        ("amount = 2", "amount = 2\nhurry = true", "hurry"),
        ('tenancies = ["social_lease"]', "tenancies = []", "tenancies"),
        (
            "[[clock]]",
            '[[clock]]\nname = "listen"\ntitle = "a"\nbasis = "b"\nstarts = ["aware"]\namount = 1\nunit = "days"\n'
            "[[clock]]",
            "clock",
        ),
    ],
)
def test_a_mistake_in_a_rule_file_is_refused_by_name(old: str, new: str, field: str) -> None:
    assert old in WALES
    with pytest.raises(InputError) as refused:
        read_edition(WALES.replace(old, new), "wales.toml")
    assert refused.value.field.startswith("wales.toml: ")
    assert field in refused.value.field


def test_editions_of_two_nations_or_of_one_day_make_no_book() -> None:
    wales = read_edition(WALES, "wales.toml")
    for others in ([wales, wales], [wales, load_book("england").editions[0]]):
        with pytest.raises(InputError):
            book_of(*others)


def test_what_was_tried_stands_in_a_list() -> None:
    story = (
        Story()
        .then("entry_notice_given", "2026-12-07 10:00", way="letter")
        .then("access_attempted", "2026-12-08 10:00", result="refused")
        .then("access_attempted", "2026-12-09 10:00", result="nobody_in", words="Card left")
        .then("entry_notice_given", "2026-12-09 11:00")
        .then("access_attempted", "2026-12-10 10:00", result="let_in")
        .then("contractor_sought", "2026-12-10 12:00", reason="No roofer before January")
        .then("accommodation_offered", "2026-12-11 12:00", accepted=False)
        .then("tenant_told", "2026-12-11 13:00", words="Coming Monday")
        .then("tenant_told", "2026-12-11 14:00", delay_of="safety_work", until="2027-01-08", reason="No roofer")
    )
    tried = all_reasonable_endeavours(story.events, load_book("england").editions[0].entry)
    assert [(each.event, each.title, each.result) for each in tried] == [
        (1, "Notice of a visit given", ""),
        (2, "Visit", f"entry refused; notice given 7 December 2026, 10:00, at least {HOURS}"),
        (3, "Visit", "nobody in; Card left; no notice of this visit is recorded (SI 2025/1042, regulation 20 asks for "
                     "24 hours)"),
        (4, "Notice of a visit given", ""),
        (5, "Visit", f"let in; notice given 9 December 2026, 11:00, less than {HOURS}"),
        (6, "Contractor sought", "No roofer before January"),
        (7, "Other accommodation offered", "declined"),
        (9, "Tenant told of a delay", "until 2027-01-08; No roofer"),
    ]  # fmt: skip
    assert all_reasonable_endeavours(story.events)[1].result == "entry refused"


HOURS = "24 hours before (SI 2025/1042, regulation 20)"


def test_every_rule_that_comes_along_can_be_met_and_names_hazards_that_are_there() -> None:
    for nation in nations():
        for edition in load_book(nation).editions:
            assert [clock.name for clock in edition.clocks if not clock.met_by] == []
            assert {hazard.name for hazard in edition.hazards} <= {"damp_mould", "excess_cold", "excess_heat"}
