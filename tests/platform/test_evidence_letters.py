"""The written summary to a tenant: every variant says what the law asks for, in words that blame nobody."""

import re

import pytest
from case_evidence import file_of, whole_story
from case_story import Story

from hereabouts_platform.evidence.letters import FILL_IN, summary_html, summary_of
from hereabouts_schemas.case import Significance
from hereabouts_schemas.errors import InputError

BLAMING = re.compile(
    r"life" + r"style|your fault|you caused|tenant['’]s behaviour|drying (your )?laundry", re.IGNORECASE
)


def story(significance: str, hazard: str = "damp_mould", nation: str = "england", **detail: object) -> Story:
    """Known on 7 December, concluded on 9 December 2026."""
    told = Story(hazard=hazard, nation=nation).then("alert_raised", "2026-12-07 10:00")
    return told.then("investigation_concluded", "2026-12-09 15:00", significance=significance, **detail)


def text_of(html: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html.split("</style>")[1]))


def test_a_significant_hazard() -> None:
    page = text_of(summary_html(file_of(whole_story())))
    for words in (
        "On Wednesday 9 December 2026 we looked into it in your home. Who did it: C. Okafor, surveyor",
        "We found a significant hazard: damp and mould",
        "Mould on the north wall; the extractor fan does not run.",
        "Make your home safe: Wash down the wall and fit a fan that runs",
        "by Wednesday 16 December 2026 at the latest",
        "Keep it from coming back: Insulate the north wall",
        "by Wednesday 3 March 2027 at the latest",
        "somewhere else to stay, at our cost",
        "at least 24 hours' written notice",
        "0113 496 0000",
        "Our reference: 2026-0117",
        "Housing Ombudsman",
    ):
        assert words.replace("'", "&#39;") in page or words in page, words


def test_nothing_found_says_so_and_leaves_the_why_to_a_person() -> None:
    summary = summary_of(file_of(story("none"), "reported"))
    assert (summary.variant, summary.work, summary.away) == (Significance.NONE, (), "")
    assert summary.why == FILL_IN
    page = summary_html(file_of(story("none"), "reported"))
    assert "We did not find a significant or an emergency hazard" in text_of(page)
    assert '<span class="fill">' in page
    given = summary_of(file_of(story("none", reason="The walls are dry and the fan runs."), "reported"))
    assert given.why == "The walls are dry and the fan runs."


@pytest.mark.parametrize("suspected", [True, False])
def test_an_emergency(suspected: bool) -> None:
    told = Story(hazard="excess_cold").then("reported", "2026-12-07 10:00")
    if suspected:
        told.then("emergency_suspected", "2026-12-08 10:00")
    told.then("emergency_found", "2026-12-08 16:00", safety_work_is="Repair the boiler")
    summary = summary_of(file_of(told, "reported"))
    assert summary.variant is Significance.EMERGENCY
    assert "made safe within 24 hours" in summary.found
    assert summary.work[0].what == "Make your home safe: Repair the boiler"
    assert summary.work[0].end == "by Wednesday 9 December 2026 at the latest"
    assert summary.away


def test_the_summary_of_each_investigation_can_be_written() -> None:
    told = story("none", type="remote").then("in_person_asked_for", "2026-12-10 10:00")
    told.then("investigation_concluded", "2026-12-16 10:00", significance="significant", type="in_person")
    file = file_of(told, "reported")
    first, last = summary_of(file, 2), summary_of(file)
    assert (first.variant, last.variant) == (Significance.NONE, Significance.SIGNIFICANT)
    assert (first.in_person, last.in_person) == (True, False)
    assert "You can ask us to come and look in person" in text_of(summary_html(file, 2))
    assert (first.sent_by, last.sent_by) == ("Monday 14 December 2026", "Monday 21 December 2026")


def test_work_that_is_not_needed_and_days_that_were_said() -> None:
    told = story("significant", preventative_work=False, safety_work_end="2026-12-14", safety_work_begin="tomorrow")
    (work,) = summary_of(file_of(told, "reported")).work
    assert (work.begin, work.end) == ("tomorrow", "Monday 14 December 2026")


def test_work_is_promised_where_no_clock_of_the_law_runs() -> None:
    early = Story(hazard="excess_cold").then("reported", "2026-11-20 10:00")  # the law covers cold from 30 November
    told = {"significance": "significant", "safety_work_is": "Mend the boiler"}
    early.then("investigation_concluded", "2026-11-22 10:00", **told)
    summary = summary_of(file_of(early, "reported"))
    assert [work.what for work in summary.work] == ["Make your home safe: Mend the boiler"]
    assert (summary.work[0].end, summary.no_work) == (FILL_IN, "")
    fan = summary_of(file_of(story("none", preventative_work=True, preventative_work_is="A new fan"), "reported"))
    assert [work.what for work in fan.work] == ["Keep it from coming back: A new fan"]


def test_a_hazard_without_work_is_never_said_to_need_none() -> None:
    done = summary_of(file_of(story("significant", safety_work=False, preventative_work=False), "reported"))
    assert done.work == ()
    assert FILL_IN in done.no_work


def test_scotland_names_its_own_help_and_no_english_notice() -> None:
    page = text_of(summary_html(file_of(story("significant", nation="scotland"), "reported")))
    assert "Shelter Scotland" in page
    assert "24 hours" not in page
    assert "Repair:" in page


@pytest.mark.parametrize("significance", list(Significance))
@pytest.mark.parametrize("hazard", ["damp_mould", "excess_cold", "excess_heat"])
def test_no_variant_blames_anybody(significance: Significance, hazard: str) -> None:
    page = text_of(summary_html(file_of(story(significance, hazard), "reported")))
    assert not BLAMING.search(page)
    assert "How to reach us" in page


@pytest.mark.parametrize("event", [None, 1, 9])
def test_before_an_investigation_has_concluded_there_is_nothing_to_write(event: int | None) -> None:
    file = file_of(Story().then("alert_raised", "2026-12-07 10:00"), "reported")
    with pytest.raises(InputError, match="once an investigation has concluded"):
        summary_of(file, event)
