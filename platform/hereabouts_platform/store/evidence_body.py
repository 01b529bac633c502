"""The bodies of evidence: JSON with sorted keys, so that the same facts are the same bytes, compressed with zstd."""

import hashlib
from typing import Any

import orjson
import zstandard


def packed(facts: object) -> tuple[bytes, bytes]:
    """The compressed JSON of some facts, and the SHA-256 of the JSON."""
    text = orjson.dumps(facts, option=orjson.OPT_SORT_KEYS | orjson.OPT_UTC_Z)
    return zstandard.ZstdCompressor(level=9).compress(text), hashlib.sha256(text).digest()


def unpacked(body: bytes, sha256: bytes) -> Any:
    """The facts of a body.

    Raises:
        ValueError: they are not those that were kept.
    """
    text = zstandard.ZstdDecompressor().decompress(body)
    if hashlib.sha256(text).digest() != sha256:
        raise ValueError("the evidence is not what was kept")
    return orjson.loads(text)
