"""Device profiles: one folder per family of devices, read into frozen records.

`devices/<maker>_<model>/profile.toml` says which field means which quantity; `decoder.py` beside it, where bytes are
read, gives `decode(frame, f_port)`: an object with the field names that the maker's own published codec uses. So one
table serves both the network's decoded object and our reading of the bytes.

An older version stays beside it as `profile_v<version>.toml`, with `decoder_v<version>.py` where its bytes were read
differently. A device pinned to it in the registry is read by it, and so is a replay that asks for it.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from importlib import import_module
from pathlib import Path

from hereabouts_ingest.profile_file import read_profile
from hereabouts_schemas.device import Device
from hereabouts_schemas.errors import HereaboutsError, InputError
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
    """Every profile in its current version by its id (folder name with hyphens), in alphabetical order.

    Raises:
        InputError: a profile.toml cannot be used; the message names the file, the field and the cure.
    """
    return {key: found for key, found in load_versions().items() if key == found.spec.id}


@cache
def load_versions() -> dict[str, DeviceProfile]:
    """Every version of every profile: the current one by its id, and each by `id/version`.

    Raises:
        InputError: as `load_profiles`.
    """
    return {key: found for file in sorted(DEVICES.glob("*/profile.toml")) for key, found in versions_in(file.parent)}


def versions_in(folder: Path) -> Iterator[tuple[str, DeviceProfile]]:
    """The versions of one folder by their keys, the current one first.

    Raises:
        InputError: a file cannot be used, or does not say the version that its name says.
    """
    current = _version(folder, folder / "profile.toml", "decoder")
    yield current.spec.id, current
    yield f"{current.spec.id}/{current.spec.version}", current
    for file in sorted(folder.glob("profile_v*.toml")):
        suffix = file.stem.removeprefix("profile_v")
        own = f"decoder_v{suffix}"
        older = _version(folder, file, own if (folder / f"{own}.py").is_file() else "decoder")
        if older.spec.version != suffix or suffix == current.spec.version:
            where = f"{folder.name}/{file.name}: version"
            cure = f'Write the version of the file\'s name, "{suffix}"; profile.toml has another.'
            raise InputError(where, older.spec.version, cure)
        yield f"{older.spec.id}/{suffix}", older


def say_missing(device: Device, profiles: Mapping[str, DeviceProfile]) -> str:
    """A sentence on a device that no profile of this release reads: none of its name, or not the version it has."""
    versions = [key for key in profiles if key.startswith(f"{device.profile}/")]
    if device.decoder_version is None or not versions:
        return (
            f"The device has the profile {device.profile}, which this release does not have; `hereabouts profiles` "
            "lists those it has, `hereabouts doctor` names vendors' scripts that cannot be used."
        )
    return (
        f"The device is pinned to {device.decoder}, which this release does not have. It has {', '.join(versions)}; "
        "pin it to one of them, or to none, with `hereabouts import devices`."
    )


def _version(folder: Path, file: Path, module: str) -> DeviceProfile:
    has_decoder = (folder / f"{module}.py").is_file()
    spec = read_profile(file, has_decoder=has_decoder)
    return DeviceProfile(spec=spec, decode=_decoder(folder.name, module) if has_decoder else None)


def _decoder(folder: str, module: str) -> Decoder:
    decode: Decoder = import_module(f"hereabouts_ingest.devices.{folder}.{module}").decode
    return decode
