"""What people do to cases: open one by a report, record what happened. `store/case_alerts` is the jobs' side."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from hereabouts_platform.access.policy import require
from hereabouts_platform.cases.clocks.book_file import load_book
from hereabouts_platform.cases.closing import check_clocks, closes
from hereabouts_platform.cases.details import checked
from hereabouts_platform.cases.life import check, stand
from hereabouts_platform.cases.steps import STEPS
from hereabouts_platform.store.case_events import (
    Clerk,
    Happened,
    Locked,
    Recorded,
    RequestKey,
    chosen_officer,
    done_before,
    events_of,
    keep_key,
    lock_case,
    officers_of,
    work_out,
    write_events,
)
from hereabouts_platform.store.connection import Connection
from hereabouts_platform.store.queries import load
from hereabouts_schemas.access import Action, Resource
from hereabouts_schemas.case import CaseEvent, CaseEventKind
from hereabouts_schemas.errors import InputError

SQL = load("cases")


def open_report(clerk: Clerk, place: str, hazard: str, report: Happened, key: RequestKey | None = None) -> Recorded:
    """Write down what a person told us of a home: into its open case of that hazard, or a new one.

    Args:
        place: the home, or a room of it.
        hazard: such as damp_mould.
        report: of kind reported, its detail as handed in.

    Raises:
        NotAllowed: the clerk may not work cases.
        InputError: the place is no home or not one of theirs, the law's rules do not know the hazard, or something in
            the report cannot be used.
    """
    require(clerk.by, Action.WRITE, Resource.CASES)
    if (done := done_before(clerk.connection, key)) is not None:
        return done
    _check_hazard(clerk, hazard)
    home = _home(clerk.connection, place)
    news = _checked(report)
    case, is_new = _open(clerk.connection, home, hazard, news.at)
    before = events_of(clerk.connection, case.id)
    wanted = _wanted(clerk, before, news)
    check(before or [wanted], wanted, clerk.now)
    whose = chosen_officer(clerk.connection, case.patch, hazard, {}) if is_new else None
    handed = [] if whose is None else [_handed(whose, clerk.now)]
    return _done(clerk, case, before, [news, *handed], key)


def record_event(clerk: Clerk, case_id: int, given: Happened, key: RequestKey | None = None) -> Recorded:
    """Write down what happened in a case, where it may: the states of `cases/life` decide.

    Raises:
        NotFound: there is no such case for them.
        NotAllowed: the clerk may not work cases, or not review them.
        NotNow: the case does not stand so; says what may be done instead.
        InputError: something in it cannot be used, or the system records that by itself.
    """
    require(clerk.by, Action.REVIEW if given.kind is CaseEventKind.REVIEWED else Action.WRITE, Resource.CASES)
    if (done := done_before(clerk.connection, key)) is not None:
        return done
    if STEPS[given.kind].by_system:
        raise InputError("kind", given.kind, "The system records that itself.")
    case = lock_case(clerk.connection, case_id)
    before = events_of(clerk.connection, case.id)
    news = _checked(given)
    wanted = _wanted(clerk, before, news)
    check(before, wanted, clerk.now)
    _check_closing(clerk, case, before, wanted)
    if news.kind is CaseEventKind.ASSIGNED:
        _check_assignee(clerk, case, news.detail["assignee"])
    return _done(clerk, case, before, [news, *_follows(news)], key)


def record_file(clerk: Clerk, case: Locked, detail: Mapping[str, object]) -> int:
    """Write down that a file was attached; returns the event's number."""
    news = Happened(kind=CaseEventKind.FILE_ATTACHED, at=clerk.now, detail=detail)
    return write_events(clerk, case, events_of(clerk.connection, case.id), [news])[0].id


def _done(
    clerk: Clerk, case: Locked, before: Sequence[CaseEvent], news: Sequence[Happened], key: RequestKey | None
) -> Recorded:
    made = write_events(clerk, case, before, news)
    recorded = Recorded(case=case.id, event=made[0].id)
    keep_key(clerk.connection, key, recorded)
    return recorded


def _follows(news: Happened) -> list[Happened]:
    """What is a fact of its own beside an event: works that have begun may be those that the law calls preventative."""
    if news.kind is CaseEventKind.WORKS_BEGUN and news.detail.get("works") in ("preventative", "both"):
        return [Happened(kind=CaseEventKind.PREVENTATIVE_WORK_BEGUN, at=news.at)]
    return []


def _checked(given: Happened) -> Happened:
    return Happened(kind=given.kind, at=given.at, detail=checked(given.kind, given.detail))


def _handed(officer: str, now: datetime) -> Happened:
    return Happened(kind=CaseEventKind.ASSIGNED, at=now, detail={"assignee": officer})


def _wanted(clerk: Clerk, before: Sequence[CaseEvent], news: Happened) -> CaseEvent:
    number = before[-1].id + 1 if before else 1
    return CaseEvent(id=number, kind=news.kind, at=news.at, actor=clerk.by.name, detail=news.detail)


def _check_closing(clerk: Clerk, case: Locked, before: Sequence[CaseEvent], wanted: CaseEvent) -> None:
    """A case is not closed, by whatever event, while its clocks still ask for something that this does not end."""
    after = [*before, wanted]
    standing = stand(after)
    if closes(stand(before), standing):
        check_clocks(work_out(clerk, case, after, standing))


def _check_hazard(clerk: Clerk, hazard: str) -> None:
    known = {rule.name for edition in load_book(clerk.policy.nation).editions for rule in edition.hazards}
    if hazard not in known:
        raise InputError("hazard", hazard, f"Give one of {', '.join(sorted(known))}.")


def _home(connection: Connection, place: str) -> str:
    row = connection.execute(SQL["home_of"], {"place": place}).fetchone()
    if row is None or row[0] is None:
        cure = "Give the id of a home that you may see, or of a room in one; /v1/places?kind=home lists them."
        raise InputError("place", place, cure)
    return str(row[0])


def _open(connection: Connection, home: str, hazard: str, at: datetime) -> tuple[Locked, bool]:
    """A new case, or the open one; either is held."""
    while True:
        row = connection.execute(SQL["open"], {"home": home, "hazard": hazard, "at": at}).fetchone()
        if row is not None:
            return Locked(id=row[0], home=row[1], hazard=row[2], patch=row[3]), True
        found = connection.execute(SQL["open_case"], {"home": home, "hazard": hazard}).fetchone()
        if found is not None:  # else it was closed in this very moment
            return lock_case(connection, found[0]), False


def _check_assignee(clerk: Clerk, case: Locked, name: object) -> None:
    if name is None or name == clerk.by.name:
        return
    known = officers_of(clerk.connection, case.patch)
    if name not in known:
        whom = ", ".join(known) or "nobody yet (`hereabouts user add` gives an officer a patch)"
        raise InputError("detail.assignee", name, f"Those who work in this patch are: {whom}. Or give null.")
