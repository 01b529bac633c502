"""Pages about waste agree with the code: attributes and what counts without them, columns of files, outcomes."""

import re
from collections.abc import Iterable
from dataclasses import fields
from pathlib import Path

import pytest
from corruptions import CORRUPTIONS

from hereabouts_platform.bins.visits import VisitRules
from hereabouts_platform.imports.fleet import (
    BASELINE_MAY,
    BASELINE_NEEDS,
    CREW_MAY,
    CREW_NEEDS,
    VEHICLE_MAY,
    VEHICLE_NEEDS,
)
from hereabouts_platform.planning.duty import duty_rules, rule_sets
from hereabouts_platform.rules.waste_places import DepotFacts, SlotFacts, TipFacts
from hereabouts_platform.store.outcomes import OutcomeKind

DOCS = Path(__file__).parents[1] / "docs"
PAGE = (DOCS / "waste.md").read_text(encoding="utf-8")
FILES = {
    "vehicles": (VEHICLE_NEEDS, VEHICLE_MAY),
    "crews": (CREW_NEEDS, CREW_MAY),
    "baseline": (BASELINE_NEEDS, BASELINE_MAY),
}


def rows_after(words: str) -> dict[str, str]:
    """The first table after some words: its first column, and its last."""
    assert words in PAGE
    table = PAGE.partition(words)[2].partition("|---|")[2]
    rows = re.findall(r"^\| (.+?) \|.*\| (.+?) \|$", table.partition("\n\n")[0], re.MULTILINE)
    return dict(rows)


def names(facts: type) -> set[str]:
    return {one.name for one in fields(facts)}  # type: ignore[arg-type]


def test_the_attributes_of_places_are_those_that_are_read_and_count_as_the_page_says() -> None:
    slots = {key.strip("`"): otherwise for key, otherwise in rows_after("`bin_slot` (a position of a bin").items()}
    assert set(slots) == names(SlotFacts)
    known = SlotFacts()
    said = {"stream": f"`{known.stream}`", "service_s": f"{known.service_s}", "approach": f"`{known.approach}`"}
    assert {key: slots[key] for key in said} == said
    assert slots["max_days"] == f"{VisitRules().max_days:g}"
    assert slots["kg_per_l"].startswith(f"{known.kg_per_l:g}, ")
    others = rows_after("`depot` and `tip`:\n")
    assert set(others) == {"`open`", "`turnround_s`", "`streams` (tips)", "`overflow_p` (depots)"}
    assert others["`turnround_s`"] == f"depot {DepotFacts().turnround_s}, tip {TipFacts().turnround_s}"
    assert others["`overflow_p` (depots)"] == f"{DepotFacts().overflow_p}"
    assert names(TipFacts) == {"open", "turnround_s", "streams"}
    assert names(DepotFacts) == {"open", "turnround_s", "overflow_p"}


@pytest.mark.parametrize("file", FILES)
def test_the_columns_of_a_file_are_those_that_are_read(file: str) -> None:
    line = re.search(rf"`hereabouts import {file} FILE`: `([a-z0-9_,]+)`", PAGE)
    assert line
    given = line[1].split(",")
    assert sorted(given) == sorted(_all(FILES[file]))
    section = PAGE.partition(f"## {file}.csv")[2].partition("\n## ")[0]
    explained = set(re.findall(r"`([a-z0-9_]+)`", section))
    plain = {"id", "name", "weekdays", "date", "vehicle", "round", "km", "hours", "visits"}
    assert set(given) - explained <= plain, "a column of which the page says nothing"


def _all(parts: Iterable[Iterable[str]]) -> list[str]:
    return [name for part in parts for name in part]


def test_the_page_has_every_outcome_and_every_shipped_rule_set() -> None:
    said = re.search(r"`kind` is (.+?)\(with a", PAGE, re.DOTALL)
    assert said
    assert set(re.findall(r"[a-z_]+", said[1])) - {"or"} == set(OutcomeKind)
    assert [name for name in duty_rules() if f"`{name}`" not in PAGE] == []


def test_the_example_of_a_councils_rule_sets_is_one(tmp_path: Path) -> None:
    example = (DOCS / "rounds.md").read_text(encoding="utf-8").partition("```toml\n")[2].partition("```")[0]
    own = tmp_path / "duty_rules.toml"
    own.write_text(example, encoding="utf-8")
    assert [(one.most_duty_s, len(one.breaks)) for one in rule_sets(own).values() if one.name == "our_agreement"] == [
        (36_000, 1)
    ]


@pytest.mark.parametrize("page", ["rounds.md", "waste-results.md"])
def test_plans_are_spoilt_in_as_many_ways_as_a_page_says(page: str) -> None:
    said = re.findall(r"(\d+) ways[^.]*`tests/rows/corruptions\.py`", (DOCS / page).read_text(encoding="utf-8"))
    assert said
    assert {int(one) for one in said} == {len(CORRUPTIONS)}
