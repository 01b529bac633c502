"""By which decoders messages are read again: those of the registry, or another that the caller names."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from hereabouts_ingest.profiles import DeviceProfile
from hereabouts_schemas.device import Device
from hereabouts_schemas.errors import InputError


@dataclass(frozen=True, kw_only=True, slots=True)
class Readers:
    """What `interpret` needs beside the message.

    Attributes:
        devices: the registry, by device id.
        profiles: every version of every profile, as `load_versions` has them.
        limited_to: the profile whose devices alone are read again, if it is one profile's version that was named.
        named: the decoder that the caller named, if any.
    """

    devices: Mapping[str, Device]
    profiles: Mapping[str, DeviceProfile]
    limited_to: str | None = None
    named: str | None = None


def readers_for(
    devices: Mapping[str, Device], profiles: Mapping[str, DeviceProfile], decoder: str | None, device: str | None
) -> Readers:
    """The registry's readers; with `decoder` (`profile` or `profile/version`) that one for the devices it is meant for.

    Those are the one `device` where one is named, whatever its profile, else every device of that profile.

    Raises:
        InputError: this release has no such decoder, or the device is not registered.
    """
    if decoder is None:
        return Readers(devices=devices, profiles=profiles)
    if decoder not in profiles:
        raise InputError("--decoder", decoder, _say_versions(decoder, profiles))
    profile, _, version = decoder.partition("/")
    if device is None:
        others = _Other(devices, profile, version or None)
        return Readers(devices=others, profiles=profiles, limited_to=profile, named=decoder)
    if device not in devices:
        raise InputError("--device", device, "It is not registered. Add it with `hereabouts import devices` first.")
    one = replace(devices[device], profile=profile, decoder_version=version or None)
    return Readers(devices={**devices, device: one}, profiles=profiles, named=decoder)


def _say_versions(decoder: str, profiles: Mapping[str, DeviceProfile]) -> str:
    profile = decoder.partition("/")[0]
    versions = sorted(key for key in profiles if key.startswith(f"{profile}/"))
    if versions:
        return f"This release has {', '.join(versions)}."
    return "There is no such profile; `hereabouts profiles` lists them. Write `profile` or `profile/version`."


class _Other(Mapping[str, Device]):
    """The registry with every device of one profile read by one version; made as it is asked, not copied."""

    def __init__(self, devices: Mapping[str, Device], profile: str, version: str | None) -> None:
        self._devices = devices
        self._profile = profile
        self._version = version

    def __getitem__(self, device_id: str) -> Device:
        device = self._devices[device_id]
        return replace(device, decoder_version=self._version) if device.profile == self._profile else device

    def __iter__(self) -> Iterator[str]:
        return iter(self._devices)

    def __len__(self) -> int:
        return len(self._devices)
