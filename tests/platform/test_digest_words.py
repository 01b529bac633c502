"""What a digest says: pure words, only of what has changed, at most a page."""

from collections.abc import Mapping
from datetime import date
from itertools import count

from hypothesis import given
from hypothesis import strategies as st

from hereabouts_platform.rules.digest import SHOWN, WHY, Group, Item, digest, urgent

MONDAY = date(2026, 11, 23)
PAGES = "https://hereabouts.example.gov.uk"
PAGE_LINES = 55


def item(number: int, group: Group = Group.ALERT, rank: int = 1, line: str = "Flat 1, Elm Court: wet") -> Item:
    return Item(key=f"{group} {number}", group=group, rank=rank, line=line, path=f"/places/h{number}")


def test_it_says_what_is_missed_due_worse_new_and_silent_in_this_order() -> None:
    items = [
        item(1, Group.SILENT, line="Flat 9: noticed 22 November 2026, 04:00"),
        item(2, rank=3, line="Flat 2, Bedroom: damp air"),
        item(3, line="Flat 3, Hall: damp air"),
        item(4, Group.DUE, line="Flat 4: written summary, by 25 November 2026"),
        item(5, Group.MISSED, line="Flat 5: investigation, was due on 20 November 2026"),
    ]
    letter = digest(items, {"alert 2": 1}, MONDAY, PAGES)
    assert letter is not None
    assert letter.subject == "Hereabouts: 1 missed, 1 due soon, 1 worse, 1 new and 1 newly silent"
    assert letter.body == (
        "Hereabouts on Monday 23 November 2026: 1 missed, 1 due soon, 1 worse, 1 new and 1 newly silent.\n"
        "\n"
        "Missed\n"
        "- Flat 5: investigation, was due on 20 November 2026.\n"
        f"  {PAGES}/places/h5\n"
        "\n"
        "Due soon\n"
        "- Flat 4: written summary, by 25 November 2026.\n"
        f"  {PAGES}/places/h4\n"
        "\n"
        "Worse than when you were last told\n"
        "- Flat 2, Bedroom: damp air.\n"
        f"  {PAGES}/places/h2\n"
        "\n"
        "New\n"
        "- Flat 3, Hall: damp air.\n"
        f"  {PAGES}/places/h3\n"
        "\n"
        "Cannot be said, because a sensor is not heard\n"
        "- Flat 9: noticed 22 November 2026, 04:00.\n"
        f"  {PAGES}/places/h1\n"
        "\n"
        f"All of it: {PAGES}/\n"
        f"{WHY}\n"
    )
    assert letter.told == {"alert 2": 3, "alert 3": 1, "silent 1": 1, "due 4": 1, "missed 5": 1}


def test_nothing_new_is_no_digest() -> None:
    items = [item(1, rank=2), item(2, Group.MISSED)]
    letter = digest(items, {}, MONDAY, None)
    assert letter is not None
    assert "http" not in letter.body
    assert digest(items, letter.told, MONDAY, None) is None
    assert digest([item(1, rank=1)], letter.told, MONDAY, None) is None
    assert digest([], letter.told, MONDAY, None) is None


def test_what_was_told_is_not_told_again_but_dates_stand_until_they_are_met() -> None:
    items = [item(1), item(2, Group.SILENT), item(3, Group.DUE, line="a summary"), item(4, line="the new one")]
    letter = digest(items, {"alert 1": 1, "silent 2": 1, "due 3": 1}, MONDAY, None)
    assert letter is not None
    assert letter.subject == "Hereabouts: 1 due soon and 1 new"
    assert "the new one" in letter.body
    assert "a summary" in letter.body


items_of = st.lists(
    st.tuples(st.sampled_from(list(Group)), st.integers(0, 3)).map(lambda drawn: drawn), max_size=80
).map(lambda drawn: [item(number, group, rank) for number, (group, rank) in zip(count(), drawn, strict=False)])


@given(items=items_of, told=st.dictionaries(st.integers(0, 80).map(lambda n: f"alert {n}"), st.integers(0, 3)))
def test_whatever_stands_it_is_a_page_at_most_and_counts_everything(items: list[Item], told: Mapping[str, int]) -> None:
    letter = digest(items, told, MONDAY, PAGES)
    if letter is None:
        assert all(one.rank <= told.get(one.key, -1) for one in items)
        return
    lines = letter.body.splitlines()
    assert len(lines) <= PAGE_LINES
    named = sum(line.startswith("  http") for line in lines)
    more = sum(int(line.split()[2]) for line in lines if line.startswith("- and "))
    standing = [one for one in items if one.group in (Group.MISSED, Group.DUE)]
    fresh = [one for one in items if one not in standing and one.rank > told.get(one.key, -1)]
    assert named + more == len(standing) + len(fresh)
    assert named == min(SHOWN, named + more)
    assert digest(items, letter.told, MONDAY, PAGES) is None


def test_an_urgent_notice_names_the_home_alone_or_how_many() -> None:
    one = urgent([item(1, rank=3, line="Flat 1, Elm Court: damp air (urgent)")], PAGES)
    assert one.subject == "Urgent: Flat 1, Elm Court"
    assert f"- Flat 1, Elm Court: damp air (urgent).\n  {PAGES}/places/h1" in one.body
    many = urgent([item(number) for number in range(30)], None)
    assert many.subject == "Urgent: 30 alerts"
    assert f"and {30 - SHOWN} more" in many.body
