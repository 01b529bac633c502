"""The few files that pages load, under names that change with their content, so that browsers may keep them."""

import hashlib
from functools import cache
from importlib.resources import files

from fastapi import APIRouter, Response

from hereabouts_schemas.errors import NotFound

router = APIRouter(include_in_schema=False)

MEDIA_TYPES = {"css": "text/css; charset=utf-8", "svg": "image/svg+xml"}


@cache
def _files() -> dict[str, bytes]:
    folder = files("hereabouts_api").joinpath("static")
    return {_hashed(entry.name, entry.read_bytes()): entry.read_bytes() for entry in folder.iterdir()}


def _hashed(name: str, content: bytes) -> str:
    stem, _, ending = name.rpartition(".")
    return f"{stem}.{hashlib.sha256(content).hexdigest()[:12]}.{ending}"


@cache
def address_of(name: str) -> str:
    """Where a file of `static/` is served."""
    content = files("hereabouts_api").joinpath("static", name).read_bytes()
    return f"/static/{_hashed(name, content)}"


@router.get("/static/{name}")
def read_static(name: str) -> Response:
    """One of the files; what a name holds never changes.

    Raises:
        NotFound: there is none of that name.
    """
    content = _files().get(name)
    if content is None:
        raise NotFound("There is no such file.")
    headers = {"Cache-Control": "public, max-age=31536000, immutable"}
    return Response(content, media_type=MEDIA_TYPES[name.rpartition(".")[2]], headers=headers)
