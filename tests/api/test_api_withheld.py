"""Who sees the bytes of messages: where a home may stand behind them, administrators alone."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx

from hereabouts_schemas.access import Role

NOW = datetime.now(UTC)


def test_a_reader_gets_the_bytes_of_devices_known_to_be_in_no_home(
    address: str, town: Any, make_key: Callable[..., str], admin: httpx.Client
) -> None:
    town.place("bins", "bin_site")
    town.place("h1", "home")
    town.place("h1/hall", "room", parent="h1")
    long_ago, yesterday = NOW - timedelta(days=9), NOW - timedelta(days=1)
    spans = {"in-a-bin": ("bins", None), "was-in-a-bin": ("bins", yesterday), "in-a-hall": ("h1/hall", None)}
    for device in (*spans, "in-store"):
        town.device(device)
    for device, (place, ended) in spans.items():
        town.deploy(device, place, long_ago, ended)
    devices = [*spans, "in-store", "not-registered", None]
    for number, device in enumerate(devices):
        town.quarantined(number, device=device)
    headers = {"Authorization": f"Bearer {make_key('curious', Role.READER)}"}
    items = httpx.get(f"{address}/v1/quarantine", headers=headers).json()["items"]
    assert {item["device"]: bool(item["payload"]) for item in items} == {one: one == "in-a-bin" for one in devices}
    assert all(item["withheld"] or item["device"] == "in-a-bin" for item in items)
    assert all(item["payload"] and not item["withheld"] for item in admin.get("/v1/quarantine").json()["items"])


def test_the_page_of_sources_says_who_sees_them(
    address: str, admin: httpx.Client, make_key: Callable[..., str]
) -> None:
    with httpx.Client(base_url=address) as browser:
        browser.post("/sign-in", data={"key": make_key("officer", Role.READER)})
        assert "shown to administrators only" in browser.get("/sources").text
