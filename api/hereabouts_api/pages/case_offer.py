"""The forms that a case offers as it stands, filled in with what was answered and what is wrong with it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import uuid4

from hereabouts_api.pages.case_fields import Asks, Field, read_field
from hereabouts_api.pages.case_forms import FORMS, CaseForm
from hereabouts_platform.cases.life import Standing, possible
from hereabouts_platform.store.case_events import KEY, Happened, Recorded
from hereabouts_schemas.case import CaseEventKind
from hereabouts_schemas.errors import InputError, NotNow
from hereabouts_schemas.times import parse_time

NOBODY = "nobody"
SENT_BEFORE = (
    "This form was sent before with other answers, and those stand recorded. Look at what happened so far; send it "
    "again only if this is something new."
)
WHOLE = ""  # an error of the form as a whole stands under this name
_BY_NAME = {form.name: form for form in FORMS}


@dataclass(frozen=True, kw_only=True, slots=True)
class Offered:
    """A form on the page.

    Attributes:
        key: names the request, so that a form sent twice is done once.
        answers: what stands in its fields, by name.
        errors: what is wrong with them, by name; of the whole under "".
        note: what has to be known first, as the case stands.
    """

    form: CaseForm
    key: str
    answers: Mapping[str, str]
    errors: Mapping[str, str]
    note: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Answered:
    """A form that came back: the event it asks for, or what is wrong."""

    happened: Happened | None
    errors: Mapping[str, str]


@dataclass(frozen=True, kw_only=True, slots=True)
class NotRecorded:
    """A form to be shown again as it was filled in: nothing of it was recorded, so it is a request of its own.

    `status` is the HTTP status of the page that shows it.
    """

    shown: Offered
    status: int


def form_named(name: str) -> CaseForm:
    """The form of a name.

    Raises:
        InputError: there is none.
    """
    if name not in _BY_NAME:
        raise InputError("form", name, "Use one of the forms on the case's page.")
    return _BY_NAME[name]


def offers(
    standing: Standing,
    lists: Mapping[str, Mapping[str, str]],
    notes: Mapping[str, str],
    *,
    may_review: bool,
    failed: Offered | None,
) -> tuple[list[Offered], list[Offered]]:
    """The forms for what usually comes next, and those for whatever else may be recorded now.

    Args:
        lists: choices of the fields that differ from case to case, by the field's name.
        notes: what has to be known first, by the form's name.
        failed: the form that came back and could not be recorded; it stands as it was filled in.
    """
    kinds = set(possible(standing))
    if not may_review:
        kinds.discard(CaseEventKind.REVIEWED)
    forms = [_with_lists(form, lists) for form in FORMS if form.kind in kinds]
    shown = [replace(_offered(form, failed), note=notes.get(form.name, "")) for form in forms]
    return (
        [one for one in shown if standing.state in one.form.in_states],
        [one for one in shown if standing.state not in one.form.in_states],
    )


def answered(
    form: CaseForm, lists: Mapping[str, Mapping[str, str]], given: Mapping[str, str], now: datetime
) -> Answered:
    """Read a form that came back."""
    filled = _with_lists(form, lists)
    detail: dict[str, object] = dict(form.fixed or {})
    errors: dict[str, str] = {}
    for one in filled.all_fields:
        try:
            value = read_field(one, given.get(one.name, ""))
        except InputError as error:
            errors[one.name] = error.cure
            continue
        if value != "":
            detail[one.name] = _as_kept(one, value)
    if errors:
        return Answered(happened=None, errors=errors)
    at = parse_time(str(detail.pop("at"))) if form.has_time and "at" in detail else now
    return Answered(happened=Happened(kind=form.kind, at=at, detail=detail), errors={})


def carry_out(
    form: CaseForm, read: Answered, given: Mapping[str, str], work: Callable[[Happened], Recorded]
) -> Recorded | NotRecorded:
    """Have `work` record what a form that came back asks for, or say what is wrong with it.

    Args:
        read: the form as it was read (`answered`).
        given: what stood in its fields, by name.
        work: records the event; its InputError stands beside the field it is about, its NotNow over the whole form.
    """
    errors, status = read.errors, 400
    if read.happened is not None:
        try:
            return work(read.happened)
        except InputError as error:
            errors = _refused(form, error)
        except NotNow as error:
            errors, status = {WHOLE: str(error)}, 409
    return NotRecorded(shown=Offered(form=form, key=uuid4().hex, answers=given, errors=errors), status=status)


def _refused(form: CaseForm, error: InputError) -> Mapping[str, str]:
    """An error of the case itself, beside the field that it is about."""
    if error.field == KEY:  # somebody went back in the browser, changed the answers and sent the form again
        return {WHOLE: SENT_BEFORE}
    field = error.field.removeprefix("detail.")
    names = {one.name for one in form.all_fields}
    return {field if field in names else WHOLE: error.cure}


def _as_kept(one: Field, value: object) -> object:
    if one.name == "event":
        return int(str(value))
    return None if one.name == "assignee" and value == NOBODY else value


def _with_lists(form: CaseForm, lists: Mapping[str, Mapping[str, str]]) -> CaseForm:
    fields = tuple(
        replace(one, choices=lists.get(one.name, {})) if one.asks is Asks.LIST else one for one in form.fields
    )
    return replace(form, fields=fields)


def _offered(form: CaseForm, failed: Offered | None) -> Offered:
    if failed is not None and failed.form.name == form.name:
        return replace(failed, form=form)
    return Offered(form=form, key=uuid4().hex, answers={}, errors={})


def entries(events: Sequence[tuple[int, str]]) -> dict[str, str]:
    """Entries of a timeline that people may correct, newest first, as choices."""
    return {str(number): said for number, said in reversed(events)}
