"""The page of sources: what came in from each, what became of it, and whether the numbers agree."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Annotated

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

from hereabouts_api.access import Caller, needs
from hereabouts_api.pages.templates import render
from hereabouts_api.pages.words import counted, source_of
from hereabouts_api.parameters import utc_now
from hereabouts_platform.rules.wording import say_list, say_time
from hereabouts_platform.store.source_books import SourceCheck, Span, SpanCounts, count_spans, list_checks
from hereabouts_schemas.access import Action, Resource
from hereabouts_schemas.times import LONDON, aware_utc

router = APIRouter(include_in_schema=False)

TODAY, YESTERDAY, WEEK = "Today", "Yesterday", "The last 7 days"
FILES = "file"


@dataclass(frozen=True, kw_only=True, slots=True)
class SpanLine:
    """One span of one source as the page shows it."""

    name: str
    sentence: str
    counts: SpanCounts


@dataclass(frozen=True, kw_only=True, slots=True)
class SourceCard:
    """One source as the page shows it; `wrong` says that its numbers do not agree."""

    name: str
    title: str
    spans: list[SpanLine]
    checked: str
    wrong: bool
    needs_you: int


@router.get("/sources", response_class=HTMLResponse)
def sources(caller: Annotated[Caller, needs(Action.READ, Resource.SOURCES)]) -> str:
    """Sources that are switched on or brought something this week, those that need somebody first."""
    now = utc_now()
    spans = spans_at(now)
    counts = count_spans(caller.connection, spans)
    checks = [check for check in list_checks(caller.connection) if check.envelope != FILES]
    cards = [_card(check, spans, counts) for check in checks if check.enabled or (check.name, WEEK) in counts]
    quiet = [card.title for card in cards if not _has_come(card)]
    shown = sorted((card for card in cards if _has_come(card)), key=lambda card: (not card.wrong, not card.needs_you))
    return render(
        "sources.html",
        signed_in=caller.principal,
        lead=_lead(shown),
        cards=shown,
        quiet=f"Nothing has come in from {say_list(quiet)} in the last 7 days." if quiet else "",
    )


def spans_at(now: datetime) -> list[Span]:
    """Today, yesterday and the last seven days with today, by the days of Europe/London."""
    today = now.astimezone(LONDON).date()
    starts = {back: _midnight(today - timedelta(days=back)) for back in (-1, 0, 1, 6)}
    return [
        Span(name=TODAY, from_at=starts[0], to_at=starts[-1]),
        Span(name=YESTERDAY, from_at=starts[1], to_at=starts[0]),
        Span(name=WEEK, from_at=starts[6], to_at=starts[-1]),
    ]


def _midnight(day: date) -> datetime:
    return aware_utc(datetime.combine(day, time(), LONDON))


def _card(check: SourceCheck, spans: list[Span], counts: Mapping[tuple[str, str], SpanCounts]) -> SourceCard:
    lines = [
        SpanLine(name=span.name, sentence=_sentence(span.name, found), counts=found)
        for span in spans
        for found in [counts.get((check.name, span.name), SpanCounts())]
    ]
    return SourceCard(
        name=check.name,
        title=source_of(check.name),
        spans=lines,
        checked=_say_check(check),
        wrong=check.complaint is not None,
        needs_you=lines[-1].counts.quarantined,
    )


def _has_come(card: SourceCard) -> bool:
    return card.wrong or card.spans[-1].counts.received > 0


def _sentence(span: str, counts: SpanCounts) -> str:
    """One span in words: "Yesterday 96,212 came in: 96,180 stored, 30 were copies, 2 need you."."""
    if counts.received == 0:
        return f"{span} nothing came in."
    parts = [f"{counts.stored:,} stored"]
    if counts.duplicate:
        parts.append(f"{counts.duplicate:,} {'was a copy' if counts.duplicate == 1 else 'were copies'}")
    if counts.ignored:
        parts.append(f"{counts.ignored:,} not meant for us")
    parts.append(f"{counts.quarantined:,} {'needs' if counts.quarantined == 1 else 'need'} you")
    if not counts.quarantined:
        parts[-1] = "none needs you"
    return f"{span} {counts.received:,} came in: {', '.join(parts)}."


def _say_check(check: SourceCheck) -> str:
    if check.complaint is not None:
        return check.complaint
    if check.checked_at is None:
        return "Not checked yet: nothing was counted at the door since this release was installed."
    if check.differing or not check.agreed:
        return f"Looked at {say_time(check.checked_at)}; the numbers could not be compared."
    return f"The numbers agree: every message is accounted for. Last checked {say_time(check.checked_at)}."


def _lead(cards: list[SourceCard]) -> str:
    if not cards:
        return "Nothing has come in during the last 7 days."
    wrong = sum(card.wrong for card in cards)
    if wrong:
        sources = counted(wrong, "source", "sources")
        return f"The numbers of {sources} do not agree. Somebody who runs Hereabouts should look."
    waiting = sum(card.needs_you for card in cards)
    if waiting == 0:
        return "Every message of the last 7 days was understood."
    return f"{counted(waiting, 'message', 'messages')} of the last 7 days could not be understood."
