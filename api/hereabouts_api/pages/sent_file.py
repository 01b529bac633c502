"""A file that came with a form: its bytes, and what kind it is by what the browser or its name says."""

from dataclasses import dataclass

from starlette.datastructures import UploadFile

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
