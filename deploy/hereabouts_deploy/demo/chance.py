"""Random numbers of the demo town: one named stream a purpose, so that changing one model leaves the others alone."""

import zlib

import numpy as np


def stream(seed: int, name: str) -> np.random.Generator:
    """The random stream `name` of the town `seed`.

    Rows drawn from it one after the other are the same however many follow: a longer run repeats a shorter one.
    """
    return np.random.default_rng([seed, zlib.crc32(name.encode())])
