"""The pack says what stands beside each event in plain words: no codes, no keys, no brackets of programs."""

import pytest
from case_story import Story

from hereabouts_platform.evidence.details import say_detail


@pytest.mark.parametrize(
    ("kind", "detail", "says"),
    [
        ("reported", {"by": "resident", "words": "Black spots"}, "Told by a resident. Black spots."),
        (
            "investigation_concluded",
            {"type": "in_person", "significance": "none", "safety_work": False, "safety_work_end": "2026-12-14"},
            "Done in person. No significant hazard found. Safety work is not needed. "
            "Safety work is done by Monday 14 December 2026.",
        ),
        ("alert_changed", {"alert": 7, "from": "act", "to": "urgent"}, "From “needs action” to “urgent”."),
        ("assigned", {"assignee": None}, "To nobody."),
        ("accommodation_offered", {"accepted": None}, "No answer yet."),
        ("accommodation_offered", {"accepted": False}, "Declined."),
        (
            "corrected",
            {"event": 4, "detail": {"outcome": "no_access", "preventative_work": True}, "reason": "A slip."},
            "Of entry 4. It should have said: Nobody could get in; Preventative work is needed. Reason: A slip.",
        ),
        ("corrected", {"event": 4, "withdrawn": True}, "Of entry 4. It did not happen."),
        ("corrected", {"event": 4, "at": "2026-12-09T14:00:00Z"}, "Of entry 4. It happened on 9 December 2026, 14:00."),
        ("file_attached", {"file": 3, "name": "wall.jpg", "sha256": "ab12"}, "File wall.jpg. SHA-256 ab12."),
        ("works_begun", {"works": "both"}, "Work to make it safe, and to keep it from coming back."),
        ("triaged", {}, ""),
    ],
)
def test_what_stands_beside_an_event_is_said_plainly(kind: str, detail: dict[str, object], says: str) -> None:
    (event,) = Story().then(kind, "2026-12-10 10:00", **detail).events
    assert say_detail(event) == says
