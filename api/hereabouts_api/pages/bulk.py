"""One thing done in several cases at once: each for itself, so that one that cannot be leaves the others done."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from hereabouts_api.access import Caller
from hereabouts_api.pages.case_form_body import Answers
from hereabouts_api.pages.case_offer import NOBODY, answered, form_named
from hereabouts_platform.store.case_events import Clerk, Happened, RequestKey, officers_of
from hereabouts_platform.store.case_list import find_case
from hereabouts_platform.store.cases import record_event
from hereabouts_schemas.errors import InputError, NotFound, NotNow

FORMS = ("assign", "snooze")
MOST = 100  # cases at once: two pages of them
OF_ALL = 0  # the number under which an error of the whole stands


@dataclass(frozen=True, kw_only=True, slots=True)
class Failure:
    """A case in which it could not be done, and why; case 0 is the whole."""

    case: int
    home: str
    why: str


def bulk_lists(caller: Caller, patches: Iterable[str]) -> dict[str, str]:
    """Who could be given cases of these patches."""
    names = {caller.principal.name: f"{caller.principal.name} (you)"}
    for patch in sorted(patches):
        names |= {name: name for name in officers_of(caller.connection, patch) if name not in names}
    return {**names, NOBODY: "Nobody"}


def do_in_bulk(caller: Caller, given: Answers, now: datetime) -> tuple[int, list[Failure]]:
    """Give the ticked cases to somebody, or put them off; returns how many were done, and those that could not be."""
    try:
        numbers, happened = _numbers(given), _asked(given, now)
    except InputError as error:
        return 0, [Failure(case=OF_ALL, home="", why=error.cure)]
    clerk = Clerk.at(caller.connection, caller.principal, now)
    failed = []
    for number in numbers:
        key = RequestKey(key=f"{given.key}/{number}", asked={"case": number, "fields": dict(given.fields)})
        try:
            record_event(clerk, number, happened, key)
        except (InputError, NotNow, NotFound) as error:
            why = error.cure if isinstance(error, InputError) else str(error)
            row = find_case(caller.connection, number, now)
            failed.append(Failure(case=number, home=row["home_name"] if row else "", why=why))
    return len(numbers) - len(failed), failed


def _asked(given: Answers, now: datetime) -> Happened:
    form = form_named(given.form)
    if form.name not in FORMS:
        raise InputError("form", given.form, "That cannot be done in several cases at once.")
    name = given.fields.get("assignee", "")
    read = answered(form, {"assignee": {name: name}}, given.fields, now)
    if read.happened is None:
        said = {one.name: one.label for one in form.all_fields}
        raise InputError(form.name, "", " ".join(f"{said[name]}: {cure}" for name, cure in read.errors.items()))
    return read.happened


def _numbers(given: Answers) -> list[int]:
    if not given.chosen:
        raise InputError("case", "", "Tick at least one case.")
    if len(given.chosen) > MOST or not all(one.isdecimal() and len(one) < 19 for one in given.chosen):
        raise InputError("case", ", ".join(given.chosen)[:100], f"Tick at most {MOST} cases of the list.")
    return [int(one) for one in given.chosen]
