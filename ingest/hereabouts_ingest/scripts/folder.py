"""Reading the folder of vendors' scripts: one folder a family of devices, with profile.toml and decoder.js.

An older version stays beside it as `profile_v<version>.toml`, with `decoder_v<version>.js` where its text was another,
as this release's own profiles keep theirs. A device pinned to it is read by it, and so is a replay that asks for it.

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
_OLDER = ("profile_v*.toml", "decoder_v*.js")
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

    @property
    def keys(self) -> tuple[str, ...]:
        """By what a device or a replay asks for this version: as profile.toml has it, and with the text's digits."""
        written = self.spec.version.rpartition("+")[0]
        return f"{self.spec.id}/{written}", f"{self.spec.id}/{self.spec.version}"


@dataclass(frozen=True, kw_only=True, slots=True)
class Shelf:
    """What a folder of scripts holds, older versions beside the current ones, and why some of it cannot be used."""

    scripts: tuple[Script, ...] = ()
    older: tuple[Script, ...] = ()
    refused: tuple[InputError, ...] = ()


def read_shelf(folder: Path, native: Collection[str]) -> Shelf:
    """Read every script of a folder, in alphabetical order; a folder that is not there holds none.

    Args:
        folder: holds one folder a family of devices.
        native: ids of this release's own profiles, which no script may take.
    """
    scripts: list[Script] = []
    older: list[Script] = []
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
            continue
        for file in sorted(place.glob("profile_v*.toml")):
            try:
                older.append(_older(file, scripts[-1]))
            except InputError as error:
                refused.append(error)
    return Shelf(scripts=tuple(scripts), older=tuple(older), refused=tuple(refused))


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
    return _script(place / TABLE, place / TEXT)


def _older(table: Path, current: Script) -> Script:
    """An older version beside the current one."""
    suffix = table.stem.removeprefix("profile_v")
    own = table.with_name(f"decoder_v{suffix}.js")
    script = _script(table, own if own.is_file() else table.with_name(TEXT))
    written = script.spec.version.rpartition("+")[0]
    if written != suffix or script.keys[0] == current.keys[0]:
        cure = f'Write the version of the file\'s name, "{suffix}"; {TABLE} has another.'
        raise InputError(f"{_short(table)}: version", written, cure)
    return script


def _script(table: Path, text: Path) -> Script:
    spec, body = _table(table), _text(text)
    digest = hashlib.sha256(body).hexdigest()
    source = _decoded(body, _short(text))
    return Script(spec=replace(spec, version=f"{spec.version}+{digest[:8]}"), source=source, digest=digest)


def changes_of(folder: Path) -> frozenset[tuple[str, int, int]]:
    """Every file that a script is read from, with its time and size: another set means that something has changed."""
    try:
        files = [file for place in _places(folder) for name in (TABLE, TEXT, *_OLDER) for file in place.glob(name)]
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


def _table(file: Path) -> Profile:
    try:
        return read_profile(file, has_decoder=True)
    except OSError as error:
        raise _unreadable(file, error) from error


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
