"""Pages taken apart for tests, and checked as every page is checked."""

import re
from html.parser import HTMLParser
from itertools import pairwise

import httpx

VOID = {"meta", "link", "input", "img", "br"}


class Page(HTMLParser):
    """A page taken apart: its elements, its headings and its text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.headings: list[tuple[str, str]] = []
        self.title = ""
        self.text = ""
        self._open: list[str] = []
        self.feed(html)
        self.close()
        assert self._open == [], f"never closed: {self._open}"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        assert len(dict(attrs)) == len(attrs), f"an attribute stands twice on {tag}"
        if tag not in VOID:
            self._open.append(tag)
        if re.fullmatch("h[1-6]", tag):
            self.headings.append((tag, ""))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self._open, f"</{tag}> closes nothing"
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data
        if "title" in self._open:
            self.title += data
        for tag in self._open:
            if re.fullmatch("h[1-6]", tag):
                self.headings[-1] = (tag, self.headings[-1][1] + data)

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.elements if name == tag]

    def said(self) -> str:
        return " ".join(self.text.split())


def read(answer: httpx.Response, status: int = 200) -> Page:
    """Check a page as every page is checked."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    page = Page(answer.text)
    levels = [int(tag[1]) for tag, _ in page.headings]
    assert levels.count(1) == 1, "one h1"
    assert levels[0] == 1
    assert all(after - before <= 1 for before, after in pairwise(levels)), "no level is skipped"
    assert all(text.strip() for _, text in page.headings)
    assert page.title.startswith(page.headings[0][1].strip()), "the title begins with the h1"
    assert page.all("html") == [{"lang": "en-GB"}]
    ids = [attributes["id"] for _, attributes in page.elements if "id" in attributes]
    assert len(set(ids)) == len(ids), "no id stands twice"
    for name in ("aria-labelledby", "aria-describedby", "for"):
        for _, attributes in page.elements:
            assert set((attributes.get(name) or "").split()) <= set(ids), f"{name} leads nowhere"
    for tag, attributes in page.elements:
        assert tag not in ("script", "style", "iframe", "object")
        assert not any(name == "style" or name.startswith("on") for name in attributes)
        assert tag != "img" or "alt" in attributes
        assert tag != "th" or attributes.get("scope") in ("row", "col")
        assert tag != "svg" or attributes.get("aria-hidden") or attributes.get("role") == "img"
    labelled = {attributes.get("for") for attributes in page.all("label")}
    asked = [*page.all("input"), *page.all("select"), *page.all("textarea")]
    assert all(one["id"] in labelled for one in asked if one.get("type") != "hidden")
    for form in page.all("form"):
        asked_by_address = ("/homes", "/rounds", "/rounds#find", "/savings")
        asks = form["action"] in asked_by_address or form["action"].endswith("/repair")
        assert form["method"] == "post" or asks, "only a filter and a download ask by their address"
    for link in page.all("a"):
        assert link["href"]
    return page
