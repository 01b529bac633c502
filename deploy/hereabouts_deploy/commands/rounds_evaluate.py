"""`hereabouts rounds evaluate-forecast`: the forecast of bins, tried on a recording of collections."""

import sys
from pathlib import Path
from typing import Annotated

import orjson
import typer
from rich.console import Console
from rich.progress import track

from hereabouts_deploy.forecast_evaluation.collections import local_seconds, read_collections
from hereabouts_deploy.forecast_evaluation.table import figures, markdown, row_of
from hereabouts_deploy.forecast_evaluation.trial import foretell
from hereabouts_deploy.forecast_evaluation.ways import CALENDAR, COUNT, Split, ways
from hereabouts_schemas.errors import InputError


def evaluate_forecast(
    file: Annotated[Path, typer.Argument(help="Collections with the level found, as CSV (.gz too).")],
    test_from: Annotated[str, typer.Option(metavar="DAY", help="Day the test begins.")] = "2016-07-18",
    as_json: Annotated[bool, typer.Option("--json", help="Print the figures as JSON.")] = False,
) -> None:
    """Foretell each collection from earlier ones in eleven ways, and print how far off they were (docs/forecast.md)."""
    split = Split(collections=read_collections(file), test_from=local_seconds(test_from))
    known = split.before(split.tune_from)
    if not known or known[-1].at - known[0].at < 7 * 86_400 or split.collections[-1].at < split.test_from:
        raise InputError(
            "--test-from", test_from, "Give a day of the file that leaves three weeks before and some after it."
        )
    bar = track(
        ways(split),
        "Ways",
        total=COUNT,
        console=Console(stderr=True),
        disable=not sys.stderr.isatty(),
        transient=True,
    )
    rows = [row_of(split, way, foretell(split.collections, way, CALENDAR)) for way in bar]
    if as_json:
        typer.echo(orjson.dumps(figures(rows)).decode())
        return
    count = rows[0].test.count
    typer.echo(f"{len(split.collections):,} collections, {count:,} foretold from {test_from} on.\n")
    typer.echo(markdown(rows), nl=False)
