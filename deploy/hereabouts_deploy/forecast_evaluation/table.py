"""The comparison as Markdown, and as figures."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace

from hereabouts_deploy.forecast_evaluation.score import Score, reliability, score
from hereabouts_deploy.forecast_evaluation.trial import Foretold, Way
from hereabouts_deploy.forecast_evaluation.ways import Split
from hereabouts_platform.bins.growth import Habit

HEAD = ("way", "MAE, two weeks before", "MAE", "bias", "P90 cover under 100", "ties split", "all", "pinball", "Brier")


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """A way with its scores on the two weeks that numbers were chosen on, and on the test."""

    way: Way
    tuning: Score
    test: Score
    chances: list[list[float]]


def row_of(split: Split, way: Way, foretold: Foretold) -> Row:
    """A way's row."""
    test = split.test(foretold)
    return Row(way=way, tuning=score(split.tuning(foretold)), test=score(test), chances=reliability(test))


def markdown(rows: Sequence[Row]) -> str:
    """The table, and of the forecast how often a bin was full by how likely that was said to be."""
    lines = [_line(HEAD), _line(["---", *["--:"] * (len(HEAD) - 1)])]
    lines += [_line(_cells(row)) for row in rows]
    chosen = next(row for row in rows if row.way.name.endswith(": the forecast"))
    lines += ["", _habit_words(chosen.way.habit), "", _line(("said", "collections", "mean", "full"))]
    lines.append(_line(["--:"] * 4))
    for low, high, count, said, was in chosen.chances:
        lines.append(_line([f"{low:.2f}-{high:.2f}", f"{count:,.0f}", f"{said:.2f}", f"{was:.2f}"]))
    return "\n".join(lines) + "\n"


def figures(rows: Sequence[Row]) -> list[dict[str, object]]:
    """The scores as they are, for `--json`."""
    return [
        {
            "way": row.way.name,
            "habit": asdict(row.way.habit),
            "tuning": asdict(row.tuning),
            "test": asdict(row.test),
            "chances": row.chances,
        }
        for row in rows
    ]


def _habit_words(habit: Habit) -> str:
    even = replace(habit, exponent=1.0) == Habit()
    return f"Growth bends by {habit.exponent:g}; weekdays and holidays {'did not earn a place' if even else 'count'}."


def _cells(row: Row) -> list[str]:
    test = row.test
    shares = (test.cover_under, test.cover_split, test.cover)
    return [
        row.way.name,
        f"{row.tuning.mae:.1f}",
        f"{test.mae:.1f}",
        f"{test.bias:+.1f}",
        *(f"{100 * share:.1f} %" for share in shares),
        f"{test.pinball:.2f}",
        f"{test.brier:.3f}",
    ]


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"
