"""Rows of a dataset as CSV."""

import csv
import io
from collections.abc import Sequence

from hereabouts_api.dataset_models import DatasetRowListing
from hereabouts_schemas.times import format_time

_FIRST = ("vintage", "key", "given", "place", "lon", "lat", "from", "to")


def rows_as_csv(listing: DatasetRowListing, columns: Sequence[str]) -> str:
    """A header and a line a row; a column of the dataset that is called like one of ours stands as `values.<name>`."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow([*_FIRST, *(f"values.{name}" if name in _FIRST else name for name in columns)])
    for row in listing.items:
        times = (format_time(at) if at is not None else None for at in (row.from_, row.to))
        own = (row.vintage, row.key, row.given, row.place, row.lon, row.lat, *times)
        writer.writerow([*own, *(_said(row.values.get(name)) for name in columns)])
    return text.getvalue()


def _said(value: object) -> object:
    return ("true" if value else "false") if isinstance(value, bool) else value
