"""Reading the folder of vendors' scripts: one folder a family of devices, with profile.toml and decoder.js.

A folder that cannot be used is told with the file, the field and the cure; it takes nothing from its neighbours.
"""

import hashlib
import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from hereabouts_ingest.profile_file import read_profile
from hereabouts_ingest.scripts.limits import SCRIPT_BYTES
from hereabouts_schemas.errors import InputError
from hereabouts_schemas.profile import Profile

TABLE, TEXT = "profile.toml", "decoder.js"
_NAME = re.compile(r"[a-z0-9]+(_[a-z0-9]+)*")


@dataclass(frozen=True, kw_only=True, slots=True)
class Script:
    """A vendor's script as it stands in its folder.

    Attributes:
        spec: its profile; the version is profile.toml's with the first 8 hex digits of the text's SHA-256 behind it.
        source: the text.
        digest: SHA-256 of the text, hex.
    """

    spec: Profile
    source: str
    digest: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Shelf:
    """What a folder of scripts holds, and why some of it cannot be used."""

    scripts: tuple[Script, ...] = ()
    refused: tuple[InputError, ...] = ()


def read_shelf(folder: Path, native: Collection[str]) -> Shelf:
    """Read every script of a folder, in alphabetical order; a folder that is not there holds none.

    Args:
        folder: holds one folder a family of devices.
        native: ids of this release's own profiles, which no script may take.
    """
    scripts: list[Script] = []
    refused: list[InputError] = []
    try:
        places = _places(folder)
    except OSError as error:
        return Shelf(refused=(_unreadable(folder, error),))
    for place in places:
        try:
            scripts.append(read_script(place, native))
        except InputError as error:
            refused.append(error)
    return Shelf(scripts=tuple(scripts), refused=tuple(refused))


def read_script(place: Path, native: Collection[str]) -> Script:
    """Read one script's folder.

    Raises:
        InputError: something in it cannot be used; names the file, the field and the cure.
    """
    if not _NAME.fullmatch(place.name):
        cure = "Name the folder <maker>_<model>, in lower-case letters and digits."
        raise InputError("the folder of a script", place.name, cure)
    if place.name.replace("_", "-") in native:
        cure = "This release reads such devices by itself. Take the folder away, or give it another name."
        raise InputError("the folder of a script", place.name, cure)
    spec = _table(place)
    text = _text(place / TEXT)
    digest = hashlib.sha256(text).hexdigest()
    source = _decoded(text, f"{place.name}/{TEXT}")
    return Script(spec=replace(spec, version=f"{spec.version}+{digest[:8]}"), source=source, digest=digest)


def changes_of(folder: Path) -> frozenset[tuple[str, int, int]]:
    """Every file that a script is read from, with its time and size: another set means that something has changed."""
    try:
        files = [place / name for place in _places(folder) for name in (TABLE, TEXT)]
    except OSError:
        return frozenset()
    return frozenset(_marks(files))


def _marks(files: Iterable[Path]) -> Iterable[tuple[str, int, int]]:
    for file in files:
        try:
            facts = file.stat()
        except OSError:
            yield str(file), 0, 0
        else:
            yield str(file), facts.st_mtime_ns, facts.st_size


def _places(folder: Path) -> list[Path]:
    if not folder.exists():
        return []
    return sorted(place for place in folder.iterdir() if place.is_dir() and not place.name.startswith("."))


def _table(place: Path) -> Profile:
    try:
        return read_profile(place / TABLE, has_decoder=True)
    except OSError as error:
        raise _unreadable(place / TABLE, error) from error


def _text(file: Path) -> bytes:
    try:
        if file.stat().st_size > SCRIPT_BYTES:
            cure = f"A script may have at most {SCRIPT_BYTES // 1024} kB; take out what decoding does not need."
            raise InputError(_short(file), f"{file.stat().st_size} bytes", cure)
        return file.read_bytes()
    except OSError as error:
        raise _unreadable(file, error) from error


def _decoded(text: bytes, name: str) -> str:
    try:
        return text.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError(name, f"byte {error.start}", "Save it as UTF-8.") from error


def _unreadable(file: Path, error: OSError) -> InputError:
    cure = "Put the file there, readable for the account that Hereabouts runs as."
    return InputError(_short(file), (error.strerror or "unreadable").lower(), cure)


def _short(file: Path) -> str:
    return f"{file.parent.name}/{file.name}"
