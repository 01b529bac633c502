"""The body of a case's form: which form it is, the key that names the request, and the answers."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from fastapi import Depends, Request

from hereabouts_schemas.errors import InputError

MOST_FIELDS = 400


@dataclass(frozen=True, kw_only=True, slots=True)
class Answers:
    """A form as it came.

    Attributes:
        form: its name.
        key: names the request, so that a form sent twice is done once.
        fields: the answers by name, as text.
        chosen: the cases that were ticked, where it is about several.
    """

    form: str
    key: str
    fields: Mapping[str, str]
    chosen: Sequence[str] = ()


async def _read(request: Request) -> Answers:
    async with request.form(max_files=0, max_fields=MOST_FIELDS) as body:
        return answers_in(body.multi_items())


def answers_in(given: Iterable[tuple[str, object]]) -> Answers:
    """The answers among the parts of a form.

    Raises:
        InputError: one holds what cannot be kept, or nothing names the request.
    """
    fields: dict[str, str] = {}
    chosen: list[str] = []
    for name, value in given:
        if not isinstance(value, str):
            continue
        if "\0" in value:
            raise InputError(name, "text", "It holds a character that cannot be kept. Write it again.")
        if name == "case":
            chosen.append(value)
        else:
            # browsers end lines with \r\n; the same words again are the same request
            fields[name] = value.replace("\r\n", "\n")
    form, key = fields.pop("form", ""), fields.pop("key", "")
    if not 0 < len(key) <= 100:
        raise InputError("key", key, "Load the page again and fill the form in there.")
    return Answers(form=form, key=key, fields=fields, chosen=tuple(dict.fromkeys(chosen)))


def answers() -> Any:
    """`Annotated[Answers, answers()]` is the parameter of a route that takes such a form."""
    return Depends(_read)
