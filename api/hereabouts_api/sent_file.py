"""A file as it came, with a form or as the body itself: its bytes, and what kind it says that it is."""

from dataclasses import dataclass

from fastapi import Request
from starlette.datastructures import UploadFile

from hereabouts_api.intake import Intake

_UNSURE = ("", "application/octet-stream", "application/vnd.ms-excel")
_BY_ENDING = {"csv": "text/csv", "heic": "image/heic", "heif": "image/heif"}


@dataclass(frozen=True, kw_only=True, slots=True)
class SentFile:
    """A file as it came."""

    media_type: str
    content: bytes


def media_type_of(file: UploadFile) -> str:
    """What a browser says of a file, or its name where that is nothing: few know HEIC, and where a spreadsheet program
    is installed, Windows has CSV files for its own.
    """
    said = (file.content_type or "").partition(";")[0]
    ending = (file.filename or "").lower().rpartition(".")[2]
    return _BY_ENDING.get(ending, said) if said in _UNSURE else said


async def body_as_file(request: Request) -> SentFile:
    """The body of a request that a key vouches for. Raises as `Intake.body_of`."""
    intake: Intake = request.app.state.intake
    content = await intake.body_of(request, vouched=True)
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    return SentFile(media_type=media_type, content=content)
