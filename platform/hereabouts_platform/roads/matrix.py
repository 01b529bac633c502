"""Travel matrices: metres and seconds from each place to each other, for one class of vehicle."""

import hashlib
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

UNREACHABLE = -1
Whole = npt.NDArray[np.int32]


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Matrix:
    """How far and how long it is between places.

    Attributes:
        vehicle_class: whose roads these are.
        ids: the places, each once; row and column i are of ids[i].
        metres, seconds: [n, n], from row to column; UNREACHABLE in both where there is no way, 0 on the diagonal.
    """

    vehicle_class: str
    ids: tuple[str, ...]
    metres: Whole
    seconds: Whole

    def sha256(self) -> str:
        """Of class, ids and all numbers: two matrices are the same if this is."""
        digest = hashlib.sha256("\0".join((self.vehicle_class, *self.ids)).encode())
        for array in (self.metres, self.seconds):
            digest.update(np.ascontiguousarray(array, dtype="<i4").tobytes())
        return digest.hexdigest()
