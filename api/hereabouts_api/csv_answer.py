"""A table as a CSV file to save: RFC 4180, UTF-8."""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence

from fastapi.responses import Response

from hereabouts_platform.files.spreadsheets import as_text


def csv_answer(columns: Sequence[str], rows: Iterable[Mapping[str, object]], name: str) -> Response:
    """A line for each row, of these columns; what a spreadsheet would take for a formula is kept as text."""
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, columns, lineterminator="\r\n")
    writer.writeheader()
    for row in rows:
        writer.writerow({key: as_text(value) if isinstance(value, str) else value for key, value in row.items()})
    headers = {"Content-Disposition": f'attachment; filename="{name}.csv"'}
    return Response(text.getvalue(), media_type="text/csv; charset=utf-8", headers=headers)
