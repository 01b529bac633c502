"""What a digest and an urgent notice say: pure words from facts. At most a page, no readings, no names of people.

A digest tells what has changed since somebody was last told: each thing has a key, and a rank that rises as it gets
worse. What they were told last is the ranks by key, so nothing is told again that stands as it stood.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from hereabouts_platform.cases.clocks.words import say_day
from hereabouts_platform.rules.wording import say_list

SHOWN = 12  # things named in one digest: with headings and addresses of pages about 45 lines
AT_LEAST = 2  # of each group
WHY = "You get this because you asked for it. Your administrator can change or stop it."


class Group(StrEnum):
    """What a thing is, for the reader; in the order in which they should know."""

    MISSED = "missed"
    DUE = "due"
    ALERT = "alert"
    SILENT = "silent"


@dataclass(frozen=True, kw_only=True, slots=True)
class Item:
    """One thing that somebody should know of.

    Attributes:
        key: what it is, the same from day to day: `alert 17`, `clock 5`, `silent home-3`.
        group: where it stands.
        rank: rises as it gets worse.
        line: what to say of it, without its full stop.
        path: of its page, from the first slash on.
        patch: whose it is; None: outside of all patches.
    """

    key: str
    group: Group
    rank: int
    line: str
    path: str
    patch: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Letter:
    """Words to be sent, and what they tell of, as ranks by key."""

    subject: str
    body: str
    told: Mapping[str, int]


def digest(items: Sequence[Item], told: Mapping[str, int], day: date, pages: str | None) -> Letter | None:
    """The digest of a day in Europe/London; None where nothing is new and nothing got worse.

    Args:
        items: all that stands, the most pressing first in each group.
        told: what the last digest told of, as ranks by key.
        pages: where people reach the pages, without a slash at the end; None where that is not known.
    """
    if all(item.rank <= told.get(item.key, -1) for item in items):
        return None
    sections = list(_sections(items, told))
    parts = [f"Hereabouts on {say_day(day)}: {_counts(sections)}.", *_written(sections, pages)]
    subject = f"Hereabouts: {_counts(sections)}"
    return Letter(subject=subject, body=_whole(parts, pages), told={item.key: item.rank for item in items})


def dates(items: Sequence[Item], pages: str | None) -> Letter:
    """A notice of dates of somebody's own cases that are near or were missed, at least one."""
    sections = list(_sections(items, {}))
    first = "Dates of your cases, as the law's clocks have them. Look at the case first: what it says stands."
    told = {item.key: item.rank for item in items}
    return Letter(
        subject=f"Your cases: {_counts(sections)}",
        body=_whole([first, *_written(sections, pages)], pages),
        told=told,
    )


def urgent(items: Sequence[Item], pages: str | None) -> Letter:
    """A notice of alerts that have become urgent, at least one."""
    what = items[0].line.split(":")[0] if len(items) == 1 else f"{len(items)} alerts"
    parts = [
        "This needs somebody today. Hereabouts raises an alert as urgent when harm is near: look at the page first, "
        "then call.",
        "\n".join(_lines(items, SHOWN, pages)),
    ]
    told = {item.key: item.rank for item in items}
    return Letter(subject=f"Urgent: {what}", body=_whole(parts, pages), told=told)


def came_back(items: Sequence[Item], pages: str | None) -> Letter:
    """A notice of rooms in which it came back after works, at least one."""
    what = items[0].line.split(":")[0] if len(items) == 1 else f"{len(items)} rooms"
    first = "After the works it was watched whether it holds. Here it did not: look at the case, and at what was done."
    body = _whole([first, "\n".join(_lines(items, SHOWN, pages))], pages)
    return Letter(subject=f"It came back: {what}", body=body, told={item.key: item.rank for item in items})


def _counts(sections: "Sequence[_Section]") -> str:
    return say_list([f"{len(of)} {heading.short}" for heading, of in sections])


def _written(sections: "Sequence[_Section]", pages: str | None) -> Iterator[str]:
    shares = _shares([len(of) for _, of in sections])
    for (heading, of), room in zip(sections, shares, strict=True):
        yield "\n".join([heading.title, *_lines(of, room, pages)])


@dataclass(frozen=True, kw_only=True, slots=True)
class _Heading:
    title: str
    short: str


_Section = tuple[_Heading, list[Item]]
_MISSED = _Heading(title="Missed", short="missed")
_DUE = _Heading(title="Due soon", short="due soon")
_NEW = _Heading(title="New", short="new")
_WORSE = _Heading(title="Worse than when you were last told", short="worse")
_SILENT = _Heading(title="Cannot be said, because a sensor is not heard", short="newly silent")


def _sections(items: Sequence[Item], told: Mapping[str, int]) -> Iterator[_Section]:
    """Dates that were missed or are near stand until they are met; the rest is told once, and again when worse."""
    fresh = [item for item in items if item.rank > told.get(item.key, -1)]
    sections = [
        (_MISSED, [item for item in items if item.group is Group.MISSED]),
        (_DUE, [item for item in items if item.group is Group.DUE]),
        (_WORSE, [item for item in fresh if item.group is Group.ALERT and item.key in told]),
        (_NEW, [item for item in fresh if item.group is Group.ALERT and item.key not in told]),
        (_SILENT, [item for item in fresh if item.group is Group.SILENT]),
    ]
    yield from ((heading, of) for heading, of in sections if of)


def _shares(sizes: Sequence[int]) -> list[int]:
    """How many of each section are named: a few of each, then as many as there is room for, from the first on."""
    shares = [min(size, AT_LEAST) for size in sizes]
    for index, size in enumerate(sizes):
        shares[index] += min(size - shares[index], SHOWN - sum(shares))
    return shares


def _lines(items: Sequence[Item], room: int, pages: str | None) -> Iterator[str]:
    for item in items[:room]:
        yield f"- {item.line}."
        if pages is not None:
            yield f"  {pages}{item.path}"
    if len(items) > room:
        yield f"- and {len(items) - room:,} more."


def _whole(parts: Sequence[str], pages: str | None) -> str:
    last = WHY if pages is None else f"All of it: {pages}/\n{WHY}"
    return "\n\n".join([*parts, last]) + "\n"
