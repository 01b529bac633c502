"""Bytes of the Milesight AM307, AM308 and AM319 (HCHO or O3).

History records are 16 bytes on the AM307, 20 on the AM308 and 22 on the AM319; the last two of the AM319's hold
formaldehyde on one model and ozone on the other, and the frame does not say which, so they are passed over.
`tvoc` is an index on channel 08 7d and µg/m³ on 08 e6, under one name in the maker's codec: it has no quantity here.
Motion and light are passed over.
"""

from collections.abc import Mapping

from hereabouts_ingest.devices.milesight_channels import CLIMATE, Block, Blocks, block, walk_by_length

_CHANNELS: Blocks = {
    **CLIMATE,
    (0x05, 0x00): block("x"),
    (0x06, 0xCB): block("x"),
    (0x07, 0x7D): block("H", ("co2", 1)),
    (0x08, 0x7D): block("H", ("tvoc", 100)),
    (0x08, 0xE6): block("H", ("tvoc", 1)),
    (0x09, 0x73): block("H", ("pressure", 10)),
    (0x0A, 0x7D): block("H", ("hcho", 100)),
    (0x0B, 0x7D): block("H", ("pm2_5", 1)),
    (0x0C, 0x7D): block("H", ("pm10", 1)),
    (0x0D, 0x7D): block("H", ("o3", 100)),
    (0x0E, 0x01): block("x"),
}
_RECORD = (("timestamp", 1), ("temperature", 10), ("humidity", 2), ("co2", 1), ("pressure", 10))
_PARTICLES = (("pm2_5", 1), ("pm10", 1))


def _with_history(record: Block) -> Blocks:
    return {**_CHANNELS, (0x20, 0xCE): record, (0x21, 0xCE): record}


_VARIANTS: tuple[Blocks, ...] = (
    _with_history(block("IhHxxH2xH", *_RECORD)),
    _with_history(block("IhHxxH2xHHH", *_RECORD, *_PARTICLES)),
    _with_history(block("IhHxxH2xHHH2x", *_RECORD, *_PARTICLES)),
)


def decode(frame: bytes, _f_port: int | None) -> Mapping[str, object]:
    """Decode one frame to the maker's field names; °C, %, ppm, hPa, `hcho` mg/m³, `o3` ppm, particles µg/m³."""
    return walk_by_length(frame, _VARIANTS)
