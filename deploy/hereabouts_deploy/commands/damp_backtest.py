"""`hereabouts damp backtest`: alerts that a changed rule would have raised, against those of the one that stands."""

import csv
import sys
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Annotated

import orjson
import typer
from rich.console import Console
from rich.progress import track

from hereabouts_deploy.commands.damp_evaluate import limits_of
from hereabouts_deploy.settings import Settings
from hereabouts_deploy.system import find_system
from hereabouts_platform.homes.backtest import Against, Alert, Known, against, by_week
from hereabouts_platform.homes.limits import LIMITS, Limits
from hereabouts_platform.homes.record import ACT, HAZARDS, LEVELS, RAISED
from hereabouts_platform.jobs.backtest import Span, homes_of, outcomes_known, parts_of, run
from hereabouts_schemas.errors import InputError

EPOCH = date(1970, 1, 1)
_CONFIRMED = {"confirmed": True, "false_alarm": False}
Rules = Sequence[tuple[str, Limits, list[Alert]]]


def backtest(
    rule: Annotated[Path | None, typer.Option("--rule", metavar="TOML", help="A draft of the rule's numbers.")] = None,
    from_: Annotated[datetime | None, typer.Option("--from", formats=["%Y-%m-%d"], help="First day.")] = None,
    to: Annotated[datetime | None, typer.Option("--to", formats=["%Y-%m-%d"], help="Last day.")] = None,
    outcomes: Annotated[
        Path | None,
        typer.Option(
            metavar="CSV",
            help="In place of closed cases, what was found: home, hazard, date, outcome (confirmed or false_alarm).",
        ),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Write JSON.")] = False,
) -> None:
    """Say which alerts a changed rule would have raised, week by week, and whether they would have been right.

    Right by what closed cases say was found, or by --outcomes. Nothing is stored and nobody is told.
    """
    span = _span(from_, to)
    limits = [LIMITS] if rule is None else [LIMITS, limits_of(rule)]
    url = find_system(Settings()).database_url
    known = outcomes_known(url, span) if outcomes is None else _known(outcomes)
    homes = homes_of(url, LIMITS)
    found: list[list[Alert]] = [[] for _ in limits]
    quiet = not sys.stderr.isatty()
    parts = run(url, homes, limits, span)
    for part in track(parts, "Homes", total=parts_of(homes), console=Console(stderr=True), disable=quiet):
        for n, alerts in enumerate(part):
            found[n] += alerts
    rules = list(zip(("now", "draft"), limits, found, strict=False))
    if as_json:
        typer.echo(orjson.dumps(_as_json(rules, span, known, len(homes))).decode())
    else:
        typer.echo("\n".join(_lines(rules, span, known, len(homes))))


def _span(from_: datetime | None, to: datetime | None) -> Span:
    """The last 26 weeks up to yesterday where nothing is asked for."""
    last = (to.date() if to else datetime.now(UTC).date() - timedelta(days=1)) - EPOCH
    first = (from_.date() - EPOCH).days if from_ else last.days - 26 * 7 + 1
    if first > last.days:
        raise InputError("--from", str(from_), "Give a day that is not after --to.")
    return Span(first=first, last=last.days)


def _known(path: Path) -> list[Known]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            return [_outcome(row, line) for line, row in enumerate(csv.DictReader(file), 2)]
    except (OSError, UnicodeDecodeError) as error:
        raise InputError("--outcomes", str(path), f"It cannot be read: {error}.") from error


def _outcome(row: dict[str, str | None], line: int) -> Known:
    said = {name: (row.get(name) or "").strip() for name in ("home", "hazard", "date", "outcome")}
    if said["hazard"] not in HAZARDS:
        raise InputError("hazard", said["hazard"], f"Name one of {', '.join(HAZARDS)}.", line=line)
    if said["outcome"] not in _CONFIRMED:
        raise InputError("outcome", said["outcome"], f"Say {' or '.join(_CONFIRMED)}.", line=line)
    try:
        day = (date.fromisoformat(said["date"]) - EPOCH).days
    except ValueError as error:
        raise InputError("date", said["date"], "Write it like 2026-01-31.", line=line) from error
    return Known(home=said["home"], hazard=said["hazard"], day=day, confirmed=_CONFIRMED[said["outcome"]])


def _lines(rules: Rules, span: Span, known: Sequence[Known], homes: int) -> list[str]:
    names = [f"{hazard} {LEVELS[level]}" for hazard in HAZARDS for level in RAISED]
    lines = [f"{homes:,} homes, {_date(span.first)} to {_date(span.last)}. Alerts opened in each week:"]
    for name, limits, alerts in rules:
        weeks = by_week(alerts, span.first, span.days)
        lines += ["", f"{name}: rule {limits.version} ({limits.hash[:12]})", _row("week of", names)]
        lines += [_row(str(_date(span.first + 7 * n)), week.ravel()) for n, week in enumerate(weeks)]
        lines.append(_row("in all", weeks.sum(axis=0).ravel()))
        if known:
            lines.append(_said(against(alerts, known, ACT)))
    return lines


def _row(first: str, cells: Sequence[object]) -> str:
    return " | ".join([first.ljust(10), *(str(cell).rjust(18) for cell in cells)])


def _said(found: Against) -> str:
    return (
        f"Of {found.told + found.missed} confirmed hazards, act or urgent told of {found.told}; of "
        f"{found.false + found.spared} false alarms it would have raised {found.false}."
    )


def _as_json(rules: Rules, span: Span, known: Sequence[Known], homes: int) -> dict[str, object]:
    def told(name: str, limits: Limits, alerts: list[Alert]) -> dict[str, object]:
        weeks = by_week(alerts, span.first, span.days)
        found = against(alerts, known, ACT)
        return {
            "name": name,
            "version": limits.version,
            "hash": limits.hash,
            "weeks": [
                {
                    "from": str(_date(span.first + 7 * n)),
                    **{
                        hazard: {LEVELS[level]: int(week[h, n]) for n, level in enumerate(RAISED)}
                        for h, hazard in enumerate(HAZARDS)
                    },
                }
                for n, week in enumerate(weeks)
            ],
            "outcomes": {name: getattr(found, name) for name in ("told", "missed", "false", "spared")},
        }

    return {
        "homes": homes,
        "from": str(_date(span.first)),
        "to": str(_date(span.last)),
        "rules": [told(*one) for one in rules],
    }


def _date(day: int) -> date:
    return EPOCH + timedelta(days=day)
