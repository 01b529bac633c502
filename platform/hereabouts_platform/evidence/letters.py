"""The draft of the written summary to a tenant after an investigation: plain, kind, and all that the law asks for.

It says whether a hazard was found and which; what will be done and by when, or that nothing will and why; how to reach
the landlord (SI 2025/1042, regulation 9, and its guidance; Scotland's guidance asks besides who investigated and where
to get advice). What nobody recorded is left in [square brackets] for a person to fill in: a draft never makes up a
finding. It names no one in the household and blames nobody.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from hereabouts_platform.cases.clocks.book import EntryRule
from hereabouts_platform.cases.clocks.clock import Clock, ClockState
from hereabouts_platform.cases.clocks.facts import Fact, facts_of
from hereabouts_platform.cases.clocks.words import say_day
from hereabouts_platform.cases.clocks.working_days import civil_day
from hereabouts_platform.evidence.case_file import CaseFile
from hereabouts_platform.evidence.page import render
from hereabouts_schemas.case import CaseEventKind, Significance
from hereabouts_schemas.errors import InputError

FILL_IN = "[to be filled in]"
_HAZARD_WORDS = {
    "damp_mould": "damp and mould",
    "excess_cold": "a home that is too cold",
    "excess_heat": "a home that is too hot",
}
_WHILE = {
    "damp_mould": "If mould spreads, or anybody at home feels worse, tell us at once.",
    "excess_cold": "If you cannot keep warm, tell us at once.",
    "excess_heat": "If you cannot keep cool, tell us at once.",
}
_ADVICE = {
    "england": "If you are not satisfied, you can complain to us, and then to the Housing Ombudsman. Shelter and "
    "Citizens Advice give free and independent advice.",
    "scotland": "If you are not satisfied, you can complain to us. Shelter Scotland and Citizens Advice Scotland give "
    "free and independent advice.",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Work:
    """One piece of work: what, and the days by which it begins and ends, in words."""

    what: str
    begin: str
    end: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Summary:
    """What a written summary says.

    Attributes:
        variant: none, significant or emergency.
        found: what was found, as a sentence.
        why: the reasons, as the investigator gave them.
        work: what will be done.
        no_work: why nothing will, where nothing will.
        away: about somewhere else to stay; empty where it does not come up.
        in_person: whether the tenant is told that they can ask for an investigation in person.
        meanwhile: what to do if it gets worse.
        notice: how a visit is announced.
        advice: who else helps.
        sent_by: the last day on which it may be sent, for whoever sends it; it does not stand in the letter.
    """

    variant: Significance
    reference: str
    home: str
    day: str
    remote: bool
    investigator: str
    found: str
    why: str
    work: tuple[Work, ...]
    no_work: str
    away: str
    in_person: bool
    meanwhile: str
    notice: str
    advice: str
    sent_by: str


def summary_of(file: CaseFile, event: int | None = None) -> Summary:
    """What the summary of an investigation says.

    Args:
        file: of the case.
        event: the conclusion (or the finding of an emergency) that it is of; the last one where none is named.

    Raises:
        InputError: no investigation has concluded, or that event is none.
    """
    conclusion = _conclusion(file, event)
    detail = conclusion.event.detail
    found = conclusion.found or Significance.EMERGENCY
    clocks = _clocks_then(file, conclusion)
    work = _work(clocks, detail, found)
    nation = file.book().nation
    return Summary(
        variant=found,
        reference=file.reference,
        home=file.home.name,
        day=say_day(civil_day(conclusion.at)),
        remote=conclusion.remote,
        investigator=_text(detail, "investigator"),
        found=_found(file, found),
        why=_text(detail, "reason", "words"),
        work=work,
        no_work=_no_work(work, found),
        away=_away(clocks),
        in_person=conclusion.remote and nation == "england",
        meanwhile=_WHILE.get(file.hazard, "If anything gets worse, tell us at once.") if work else "",
        notice=_notice(file.book().on(civil_day(conclusion.at)).entry),
        advice=_ADVICE.get(nation, ""),
        sent_by=_sent_by(clocks),
    )


def summary_html(file: CaseFile, event: int | None = None) -> str:
    """The draft as a page to print or to copy from; `event` as in `summary_of`."""
    return render("summary.html", summary=summary_of(file, event), landlord=file.landlord, fill_in=FILL_IN)


def _conclusion(file: CaseFile, event: int | None) -> Fact:
    kinds = (CaseEventKind.INVESTIGATION_CONCLUDED, CaseEventKind.EMERGENCY_FOUND)
    facts = [fact for fact in facts_of(each.event for each in file.events) if fact.kind in kinds]
    facts = [fact for fact in facts if event in (None, fact.event.id)]
    if not facts:
        raise InputError("event", event, "A summary can be written once an investigation has concluded.")
    return facts[-1]


def _clocks_then(file: CaseFile, conclusion: Fact) -> dict[str, Clock]:
    """Of each name the clock that had last begun when the investigation concluded; those replaced do not count."""
    begun = [clock for clock in file.clocks() if clock.started_at <= conclusion.at]
    return {clock.name: clock for clock in begun if clock.state is not ClockState.SUPERSEDED}


def _found(file: CaseFile, found: Significance) -> str:
    hazard = _HAZARD_WORDS.get(file.hazard, file.hazard_title)
    return {
        Significance.NONE: f"We looked for {hazard} that could put your health or safety at risk. We did not find a "
        "significant or an emergency hazard.",
        Significance.SIGNIFICANT: f"We found a significant hazard: {hazard}. It has to be made safe soon.",
        Significance.EMERGENCY: f"We found an emergency hazard: {hazard}. It has to be made safe within 24 hours.",
    }[found]


def _work(clocks: Mapping[str, Clock], detail: Mapping[str, object], found: Significance) -> tuple[Work, ...]:
    """Work with target days: those that were said at the conclusion (`safety_work_is`, `_begin`, `_end`, and the same
    of `preventative_work`), else the law's.

    What was said is promised where no clock of the law runs too; a hazard outside the law is still to be made safe.
    """
    safe = "make_safe" if found is Significance.EMERGENCY else "safety_work"
    rows = (
        (safe, "safety_work", "Make your home safe", False),
        ("begin_repair", "safety_work", "Repair", True),
        ("preventative_start", "preventative_work", "Keep it from coming back", True),
    )
    hazard = found is not Significance.NONE
    chosen = [row for row in rows if hazard and row[0] in clocks]
    known = {key for _, key, _, _ in chosen}
    chosen += [
        row
        for row in (rows[0], rows[2])
        if row[1] not in known and (_said(detail, row[1]) or (hazard and row[0] == safe))
    ]
    return tuple(
        _piece(clocks.get(name), detail, key, title, begins)
        for name, key, title, begins in chosen
        if detail.get(key) is not False
    )


def _said(detail: Mapping[str, object], key: str) -> bool:
    """Whether the conclusion says anything of a piece of work."""
    return any(detail.get(one) for one in (key, f"{key}_is", f"{key}_begin", f"{key}_end"))


def _no_work(work: tuple[Work, ...], found: Significance) -> str:
    """Why nothing will be done; of a hazard that was found a person says why, the draft does not."""
    if work:
        return ""
    if found is Significance.NONE:
        return "Nothing needs to be done to keep you safe, for the reasons given above."
    return f"No more work is planned. Why: {FILL_IN}"


def _piece(clock: Clock | None, detail: Mapping[str, object], key: str, title: str, begins: bool) -> Work:
    """One piece of work; the law says by when it begins, or by when it ends."""
    by_law = f"by {say_day(clock.due_on)} at the latest" if clock and clock.due_on else FILL_IN
    return Work(
        what=f"{title}: {_text(detail, f'{key}_is')}",
        begin=_day(detail, f"{key}_begin", by_law if begins else FILL_IN),
        end=_day(detail, f"{key}_end", FILL_IN if begins else by_law),
    )


def _away(clocks: Mapping[str, Clock]) -> str:
    needed = [clocks[name] for name in ("accommodation", "emergency_accommodation") if name in clocks]
    if not any(clock.state is not ClockState.NOT_NEEDED for clock in needed):
        return ""
    return (
        "If we cannot make your home safe in time, we will offer your household somewhere else to stay, at our cost, "
        "until it is safe. You can say no."
    )


def _notice(entry: EntryRule | None) -> str:
    if entry is None:
        return "We will agree with you when to come."
    return f"We will give you at least {entry.hours} hours' written notice before a visit, unless it is an emergency."


def _sent_by(clocks: Mapping[str, Clock]) -> str:
    clock = clocks.get("summary")
    return "" if clock is None or clock.due_on is None else say_day(clock.due_on)


def _text(detail: Mapping[str, object], *keys: str) -> str:
    return next((str(detail[key]) for key in keys if detail.get(key)), FILL_IN)


def _day(detail: Mapping[str, object], key: str, otherwise: str) -> str:
    """A day that was said, in words; as it was said where it is no date."""
    given = detail.get(key)
    if not given:
        return otherwise
    try:
        return say_day(date.fromisoformat(str(given)))
    except ValueError:
        return str(given)
