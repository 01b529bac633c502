"""Device profiles: one folder per family of devices, read into frozen records.

`devices/<maker>_<model>/profile.toml` says which field means which quantity; `decoder.py` beside it, where bytes are
read, gives `decode(frame, f_port)`: an object with the field names that the maker's own published codec uses. So one
table serves both the network's decoded object and our reading of the bytes.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from importlib import import_module
from pathlib import Path

from hereabouts_ingest.profile_file import read_profile
from hereabouts_schemas.errors import HereaboutsError
from hereabouts_schemas.profile import Profile

Decoder = Callable[[bytes, int | None], Mapping[str, object]]
ScriptDecoder = Callable[[bytes, int | None, datetime], Mapping[str, object]]

DEVICES = Path(__file__).parent / "devices"


class DecodeError(HereaboutsError):
    """A frame does not follow the maker's encoding; the message says where."""


class ScriptKilled(HereaboutsError):
    """A vendor's script went beyond a limit and was stopped; the message says which."""


@dataclass(frozen=True, kw_only=True, slots=True)
class DeviceProfile:
    """A profile and, where bytes can be read, the function that reads them.

    `decode(frame, f_port)` returns the decoded object or raises `DecodeError`, nothing else. A vendor's script stands
    in its place as `script(frame, f_port, at)`: it is told the frame's time, and may raise `ScriptKilled` as well.
    """

    spec: Profile
    decode: Decoder | None
    script: ScriptDecoder | None = None

    @property
    def name(self) -> str:
        """What stands on uplinks that it read: id and version."""
        return f"{self.spec.id}/{self.spec.version}"

    def reader(self, at: datetime) -> Decoder | None:
        """What reads the bytes of a frame of that time; None where nothing does."""
        script = self.script
        return self.decode if script is None else lambda frame, f_port: script(frame, f_port, at)


@cache
def load_profiles() -> dict[str, DeviceProfile]:
    """Every profile by its id (folder name with hyphens), in alphabetical order.

    Raises:
        InputError: a profile.toml cannot be used; the message names the file, the field and the cure.
    """
    return {found.spec.id: found for found in _each_profile()}


def _each_profile() -> Iterator[DeviceProfile]:
    for file in sorted(DEVICES.glob("*/profile.toml")):
        folder = file.parent
        has_decoder = (folder / "decoder.py").is_file()
        spec = read_profile(file, has_decoder=has_decoder)
        yield DeviceProfile(spec=spec, decode=_decoder(folder.name) if has_decoder else None)


def _decoder(folder: str) -> Decoder:
    decode: Decoder = import_module(f"hereabouts_ingest.devices.{folder}.decoder").decode
    return decode
