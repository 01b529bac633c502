"""The package index: where it is, and pip's wheel from it where this machine has no pip of any kind."""

from __future__ import annotations

import base64
import configparser
import hashlib
import re
import ssl
import urllib.error
import urllib.request
from collections.abc import Mapping
from html.parser import HTMLParser
from pathlib import Path
from typing import NamedTuple
from urllib.parse import unquote, urldefrag, urljoin, urlsplit, urlunsplit

from hereabouts_bootstrap.errors import SetupError

# Where Python packages come from unless pip or uv is told otherwise: the one place that names it.
PUBLIC_INDEX = "https://pypi.org/simple"
SYSTEM_FILES = (Path("/etc/xdg/pip/pip.conf"), Path("/etc/pip.conf"))
_TIMEOUT_S = 60
_HASH = re.compile(r"--hash=sha256:([0-9a-f]{64})")


class Pin(NamedTuple):
    """The version of pip this release is set up with, and the SHA-256 of its files."""

    version: str
    hashes: frozenset[str]

    @property
    def wheel(self) -> str:
        """File name of its wheel."""
        return f"pip-{self.version}-py3-none-any.whl"


def pip_setting(name: str, environ: Mapping[str, str]) -> str | None:
    """One of pip's own settings (`index-url`, `cert`, `proxy`): PIP_<NAME>, else its configuration files."""
    value = environ.get("PIP_" + name.upper().replace("-", "_"))
    if value:
        return value
    parser = configparser.RawConfigParser()
    parser.read(_pip_files(environ), encoding="utf-8")
    for section in ("install", "global"):
        if parser.has_option(section, name):
            return parser.get(section, name)
    return None


def index_url(environ: Mapping[str, str]) -> str:
    """The index that packages come from: pip's setting, else uv's, else the public one."""
    found = pip_setting("index-url", environ) or environ.get("UV_DEFAULT_INDEX") or environ.get("UV_INDEX_URL")
    return (found or PUBLIC_INDEX).rstrip("/")


def read_pin(lock: Path) -> Pin:
    """What `installer.lock` pins pip to."""
    entry = re.search(r"^pip==(\S+)((?:[^\n]*\\\n)*[^\n]*)", lock.read_text(encoding="utf-8"), re.MULTILINE)
    if entry is None:
        raise SetupError(f"{lock} does not pin pip. Restore it with git, then run make again.")
    return Pin(entry[1], frozenset(_HASH.findall(entry[2])))


def fetch_pip(folder: Path, lock: Path, environ: Mapping[str, str]) -> Path:
    """Fetch the wheel that `lock` pins into `folder`, with nothing but the standard library.

    Raises:
        SetupError: the index cannot be reached, has no such file, or sends other bytes than were pinned.
    """
    pin = read_pin(lock)
    page = index_url(environ) + "/pip/"
    text = _get(page, environ).decode("utf-8", "replace")
    link = find_link(text, page, pin.wheel)
    if link is None:
        raise SetupError(f"{_public(page)} has no {pin.wheel}. Install pip or uv on this machine, then run make again.")
    body = _get(link, environ)
    if hashlib.sha256(body).hexdigest() not in pin.hashes:
        raise SetupError(f"{pin.wheel} from {_public(link)} is not the file this release was tested with: not used.")
    wheel = folder / pin.wheel
    wheel.write_bytes(body)
    return wheel


def find_link(html: str, page: str, filename: str) -> str | None:
    """Full address of `filename` on an index page (PEP 503), None where it is not listed."""
    links = _Links()
    links.feed(html)
    for href in links.found:
        address = urldefrag(urljoin(page, href)).url
        if unquote(urlsplit(address).path).rsplit("/", 1)[-1] == filename:
            return address
    return None


class _Links(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found += [value for name, value in attrs if tag == "a" and name == "href" and value]


def _get(address: str, environ: Mapping[str, str]) -> bytes:
    parts = urlsplit(address)
    if parts.scheme not in ("http", "https"):
        raise SetupError(f"The package index {_public(address)} is no http or https address.")
    host = parts.netloc.rpartition("@")[2]
    request = urllib.request.Request(urlunsplit(parts._replace(netloc=host)))  # noqa: S310 - http(s), checked above
    request.add_header("Accept", "text/html, application/vnd.pypi.simple.v1+html;q=0.9, */*;q=0.1")
    if parts.username is not None:
        secret = f"{unquote(parts.username)}:{unquote(parts.password or '')}".encode()
        request.add_header("Authorization", "Basic " + base64.b64encode(secret).decode())
    try:
        with _opener(environ).open(request, timeout=_TIMEOUT_S) as answer:
            return bytes(answer.read())
    except (urllib.error.URLError, OSError) as error:
        raise SetupError(f"{_public(address)} cannot be read ({error}). {NETWORK_CURE}") from error


NETWORK_CURE = (
    "Set-up needs a way to a package index: behind a proxy set HTTPS_PROXY; where there is a mirror set PIP_INDEX_URL; "
    "certificates come with the package ca-certificates, or from the file that PIP_CERT names."
)


def _opener(environ: Mapping[str, str]) -> urllib.request.OpenerDirector:
    context = ssl.create_default_context(cafile=pip_setting("cert", environ))
    handlers: list[urllib.request.BaseHandler] = [urllib.request.HTTPSHandler(context=context)]
    proxy = pip_setting("proxy", environ)
    if proxy:
        handlers.append(urllib.request.ProxyHandler({"http": proxy, "https": proxy}))
    return urllib.request.build_opener(*handlers)


def _public(address: str) -> str:
    """`address` without the name and password it may hold."""
    parts = urlsplit(address)
    return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))


def _pip_files(environ: Mapping[str, str]) -> list[Path]:
    home = Path(environ.get("HOME", "/nonexistent"))
    config = Path(environ.get("XDG_CONFIG_HOME") or home / ".config")
    files = [*SYSTEM_FILES, home / ".pip" / "pip.conf", config / "pip" / "pip.conf"]
    named = environ.get("PIP_CONFIG_FILE")
    return [*files, Path(named)] if named else files
