"""pip's wheel from an index on loopback, by the standard library alone."""

import base64
import hashlib
import io
import subprocess
import sys
import threading
import zipfile
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import NamedTuple

import pytest

from hereabouts_bootstrap.errors import SetupError
from hereabouts_bootstrap.index import PUBLIC_INDEX, fetch_pip, find_link, index_url, pip_setting, read_pin
from hereabouts_bootstrap.installers import INSTALLER_LOCK

WHEEL = "pip-99.1-py3-none-any.whl"


def made_wheel() -> bytes:
    """A wheel that says what it was asked, in the place of pip."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as wheel:
        wheel.writestr("pip/__init__.py", "")
        wheel.writestr("pip/__main__.py", "import sys\nprint('pip of the wheel:', *sys.argv[1:])\n")
    return buffer.getvalue()


class Index(NamedTuple):
    url: str
    files: dict[str, bytes]
    logins: list[str | None]


@pytest.fixture
def index() -> Iterator[Index]:
    """A static index on loopback: whatever is put in `files` under its path."""
    files: dict[str, bytes] = {}
    logins: list[str | None] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            logins.append(self.headers.get("Authorization"))
            body = files.get(self.path)
            self.send_response(404 if body is None else 200)
            self.end_headers()
            self.wfile.write(body or b"")

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class names it so
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield Index(f"http://127.0.0.1:{server.server_port}/simple", files, logins)
    server.shutdown()
    thread.join()
    server.server_close()


def lock_of(folder: Path, body: bytes) -> Path:
    lock = folder / "installer.lock"
    hashes = ["0" * 64, hashlib.sha256(body).hexdigest()]
    lines = " \\\n".join(["pip==99.1", *(f"    --hash=sha256:{digest}" for digest in hashes)])
    lock.write_text(f"{lines}\nuv==1.0 \\\n    --hash=sha256:{'1' * 64}\n", encoding="utf-8")
    return lock


def environ(tmp_path: Path, **more: str) -> dict[str, str]:
    return {"HOME": str(tmp_path), **more}


def test_the_wheel_is_fetched_checked_and_runs_from_the_file(tmp_path: Path, index: Index) -> None:
    wheel = made_wheel()
    index.files["/simple/pip/"] = f'<a href="../../f/{WHEEL}#sha256=abc" data-requires-python="&gt;=3.9">x</a>'.encode()
    index.files[f"/f/{WHEEL}"] = wheel
    fetched = fetch_pip(tmp_path, lock_of(tmp_path, wheel), environ(tmp_path, PIP_INDEX_URL=index.url + "/"))
    done = subprocess.run([sys.executable, fetched / "pip", "install", "x"], capture_output=True, text=True, check=True)
    assert done.stdout == "pip of the wheel: install x\n"


def test_other_bytes_than_pinned_are_not_used(tmp_path: Path, index: Index) -> None:
    lock = lock_of(tmp_path, made_wheel())
    index.files["/simple/pip/"] = f'<a href="/f/{WHEEL}">x</a>'.encode()
    index.files[f"/f/{WHEEL}"] = b"something else"
    with pytest.raises(SetupError, match="not the file this release was tested with"):
        fetch_pip(tmp_path, lock, environ(tmp_path, PIP_INDEX_URL=index.url))
    assert not (tmp_path / WHEEL).exists()


def test_an_index_without_the_version_is_named_without_its_password(tmp_path: Path, index: Index) -> None:
    index.files["/simple/pip/"] = b'<a href="pip-1.0-py3-none-any.whl">old</a>'
    url = index.url.replace("http://", "http://ada:se%40cret@")
    with pytest.raises(SetupError) as caught:
        fetch_pip(tmp_path, lock_of(tmp_path, b""), environ(tmp_path, PIP_INDEX_URL=url))
    assert WHEEL in str(caught.value)
    assert "cret" not in str(caught.value)
    assert index.logins == ["Basic " + base64.b64encode(b"ada:se@cret").decode()]


def test_an_index_that_is_not_there_says_the_cure(tmp_path: Path, index: Index) -> None:
    with pytest.raises(SetupError, match="set PIP_INDEX_URL"):
        fetch_pip(tmp_path, lock_of(tmp_path, b""), environ(tmp_path, PIP_INDEX_URL=index.url + "/nowhere"))


def test_only_http_is_read(tmp_path: Path) -> None:
    with pytest.raises(SetupError, match="no http or https address"):
        fetch_pip(tmp_path, lock_of(tmp_path, b""), environ(tmp_path, PIP_INDEX_URL=f"file://{tmp_path}"))


def test_links_are_found_by_file_name() -> None:
    page = "https://mirror.example/simple/pip/"
    html = f'<a href="https://files.example/a%2Fb/{WHEEL}#sha256=0">x</a> <a>none</a> <a href="other.whl">y</a>'
    assert find_link(html, page, WHEEL) == f"https://files.example/a%2Fb/{WHEEL}"
    assert find_link(html, page, "other.whl") == "https://mirror.example/simple/pip/other.whl"
    assert find_link(html, page, "pip-1.0-py3-none-any.whl") is None


def test_where_the_index_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hereabouts_bootstrap.index.SYSTEM_FILES", ())
    bare = environ(tmp_path)
    assert index_url(bare) == PUBLIC_INDEX
    assert index_url(bare | {"UV_INDEX_URL": "http://a/"}) == "http://a"
    assert index_url(bare | {"UV_INDEX_URL": "http://a", "UV_DEFAULT_INDEX": "http://b"}) == "http://b"
    (tmp_path / ".config" / "pip").mkdir(parents=True)
    (tmp_path / ".config" / "pip" / "pip.conf").write_text("[global]\nindex-url = http://c/%2Fx\n", encoding="utf-8")
    assert index_url(bare | {"UV_DEFAULT_INDEX": "http://b"}) == "http://c/%2Fx"
    assert index_url(bare | {"PIP_INDEX_URL": "http://d"}) == "http://d"
    named = tmp_path / "named.conf"
    named.write_text("[install]\nindex-url = http://e\n[global]\ncert = /c.pem\n", encoding="utf-8")
    assert index_url(bare | {"PIP_CONFIG_FILE": str(named)}) == "http://e"
    assert pip_setting("cert", bare | {"PIP_CONFIG_FILE": str(named)}) == "/c.pem"


def test_the_pin_of_this_release() -> None:
    pin = read_pin(INSTALLER_LOCK)
    assert pin.wheel.startswith("pip-")
    assert len(pin.hashes) >= 1


def test_a_lock_without_pip_is_named(tmp_path: Path) -> None:
    lock = tmp_path / "installer.lock"
    lock.write_text("uv==1.0\n", encoding="utf-8")
    with pytest.raises(SetupError, match="does not pin pip"):
        read_pin(lock)
