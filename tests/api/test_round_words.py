"""The words of rounds' pages."""

from datetime import UTC, datetime, timedelta

from hereabouts_api.pages.round_words import say_minutes, say_overflow
from hereabouts_api.pages.sheet_view import lines_of
from hereabouts_api.pages.templates import render
from hereabouts_api.round_models import StopItem, WindowItem
from hereabouts_schemas.work import StopKind

AT = datetime(2026, 3, 2, 15, tzinfo=UTC)
HOUR = timedelta(hours=1)
STOP = {
    **dict.fromkeys(("outcome", "reason", "load", "visit", "approach", "must", "lon", "lat", "done", "drive_s")),
    "number": 1,
    "kind": StopKind.VISIT,
    "name": "Market",
    "place": "m",
    "photos": [],
    **dict.fromkeys(("arrives_at", "begins_at", "leaves_at"), AT),
}


def test_when_a_bin_would_overflow_is_said_as_far_as_it_can_be() -> None:
    assert say_overflow(None, None) == "When it would overflow cannot be said."
    assert say_overflow(AT, None).startswith("Every second such bin has by 2 March 2026")
    assert say_overflow(AT, AT).startswith("One in ten such bins has overflowed by 2 March 2026")


def left(bins: int, musts: int = 0) -> str:
    """What the page says of bins that are left."""
    each = {"home": False, "left_says": "It can wait.", "says": "20 % full.", "overflow": "", "place": "b"}
    rows = [{**each, "name": f"Bin {k}", "must": k < musts} for k in range(bins)]
    counts = {"visits": bins, "unmet": musts}
    return render("rounds_left.html", left=rows, left_counts=counts, may_report=False)


def test_a_long_list_of_bins_that_are_left_is_folded_up_and_what_had_to_be_done_is_not() -> None:
    assert "<details" not in left(6)
    open_part, folded = left(61).split("<details")
    assert (open_part.count("<h3>"), folded.count("<h3>")) == (6, 55)
    assert "55 more, which would overflow later" in folded
    open_part, folded = left(61, musts=9).split("<details")
    assert (open_part.count("<h3>"), folded.count("<h3>")) == (9, 52)


def test_minutes_are_said_as_people_say_them() -> None:
    assert [say_minutes(one) for one in (1, 3, 90)] == ["1 minute", "3 minutes", "1 h 30 min"]


def test_a_window_is_said_where_it_is_narrower_than_the_round() -> None:
    def said(*hours: tuple[int, int]) -> str:
        windows = [WindowItem(from_at=AT + a * HOUR, to_at=AT + b * HOUR) for a, b in hours]
        stops = [StopItem.model_construct(**{**STOP, "windows": windows if n == 1 else []}) for n in range(3)]
        return lines_of([*stops[:2], stops[2].model_copy(update={"arrives_at": AT + 4 * HOUR})])[1].windows

    assert said() == ""
    assert said((1, 3)) == "Only from 16:00 to 18:00."
    assert said((-15, 9)) == "", "all day long"
    assert said((-15, 1), (2, 9)) == "Only from 00:00 to 16:00 and 17:00 to 00:00."
