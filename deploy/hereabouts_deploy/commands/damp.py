"""`hereabouts damp`: the rule on homes from files, without a server."""

import sys
from dataclasses import replace
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Annotated, Any, NoReturn

import orjson
import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from hereabouts_deploy.commands.damp_backtest import backtest
from hereabouts_deploy.commands.damp_evaluate import evaluate_rule
from hereabouts_deploy.damp.look import look_at
from hereabouts_deploy.damp.report import report
from hereabouts_deploy.damp.words import as_json as verdict_as_json
from hereabouts_deploy.damp.words import lines
from hereabouts_platform.loggers.layout import Question, Role
from hereabouts_platform.loggers.readings import Open, Readings, Stated, read_readings

USAGE = 2
CsvFile = Annotated[Path, typer.Argument(metavar="FILE", exists=True, dir_okay=False, help="A logger's CSV file.")]
Column = Annotated[str | None, typer.Option(metavar="NAME", help="The column of it; of times Date+Time joins two.")]
OutdoorColumn = Annotated[str | None, typer.Option(metavar="NAME", help="The column of it in the weather's file.")]
Unit = Annotated[str | None, typer.Option(metavar="C|F", help="The unit of temperatures.")]
Zone = Annotated[str | None, typer.Option(metavar="ZONE", help="Zone of times that do not say: Europe/London, UTC ...")]
Order = Annotated[str | None, typer.Option(metavar="dmy|mdy", help="How 3/4/2026 is meant.")]
OutdoorFile = Annotated[
    Path | None, typer.Option(metavar="FILE", exists=True, dir_okay=False, help="The weather outside, as a CSV file.")
]
Factor = Annotated[
    float | None, typer.Option("--f-rsi", min=0.0, max=1.0, help="Temperature factor of the coldest surface.")
]
ReportFile = Annotated[
    Path | None,
    typer.Option(
        "--report",
        metavar="FILE",
        help="Where the report goes, in place of what is there; else NAME.html or NAME-2.html.",
    ),
]
_OF_COLUMNS = {f"{role}-column": role for role in Role}


def register(app: typer.Typer) -> None:
    """Add `damp` with its commands to `app`."""
    group = typer.Typer(
        help="Damp, cold and heat: of any logger's file, and of towns to try the rule on.", no_args_is_help=True
    )
    group.command("assess")(assess)
    group.command("evaluate")(evaluate_rule)
    group.command("backtest")(backtest)
    app.add_typer(group, name="damp")


def assess(
    file: CsvFile,
    *,
    time_column: Column = None,
    temperature_column: Column = None,
    humidity_column: Column = None,
    temperature_unit: Unit = None,
    time_zone: Zone = None,
    date_order: Order = None,
    outdoor: OutdoorFile = None,
    outdoor_time_column: OutdoorColumn = None,
    outdoor_temperature_column: OutdoorColumn = None,
    outdoor_humidity_column: OutdoorColumn = None,
    outdoor_rain_column: OutdoorColumn = None,
    outdoor_temperature_unit: Unit = None,
    outdoor_time_zone: Zone = None,
    outdoor_date_order: Order = None,
    room: Annotated[str | None, typer.Option(metavar="NAME", help="What the room is called, such as Bathroom.")] = None,
    f_rsi: Factor = None,
    report_file: ReportFile = None,
    as_json: Annotated[bool, typer.Option("--json", help="Write JSON; a report only where --report says so.")] = False,
) -> None:
    """Say of one room whether it is damp, cold or hot, why, and what may lie behind it. No server is needed.

    Columns, units and zone are taken from the file where it leaves no doubt, and asked for where it does not. Exit
    code 2 where something is open and nobody can be asked; with --json it says what.
    """
    columns = {Role.TIME: time_column, Role.TEMPERATURE: temperature_column, Role.HUMIDITY: humidity_column}
    inside = _stated(columns, temperature_unit, time_zone, date_order)
    columns = {
        Role.TIME: outdoor_time_column,
        Role.TEMPERATURE: outdoor_temperature_column,
        Role.HUMIDITY: outdoor_humidity_column,
        Role.RAIN: outdoor_rain_column,
    }
    outside = _stated(columns, outdoor_temperature_unit, outdoor_time_zone, outdoor_date_order)
    readings = _read(file, inside, as_json=as_json, outdoor=False)
    weather = None if outdoor is None else _read(outdoor, outside, as_json=as_json, outdoor=True)
    with _progress(shown=not as_json) as progress:
        task = progress.add_task("days")
        look = look_at(
            readings,
            weather,
            room=room,
            f_rsi=f_rsi,
            now=datetime.now(UTC),
            watch=lambda done, days: progress.update(task, completed=done, total=days),
        )
    written = report_file if as_json or report_file else _unused(file.name.split(".")[0])
    if written is not None:
        page = report(look, readings, file=file, room=room, outdoor=outdoor, now=datetime.now(UTC))
        written.write_text(page, encoding="utf-8")
    if as_json:
        typer.echo(orjson.dumps(verdict_as_json(look), option=orjson.OPT_INDENT_2).decode())
        return
    typer.echo("\n".join(lines(look, readings)))
    typer.echo(f"The report is in {written}.")


def _unused(name: str) -> Path:
    """NAME.html, or NAME-2.html and so on where that is there: a report of an earlier visit is not written over."""
    names = (f"{name}.html" if number == 1 else f"{name}-{number}.html" for number in count(1))
    return next(path for path in map(Path, names) if not path.exists())


def _stated(columns: dict[Role, str | None], unit: str | None, zone: str | None, order: str | None) -> Stated:
    for option, value, choices in (("temperature-unit", unit, ("C", "F")), ("date-order", order, ("dmy", "mdy"))):
        if value is not None and value not in choices:
            raise typer.BadParameter(f"{value!r} is neither {choices[0]} nor {choices[1]}.", param_hint=option)
    named = {role: column for role, column in columns.items() if column is not None}
    return Stated(columns=named, unit=unit, zone=zone, order=order)


def _read(file: Path, stated: Stated, *, as_json: bool, outdoor: bool) -> Readings:
    """The readings; every answer on a terminal may open the next question."""
    found = read_readings(file, stated, outdoor=outdoor)
    while isinstance(found, Open):
        if as_json or not can_ask():
            _stop(found, as_json=as_json)
        for question in found.questions:
            stated = _answered(stated, question, _ask(question))
        found = read_readings(file, stated, outdoor=outdoor)
    return found


def can_ask() -> bool:
    """Whether somebody sits there who can answer."""
    return sys.stdin.isatty()


def _ask(question: Question) -> str:
    while True:
        answer = str(typer.prompt(f"{question.asks} ({' / '.join(question.choices)})"))
        if answer in question.choices or question.option.endswith("time-zone"):
            return answer
        typer.echo(f"{answer!r} is none of them.", err=True)


def _answered(stated: Stated, question: Question, answer: str) -> Stated:
    what = question.option.removeprefix("--").removeprefix("outdoor-")
    if what in _OF_COLUMNS:
        return replace(stated, columns={**stated.columns, _OF_COLUMNS[what]: answer})
    if what == "temperature-unit":
        return replace(stated, unit=answer)
    return replace(stated, zone=answer) if what == "time-zone" else replace(stated, order=answer)


def _stop(found: Open, *, as_json: bool) -> NoReturn:
    """Say what is open, and end as wrong usage does."""
    if as_json:
        told: dict[str, Any] = {
            "file": found.file,
            "columns": list(found.header),
            "guessed": {role.value: column for role, column in found.guessed.items()},
            "questions": [
                {"option": one.option, "asks": one.asks, "choices": list(one.choices)} for one in found.questions
            ],
        }
        typer.echo(orjson.dumps(told, option=orjson.OPT_INDENT_2).decode())
    else:
        typer.echo(f"{found.file} leaves something open:", err=True)
        for one in found.questions:
            typer.echo(f"  {one.asks} Answer with {one.option}.", err=True)
    raise typer.Exit(USAGE)


def _progress(*, shown: bool) -> Progress:
    """A bar of days on a terminal; nothing elsewhere."""
    console = Console(stderr=True)
    columns = (TextColumn("Days"), BarColumn(), MofNCompleteColumn())
    return Progress(*columns, console=console, transient=True, disable=not (shown and console.is_terminal))
