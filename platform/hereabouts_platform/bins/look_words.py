"""What of a bin somebody should look at: readings not believed, a zero that crews moved, words the sensor disputes."""

from collections.abc import Sequence
from datetime import UTC, datetime

from hereabouts_platform.bins.emptyings import SAYS, Answer, Matched
from hereabouts_platform.bins.level import Levels
from hereabouts_platform.bins.zero import Zero
from hereabouts_schemas.times import say_time


def look_at(levels: Levels, answers: Sequence[Answer], zero: Zero) -> tuple[str, ...]:
    """A sentence or two each, times as clocks show them in Europe/London; nothing where all is well."""
    disputed = [_disputed(one) for one in answers if one.matched is Matched.DISPUTED]
    return tuple(words for words in (*disputed, zero.says(), levels.says()) if words)


def _disputed(answer: Answer) -> str:
    at = say_time(datetime.fromtimestamp(answer.proof.at, UTC))
    return f"{at}: {SAYS[answer.matched]} Somebody should look."
