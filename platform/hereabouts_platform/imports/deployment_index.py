"""Where devices stood when, as numpy arrays: many (device, instant) pairs are looked up at once."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hereabouts_schemas.device import Device, device_id
from hereabouts_schemas.times import microseconds

NOWHERE = -1

_FOREVER = np.iinfo(np.int64).max


class DeploymentIndex:
    """All deployments, by position: device after device, each device's in order of time.

    A (device, instant) pair becomes one integer, device number times instants plus the instant's rank among all
    starts, so that one binary search finds the last deployment that began by then.

    Attributes:
        deployment_ids: id in the store, by position.
        depths_mm: `bin_depth_mm` of the mount, NaN where there is none, by position.
        in_home: whether people live there, by position.
    """

    def __init__(self, devices: Mapping[str, Device]) -> None:
        ordered = [devices[name] for name in sorted(devices)]
        self._numbers = {device.id: number for number, device in enumerate(ordered)}
        found = [(number, d) for number, device in enumerate(ordered) for d in device.deployments]
        self._starts = np.unique(np.array([microseconds(d.from_at) for _, d in found], dtype=np.int64))
        self._owner = np.array([number for number, _ in found], dtype=np.int64)
        self._ends = np.array(
            [_FOREVER if d.to_at is None else microseconds(d.to_at) for _, d in found], dtype=np.int64
        )
        starts = np.array([microseconds(d.from_at) for _, d in found], dtype=np.int64)
        self._keys = self._key(self._owner, starts)
        self.deployment_ids = np.array([d.id for _, d in found], dtype=np.int64)
        self.depths_mm = np.array([_depth(d.mount.get("bin_depth_mm")) for _, d in found], dtype=np.float64)
        self.in_home = np.array([d.in_home for _, d in found], dtype=np.bool_)

    def numbers(self, names: Sequence[str]) -> NDArray[np.int64]:
        """Each device's number in this index, NOWHERE where it is not known; names in any spelling."""
        return np.array([self._numbers.get(device_id(name), NOWHERE) for name in names], dtype=np.int64)

    def positions(self, device: NDArray[np.int64], us: NDArray[np.int64]) -> NDArray[np.int64]:
        """The position of the deployment that covers each instant, NOWHERE where none does."""
        if not len(self._keys):
            return np.full(len(device), NOWHERE, dtype=np.int64)
        at = np.searchsorted(self._keys, self._key(device, us), side="right") - 1
        last = np.maximum(at, 0)
        covers = (at >= 0) & (self._owner[last] == device) & (us < self._ends[last])
        return np.where(covers, last, NOWHERE)

    def _key(self, device: NDArray[np.int64], us: NDArray[np.int64]) -> NDArray[np.int64]:
        rank = np.searchsorted(self._starts, us, side="right")
        return np.asarray(device * (len(self._starts) + 1) + rank, dtype=np.int64)


def _depth(found: Any) -> float:
    return float(found) if type(found) in (int, float) and found > 0 else float("nan")
