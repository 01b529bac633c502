"""Bodies that are too large are answered in words once they have come in, not by a connection that is reset."""

import socket
from collections.abc import Callable, Iterator
from urllib.parse import urlsplit

import httpx
import pytest

from hereabouts_schemas.access import Role

pytestmark = pytest.mark.one_engine

LARGE = 12 * 2**20
WORDS = "A file may have at most 8 MB, and this one is larger. Send a smaller photo"


def post(address: str, path: str, *, expect: str = "") -> tuple[str, int]:
    """All 12 MiB over a bare connection, as a browser sends them, then the answer; and how many bytes went out."""
    parts = urlsplit(address)
    head = f"POST {path} HTTP/1.1\r\nHost: {parts.netloc}\r\nContent-Type: image/jpeg\r\nConnection: close\r\n"
    head += f"Content-Length: {LARGE}\r\n{expect}\r\n"
    with socket.create_connection((parts.hostname, parts.port), timeout=30) as connection:
        connection.sendall(head.encode())
        sent = 0 if expect else LARGE
        connection.sendall(bytes(sent))
        return b"".join(iter(lambda: connection.recv(65536), b"")).decode(), sent


@pytest.mark.parametrize(
    "path", ["/cases/1/files", "/v1/cases/1/files?name=a.jpg", "/rounds/1/outcomes", "/v1/uplinks/x"]
)
def test_whoever_sends_too_much_hears_of_it(address: str, path: str) -> None:
    answer, _ = post(address, path)
    assert answer.startswith("HTTP/1.1 413 ")
    assert "x-content-type-options: nosniff" in answer.lower()
    assert (WORDS in answer) == path.partition("?")[0].endswith(("/files", "/outcomes"))
    assert ("application/problem+json" in answer) == path.startswith("/v1/")


def test_who_waits_to_be_asked_is_told_at_once(address: str) -> None:
    answer, sent = post(address, "/v1/cases/1/files?name=a.jpg", expect="Expect: 100-continue\r\n")
    assert answer.startswith("HTTP/1.1 413 ")
    assert sent == 0


@pytest.mark.parametrize("path", ["/cases/1/files", "/v1/cases/1/files?name=a.jpg"])
def test_a_body_that_does_not_say_how_long_it_is(path: str, address: str, make_key: Callable[..., str]) -> None:
    def parts() -> Iterator[bytes]:
        yield b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.jpg"\r\n\r\n'
        for _ in range(12):
            yield bytes(2**20)

    headers = {"Content-Type": "multipart/form-data; boundary=x"}
    with httpx.Client(base_url=address, headers=headers, timeout=30) as client:
        key = make_key(f"Cy {len(path)}", Role.HOUSING_MANAGER)
        if path.startswith("/v1/"):
            client.headers["Authorization"] = f"Bearer {key}"
        else:
            client.post("/sign-in", data={"key": key}, headers={"Content-Type": "application/x-www-form-urlencoded"})
        answer = client.post(path, content=parts())
    assert answer.status_code == 413, answer.text[:300]
    assert WORDS in answer.text


def test_an_error_before_the_body_was_read_arrives_too(address: str) -> None:
    assert httpx.post(f"{address}/v1/cases/1/files?name=a", content=bytes(2**22), timeout=30).status_code == 401
