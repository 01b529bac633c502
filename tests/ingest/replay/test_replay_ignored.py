"""Messages that were ignored, or are to be, when stored bytes are read again: the books and their reasons follow."""

from dataclasses import replace
from typing import Any

import pytest

from hereabouts_schemas.message import Message
from hereabouts_schemas.outcome import Outcome

Council = Any  # of conftest.py


def reasons(council: Council, outcome: str) -> dict[str, int]:
    rows = council.owner.execute(
        "SELECT reason, sum(count)::int FROM ingest_reason WHERE outcome = %s GROUP BY 1 HAVING sum(count) <> 0",
        (outcome,),
    )
    return dict(rows.fetchall())


def as_things_stack(message: Message) -> Message:
    """The same bytes from a source set up as another network's, whose receipts nobody stores."""
    source = replace(message.source, envelope="things_stack")
    return replace(message, source=source, topic="v3/town@ttn/devices/d1/down/ack")


def set_up_as(council: Council, envelope: str) -> None:
    council.owner.execute("UPDATE source SET envelope = %s WHERE name = 'plain'", (envelope,))


def test_ignored_messages_are_stored_when_their_source_is_put_right(council: Council) -> None:
    council.register("d1")
    messages = [as_things_stack(council.message("d1", 15 * n, temp=20 + n)) for n in range(4)]
    assert council.write(messages) == [Outcome.IGNORED] * 4
    assert reasons(council, "ignored") == {"other_kind": 4}
    assert council.counts()["ignored"] == 4

    preview = council.replay().preview()
    assert dict(preview.moves) == {("ignored", "stored"): 4}
    assert council.replay().apply() == preview
    counts = council.counts()
    assert (counts["received"], counts["stored"], counts["ignored"]) == (4, 4, 0)
    assert reasons(council, "ignored") == {}
    assert council.one("SELECT count(*)::int FROM reading") == (4,)
    assert council.replay().apply().is_empty


def test_an_ignored_message_may_turn_out_to_be_a_strangers(council: Council) -> None:
    council.write([as_things_stack(council.message("d1", 0, temp=20))])
    assert dict(council.replay().apply().moves) == {("ignored", "quarantined: unknown_device"): 1}
    assert (reasons(council, "ignored"), reasons(council, "quarantined")) == ({}, {"unknown_device": 1})
    assert council.counts()["quarantined"] == 1
    council.register("d1")
    assert dict(council.replay(waiting=True).apply().moves) == {("quarantined: unknown_device", "stored"): 1}
    assert reasons(council, "quarantined") == {}


def test_what_waits_may_turn_out_to_be_nothing_of_ours(council: Council) -> None:
    council.write([replace(council.message("d1", 0, temp=20), topic="v3/town@ttn/devices/d1/down/ack")])
    assert reasons(council, "quarantined") != {}
    set_up_as(council, "things_stack")
    report = council.replay().apply()
    assert [after for _, after in report.moves] == ["ignored: other_kind"]
    assert (reasons(council, "ignored"), reasons(council, "quarantined")) == ({"other_kind": 1}, {})
    assert council.counts()["ignored"] == 1
    assert council.replay().apply().is_empty


@pytest.mark.parametrize("remove", [False, True])
def test_a_stored_message_is_ignored_only_where_its_values_are_given_up(council: Council, remove: bool) -> None:
    council.register("d1")
    council.write([replace(council.message("d1", 0, temp=20), topic="v3/town@ttn/devices/d1/down/ack")])
    assert council.counts()["stored"] == 1
    set_up_as(council, "things_stack")
    council.replay(remove=remove).apply()
    counts = council.counts()
    assert (counts["stored"], counts["ignored"], counts["values_stored"]) == ((0, 1, 0) if remove else (1, 0, 1))
    assert reasons(council, "ignored") == ({"other_kind": 1} if remove else {})
    assert council.replay(remove=remove).apply().is_empty


def test_of_two_reasons_the_one_that_the_books_still_have_is_taken(council: Council) -> None:
    """A retained message that was ignored as of another kind: nothing but the books tells it from one of old times."""
    council.register("d1")
    message = replace(as_things_stack(council.message("d1", 0, temp=20)), retained=True)
    assert council.write([message]) == [Outcome.IGNORED]
    assert reasons(council, "ignored") == {"other_kind": 1}
    council.replay().apply()
    assert reasons(council, "ignored") == {}
    assert council.counts()["stored"] == 1
