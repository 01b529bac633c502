"""`hereabouts damp evaluate`: the rule on homes, tried on towns whose truth is known."""

import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import orjson
import typer
from rich.console import Console
from rich.progress import track

from hereabouts_deploy.demo.winter import HOMES, TUNING_SEEDS, UNSEEN_SEEDS
from hereabouts_deploy.evaluation.score import total
from hereabouts_deploy.evaluation.table import figures, markdown
from hereabouts_deploy.evaluation.towns import evaluate
from hereabouts_platform.homes.limits import LIMITS, Limits, draft
from hereabouts_schemas.errors import InputError


class Seeds(StrEnum):
    """Which towns."""

    TUNING = "tuning"
    UNSEEN = "unseen"
    BOTH = "both"


_SEEDS = {Seeds.TUNING: {"tuning": TUNING_SEEDS}, Seeds.UNSEEN: {"unseen": UNSEEN_SEEDS}}
_SEEDS[Seeds.BOTH] = _SEEDS[Seeds.TUNING] | _SEEDS[Seeds.UNSEEN]

RuleOption = Annotated[
    Path | None, typer.Option("--rule", help="A draft of the rule's numbers (TOML); those that stand where left out.")
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print the counts as JSON.")]


def evaluate_rule(
    seeds: Annotated[Seeds, typer.Option(help="Towns the rule was tuned on, towns it was not, or both.")] = Seeds.BOTH,
    homes: Annotated[int, typer.Option(min=40, help="Homes of each town.")] = HOMES,
    rule: RuleOption = None,
    as_json: JsonOption = False,
) -> None:
    """Judge a winter of made-up towns by the rule, and print how often it was right (docs/evaluation.md)."""
    limits = limits_of(rule)
    groups = _SEEDS[seeds]
    towns = [seed for group in groups.values() for seed in group]
    bar = track(
        evaluate(towns, homes, limits),
        "Towns",
        total=len(towns),
        console=Console(stderr=True),
        disable=not sys.stderr.isatty(),
        transient=True,
    )
    of_seed = dict(zip(towns, bar, strict=True))
    tallies = {name: total(of_seed[seed] for seed in group) for name, group in groups.items()}
    if as_json:
        found = {"rule": {"version": limits.version, "hash": limits.hash}}
        typer.echo(orjson.dumps(found | {name: figures(one) for name, one in tallies.items()}).decode())
        return
    typer.echo(f"Rule {limits.version} ({limits.hash[:12]}), towns of {homes} homes, 1 October 2025 to 1 April 2026.\n")
    typer.echo(markdown(tallies), nl=False)


def limits_of(rule: Path | None) -> Limits:
    """The rule's numbers that stand, or those of a draft.

    Raises:
        InputError: the draft cannot be read, or is none.
    """
    if rule is None:
        return LIMITS
    try:
        return draft(rule.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise InputError("--rule", str(rule), f"It cannot be read: {error}.") from error
