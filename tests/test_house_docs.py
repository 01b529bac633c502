"""The docs say what is there: every setting, command, address and target is found in them, and nothing that is not."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer.main

from hereabouts_api.app import create_app
from hereabouts_api.settings import ApiSettings
from hereabouts_deploy.environment import PREFIX
from hereabouts_deploy.main import app
from hereabouts_deploy.settings import Settings
from hereabouts_schemas.place import PlaceKind

ROOT = Path(__file__).parents[1]
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("*/README.md")])
LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
HEADING = re.compile(r"^#{1,6} (.+)$", re.MULTILINE)
CODE_BLOCK = re.compile(r"^ *```.*?^ *```$", re.MULTILINE | re.DOTALL)
COMMAND = re.compile(r"\bhereabouts ((?:[a-z][a-z-]+ ?)+)")
WORDS = [
    *("place", "area", "device", "deployment", "quantity", "datastream", "uplink", "reading", "alert", "case"),
    *("tenancy", "clock", "visit", "round", "agreement"),
]


def text_of(page: Path) -> str:
    return page.read_text(encoding="utf-8")


def all_text() -> str:
    return "\n".join(text_of(page) for page in PAGES)


def prose_of(page: Path) -> str:
    return CODE_BLOCK.sub("", text_of(page))


def anchors_of(page: Path) -> set[str]:
    """The anchors that a page's headings get."""
    bare = (re.sub(r"[^\w\- ]", "", heading.lower()) for heading in HEADING.findall(prose_of(page)))
    return {heading.strip().replace(" ", "-") for heading in bare}


def commands(group: Any, *above: str) -> Iterator[tuple[str, ...]]:
    """Every command and group, as the words one types."""
    for name in group.list_commands(None):
        command = group.get_command(None, name)
        if not command.hidden:
            yield (*above, name)
            if hasattr(command, "list_commands"):
                yield from commands(command, *above, name)


@pytest.fixture(scope="module")
def known_commands() -> set[tuple[str, ...]]:
    return set(commands(typer.main.get_command(app)))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    broken = []
    for link in LINK.findall(prose_of(page)):
        place, _, anchor = link.partition("#")
        goal = (page.parent / place) if place else page
        if "://" in link:
            continue
        if not goal.exists() or (anchor and anchor not in anchors_of(goal)):
            broken.append(link)
    assert broken == []


def test_every_setting_is_explained_and_no_other() -> None:
    known = {PREFIX + name.upper() for name in Settings.model_fields}
    example = text_of(ROOT / ".env.example")
    assert set(re.findall(r"^#(HEREABOUTS_\w+)=", example, re.MULTILINE)) == known
    assert set(re.findall(r"\bHEREABOUTS_\w+", example + all_text())) - known == set()


def test_every_command_is_explained(known_commands: set[tuple[str, ...]]) -> None:
    text = all_text()
    groups = {words[:-1] for words in known_commands}
    missing = [" ".join(w) for w in known_commands - groups if not re.search(rf"\bhereabouts {' '.join(w)}\b", text)]
    assert missing == []


def test_no_command_is_explained_that_is_not_there(known_commands: set[tuple[str, ...]]) -> None:
    inline = [code for page in PAGES for code in re.findall(r"`([^`\n]+)`", prose_of(page))]
    code = inline + CODE_BLOCK.findall(all_text())
    named = {words for text in code for words in COMMAND.findall(text)}
    strangers = [words for words in named if not _begins_with_a_command(words.split(), known_commands)]
    assert strangers == []


def _begins_with_a_command(words: list[str], known: set[tuple[str, ...]]) -> bool:
    groups = {command[:-1] for command in known}
    first = tuple(words[:1])
    if first in groups:
        return len(words) == 1 or tuple(words[:2]) in known
    return first in known


def test_every_address_of_the_api_is_in_the_tour() -> None:
    settings = ApiSettings(database_url="postgresql://nowhere", public_url="http://127.0.0.1:8000")
    tour = text_of(ROOT / "docs" / "api.md")
    paths = set(create_app(settings).openapi()["paths"])
    assert {path for path in paths if f"`{path}`" not in tour} == set()
    assert {path for path in re.findall(r"`(/v1/[^`?]*)`", tour) if path not in paths} == set()


def test_every_target_is_explained_by_make_help() -> None:
    makefile = text_of(ROOT / "Makefile")
    phony = re.search(r"^\.PHONY: (.+)$", makefile, re.MULTILINE)
    assert phony
    explained = set(re.findall(r"^([a-z-]+):.*## ", makefile, re.MULTILINE))
    assert set(phony[1].split()) - explained == {"ready", "ready-dev"}
    assert explained >= {"help", "run", "test", "lint", "types", "bench", "docs", "clean"}
    named = set(re.findall(r"`make ([a-z-]+)", all_text()))
    assert named - explained == set()


def test_the_glossary_has_the_words() -> None:
    words = re.findall(r"^\| \*\*([a-z ]+)\*\* \|", text_of(ROOT / "docs" / "glossary.md"), re.MULTILINE)
    assert words == sorted(words)
    assert set(WORDS) - set(words) == set()


def test_the_glossary_has_every_kind_of_place() -> None:
    row = re.search(r"^\| \*\*place\*\* \|.*$", text_of(ROOT / "docs" / "glossary.md"), re.MULTILINE)
    assert row
    assert [kind for kind in PlaceKind if kind.replace("_", " ") not in row[0]] == []


def test_the_readme_opens_with_what_it_is_the_two_commands_and_a_picture() -> None:
    readme = text_of(ROOT / "README.md")
    places = [
        readme.find(part) for part in ("# Hereabouts", "make run", "make test", "docs/picture.png", "## The house")
    ]
    assert -1 not in places
    assert places == sorted(places)
