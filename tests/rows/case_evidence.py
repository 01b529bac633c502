"""A whole case file for tests: a flat with a bedroom logger, a weather station, and a story."""

import math
from datetime import datetime, timedelta

from case_story import Story, london

from hereabouts_platform.cases.clocks.book_file import load_book
from hereabouts_platform.evidence.case_file import (
    Attachment,
    CaseFile,
    Frame,
    Home,
    Hour,
    Landlord,
    Recorded,
    RuleFile,
    Series,
    Statement,
)

SINCE, UNTIL = london("2026-11-23 00:00"), london("2026-12-21 00:00")
SILENT = range(200, 260)  # hours in which the logger said nothing
HOUR = timedelta(hours=1)


def hours(mean: float, swing: float, without: range = range(0)) -> tuple[Hour, ...]:
    """Four weeks of hours about a mean."""
    count = round((UNTIL - SINCE) / HOUR)
    values = [round(mean + swing * math.sin(n / 24 * 2 * math.pi), 2) for n in range(count)]
    return tuple(
        Hour(at=SINCE + n * HOUR, count=4, mean=value, least=value - 0.5, greatest=value + 0.5)
        for n, value in enumerate(values)
        if n not in without
    )


def series(quantity: str, values: tuple[Hour, ...], unit: str, place: str = "Bedroom 2") -> Series:
    """A series over the four weeks."""
    outdoors = place != "Bedroom 2"
    return Series(
        place=place,
        quantity=quantity,
        unit=unit,
        device="met" if outdoors else "a81758fffe0461d2",
        from_at=SINCE,
        to_at=UNTIL,
        hours=values,
        outdoors=outdoors,
    )


def whole_story() -> Story:
    """From the first reading to closed, with visits, a correction and somewhere else to stay."""
    return (
        Story()
        .then("indicated", "2026-12-03 04:00", actor="system:jobs")
        .then("alert_raised", "2026-12-07 10:00", actor="system:jobs", reason="Bedroom 2 has been wet for a week")
        .then("triaged", "2026-12-07 14:00")
        .then("reported", "2026-12-08 09:00", by="resident", words='=1+1 "black" spots <behind> the wardrobe')
        .then("entry_notice_given", "2026-12-08 10:00", way="letter")
        .then("access_attempted", "2026-12-09 14:00", result="let_in")
        .then("investigation_begun", "2026-12-09 14:00", type="in_person")
        .then(
            "investigation_concluded",
            "2026-12-09 15:00",
            significance="significant",
            type="in_person",
            investigator="C. Okafor, surveyor",
            reason="Mould on the north wall; the extractor fan does not run.",
            safety_work_is="Wash down the wall and fit a fan that runs",
            preventative_work_is="Insulate the north wall",
        )
        .then("summary_sent", "2026-12-11 12:00", way="email")
        .then("corrected", "2026-12-11 13:00", event=4, at="2026-12-08T09:30:00Z", reason="The call log says so")
        .then("accommodation_offered", "2026-12-15 12:00", accepted=False)
        .then("safety_work_done", "2026-12-16 12:00", words="Washed down, fan fitted")
        .then("preventative_steps_taken", "2026-12-16 13:00")
        .then("preventative_work_begun", "2027-02-01 09:00")
        .then("works_done", "2027-02-12 16:00")
        .then("closed", "2027-05-14 10:00", outcome="cause_found", cause="extract_failure")
    )


def file_of(story: Story, state: str = "closed", at_hand: bool = True) -> CaseFile:
    """The file of a story; `at_hand` with its readings and messages."""
    rules = [
        RuleFile(name=f"{each.nation}-{each.begins}.toml", text=each.text) for each in load_book(story.nation).editions
    ]
    readings = (
        series("air_temperature", hours(16.0, 1.5, SILENT), "Cel"),
        series("relative_humidity", hours(78.0, 6.0, SILENT), "%"),
        series("air_temperature", hours(5.0, 3.0), "Cel", place="Weather station, Roundhay"),
    )
    return CaseFile(
        reference="2026-0117",
        hazard=story.hazard,
        hazard_title="damp and mould",
        state=state,
        outcome="cause_found" if state == "closed" else None,
        home=Home(id="home-12", name="12 Elm Court, Leeds", uprn="10009876543", tenancy=story.tenancy),
        policy=story.policy,
        rules=tuple(rules),
        events=tuple(Recorded(event=event, recorded_at=event.at) for event in story.events),
        statements=(_statement(),) if at_hand else (),
        series=readings if at_hand else (),
        frames=tuple(_frame(SINCE + n * HOUR) for n in range(3)) if at_hand else (),
        attachments=(_photo(),) if at_hand else (),
        landlord=Landlord(name="Leeds Homes", phone="0113 496 0000"),
        release="0.4.0",
    )


def _statement() -> Statement:
    return Statement(
        alert=17,
        at=london("2026-12-07 10:00"),
        place="Bedroom 2",
        rule="damp",
        rule_version="3",
        level="act",
        reason="Bedroom 2: surface humidity 84 % over 30 days, limit 80 %",
        evidence={"surface_humidity": 84.0},
    )


def _frame(at: datetime) -> Frame:
    return Frame(
        device="a81758fffe0461d2",
        received_at=at,
        observed_at=at,
        time_source="network",
        source="things-stack",
        decoder="elsys_ers/2",
        payload=b"\x01\x00\xa0\x02\x4e",
    )


def _photo() -> Attachment:
    return Attachment(
        name="../wall north.jpg",
        media_type="image/jpeg",
        content=b"\xff\xd8\xff\xe0 not a picture",
        added_at=london("2026-12-09 15:10"),
        added_by="ann",
    )
