"""Why a message or one of its values cannot be used, on its way to quarantine."""

from hereabouts_schemas.errors import HereaboutsError
from hereabouts_schemas.outcome import Reason


class Refusal(HereaboutsError):
    """A message or a value that cannot become a reading.

    Args:
        reason: the code that quarantine is grouped by.
        detail: a sentence for whoever has to mend it.
    """

    def __init__(self, reason: Reason, detail: str) -> None:
        self.reason = reason
        self.detail = detail
        super().__init__(detail)
