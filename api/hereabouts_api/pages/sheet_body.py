"""The body of a sheet's form: a report, and a photo where somebody took one."""

from dataclasses import dataclass
from typing import Any

from fastapi import Depends, Request
from starlette.datastructures import UploadFile

from hereabouts_api.pages.case_form_body import MOST_FIELDS, Answers, answers_in
from hereabouts_api.sent_file import SentFile, media_type_of


@dataclass(frozen=True, kw_only=True, slots=True)
class SheetAnswers:
    """A sheet's form as it came; without a photo where none was chosen."""

    answers: Answers
    photo: SentFile | None


async def _read(request: Request) -> SheetAnswers:
    async with request.form(max_files=1, max_fields=MOST_FIELDS) as body:
        given = answers_in(body.multi_items())
        photo = body.get("photo")
        if not isinstance(photo, UploadFile) or not photo.filename:  # how browsers send that nothing was chosen
            return SheetAnswers(answers=given, photo=None)
        return SheetAnswers(answers=given, photo=SentFile(media_type=media_type_of(photo), content=await photo.read()))


def sheet_answers() -> Any:
    """`Annotated[SheetAnswers, sheet_answers()]` is the parameter of the route that takes such a form."""
    return Depends(_read)
