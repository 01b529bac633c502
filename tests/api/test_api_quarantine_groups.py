"""What waits in quarantine by device and reason: over HTTP and as a page."""

from datetime import timedelta
from typing import Any

import httpx
import pytest

from hereabouts_platform.rules.quarantine_words import ONCE_MENDED, WORDS, replay_command, words_of
from hereabouts_schemas.outcome import Reason

STRANGER = "24E124136B502217"


@pytest.fixture(scope="module")
def waiting(town: Any, home: Any) -> None:
    """Three strangers' messages, two values of a home's sensor, one message of nobody, one that was replayed."""
    at = home.from_at
    for number in range(3):
        town.quarantined(number, reason="unknown_device", device=STRANGER, received_at=at + timedelta(minutes=number))
    for number in (10, 11):
        town.quarantined(number, reason="range", kind="value", device=home.device, received_at=at)
    town.quarantined(20, payload=b"<b>\x00</b>", received_at=at - timedelta(days=1))
    gone = town.quarantined(30, reason="unknown_device", device="gone", received_at=at)
    town.connection.execute("UPDATE quarantine SET replayed = deliveries WHERE id = %s", (gone,))


def groups(admin: httpx.Client, **asked: object) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    cursor = {}
    while True:
        body = admin.get("/v1/quarantine/groups", params={**asked, **cursor}).raise_for_status().json()
        found += body["items"]
        if body["next"] is None:
            return found
        cursor = {"cursor": body["next"]}


@pytest.mark.parametrize("limit", [1, 2, 100])
def test_groups_in_pages(admin: httpx.Client, waiting: None, home: Any, limit: int) -> None:
    found = groups(admin, limit=limit)
    assert [(g["device"], g["reason"], g["kind"], g["count"]) for g in found] == [
        (STRANGER, "unknown_device", "message", 3),
        (home.device, "range", "value", 2),
        (None, "unreadable", "message", 1),
    ]
    assert [g["profile"] for g in found] == [None, "generic-indoor", None]
    assert found[0]["replay"] == f"hereabouts quarantine replay --reason unknown_device --device {STRANGER}"
    assert found[0]["first_at"] < found[0]["last_at"]
    assert found[1]["home"] == "home-7"


def test_groups_are_narrowed_and_what_is_replayed_is_gone(admin: httpx.Client, waiting: None) -> None:
    assert [g["device"] for g in groups(admin, device="24-e1-24-13-6b-50-22-17")] == [STRANGER]
    assert [g["reason"] for g in groups(admin, kind="value")] == ["range"]
    assert groups(admin, source="plain") == []
    assert groups(admin, device="gone") == []
    assert admin.get("/v1/quarantine", params={"device": "gone"}).json()["items"] == []
    assert admin.get("/v1/quarantine/groups?mood=good").status_code == 400


def test_looking_at_a_homes_values_is_recorded(admin: httpx.Client, waiting: None, town: Any) -> None:
    for path in (
        "/v1/quarantine/groups",
        "/quarantine",
        "/quarantine/group?reason=range&source=things_stack&kind=value&device=0004A30B001C0530",
    ):
        before = len(town.audit())
        assert admin.get(path).status_code == 200
        name, action, resource, detail = town.audit()[before]
        assert (name, action, resource, detail["homes"]) == ("admin", "read", "quarantine", ["home-7"])


def test_the_page_says_what_waits_and_what_to_do(admin: httpx.Client, waiting: None) -> None:
    page = admin.get("/quarantine").text
    assert "4 messages wait, and 2 single values of stored messages, from 2 named devices." in page
    assert "not registered, or at no place then" in page
    assert f"hereabouts quarantine replay --reason unknown_device --device {STRANGER}" in page
    assert "<code>hereabouts import devices devices.csv</code>" in page
    assert page.index(STRANGER) < page.index("No device known")


def test_a_group_shows_its_messages_and_lets_nothing_through(admin: httpx.Client, waiting: None) -> None:
    page = admin.get("/quarantine/group?reason=unreadable&source=things_stack&kind=message").text
    assert "3c 62 3e 00 3c 2f 62 3e" in page
    assert "<b>" not in page
    assert admin.get("/quarantine/group?reason=clock&source=plain&kind=message").status_code == 404


def test_the_pages_need_a_key(nobody: httpx.Client) -> None:
    assert nobody.get("/v1/quarantine/groups").status_code == 401
    assert nobody.get("/quarantine").status_code in (303, 401)


@pytest.mark.parametrize("reason", Reason)
def test_every_reason_has_words(reason: Reason) -> None:
    words = WORDS[reason]
    assert words.title == words.title.strip().rstrip(".")
    assert words.cure.endswith((".", "lists them."))
    assert (replay_command(reason, None) is not None) == (reason in ONCE_MENDED)


def test_a_device_that_names_itself_badly_cannot_write_a_command() -> None:
    assert replay_command("unknown_device", "x; rm -rf ~") == (
        "hereabouts quarantine replay --reason unknown_device --device 'x; rm -rf ~'"
    )
    assert words_of("made_of_cheese").title == "made of cheese"
