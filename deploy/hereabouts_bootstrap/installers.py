"""What installs packages into the environment: uv where there is one, uv fetched by pip, or pip itself."""

from __future__ import annotations

import os
import ssl
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from hereabouts_bootstrap.errors import SetupError
from hereabouts_bootstrap.index import NETWORK_CURE, PUBLIC_INDEX, fetch_pip, index_url, pip_setting

INSTALLER_LOCK = Path(__file__).with_name("installer.lock")
_PINNED = ("--require-hashes", "--only-binary", ":all:", "-r")


class Installer(NamedTuple):
    """A command that installs: `before` and `after` stand around the environment's Python."""

    name: str
    before: tuple[str, ...]
    after: tuple[str, ...] = ()

    def command(self, python: Path, *arguments: str) -> list[str]:
        """The whole command that installs `arguments` for `python`."""
        return [*self.before, str(python), *self.after, *arguments]


def find_uv(environ: Mapping[str, str], own: Path | None = None) -> str | None:
    """A uv that runs: on PATH, in ~/.local/bin, or the one that set-up itself installed (`own`)."""
    folders = environ.get("PATH", os.defpath).split(os.pathsep)
    places = [Path(folder, "uv") for folder in folders if folder]
    places.append(Path(environ.get("HOME", "/nonexistent"), ".local", "bin", "uv"))
    places += [own] if own else []
    return next((str(place) for place in places if place.is_file() and runs([str(place), "--version"])), None)


def get_installer(python: Path, base: str, uv: str | None, environ: Mapping[str, str]) -> Installer:
    """The installer for the environment of `python`, made with the interpreter `base`.

    Without a `uv`, pip (the base's, ensurepip's, or its wheel from the index) installs uv into the environment; where
    there is no uv for this machine, pip does the whole work, slower.
    """
    if uv:
        return with_uv(uv)
    pip = with_pip(_pip_command(python, base, environ))
    own = python.with_name("uv")
    if try_install(pip, python, environ, "--no-deps", *_PINNED, str(INSTALLER_LOCK)) and runs([str(own), "--version"]):
        return with_uv(str(own))
    print("uv is not to be had for this machine: pip goes on alone, which takes longer.", flush=True)
    return pip


def with_uv(uv: str) -> Installer:
    """uv as the installer."""
    return Installer("uv", (uv, "pip", "install", "--python"))


def with_pip(pip: Sequence[str]) -> Installer:
    """pip as the installer, from outside of the environment."""
    return Installer("pip", (*pip, "--python"), ("install", "--no-input"))


def install(installer: Installer, python: Path, root: Path, lock: Path, environ: Mapping[str, str]) -> None:
    """Install what `lock` pins, then the checkout itself in place, built by the hatchling that `lock` pins.

    Raises:
        SetupError: it failed; the installer's own words stand above on stderr.
    """
    here = ("--no-deps", "--no-build-isolation", "-e", str(root))
    for arguments in ((*_PINNED, str(lock)), here):
        if not try_install(installer, python, environ, *arguments):
            raise SetupError(
                f"{installer.name} could not install {lock.name} for {python}; its own words stand above. "
                f"{NETWORK_CURE} No wheel for this Python? Name another with PYTHON=python3.12."
            )


def try_install(installer: Installer, python: Path, environ: Mapping[str, str], *arguments: str) -> bool:
    """Run the installer; whether it succeeded. Quiet unless someone watches or it fails."""
    quiet = () if sys.stderr.isatty() else ("--quiet",)
    command = installer.command(python, *quiet, *arguments)
    return (
        subprocess.run(command, env=clean_environment(environ), stdin=subprocess.DEVNULL, check=False).returncode == 0
    )


def clean_environment(environ: Mapping[str, str]) -> dict[str, str]:
    """The environment for pip and uv: the user's own, without what would lead them elsewhere."""
    away = {"VIRTUAL_ENV", "CONDA_PREFIX", "PYTHONPATH", "PYTHONHOME", "PIP_USER", "PIP_TARGET", "PIP_PREFIX"}
    result = {name: value for name, value in environ.items() if name not in away}
    result.update(PIP_USER="0", PIP_DISABLE_PIP_VERSION_CHECK="1", UV_PYTHON_DOWNLOADS="never")
    index = index_url(environ)
    if index != PUBLIC_INDEX:
        result.setdefault("PIP_INDEX_URL", index)
        if "UV_INDEX_URL" not in result:
            result.setdefault("UV_DEFAULT_INDEX", index)
    certificates = pip_setting("cert", environ)
    if certificates:
        result.setdefault("SSL_CERT_FILE", certificates)
    if ssl.get_default_verify_paths().cafile:
        result.setdefault("UV_SYSTEM_CERTS", "true")  # a council's proxy has its own authority
    if not _can_cache(environ):
        result.setdefault("UV_NO_CACHE", "true")
        result.setdefault("PIP_NO_CACHE_DIR", "true")
    return result


def runs(command: Sequence[str]) -> bool:
    """Whether `command` starts and ends well."""
    try:
        return subprocess.run(command, capture_output=True, timeout=60, check=False).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False


def _pip_command(python: Path, base: str, environ: Mapping[str, str]) -> list[str]:
    if runs([base, "-m", "pip", "--version"]):
        return [base, "-m", "pip"]
    if runs([str(python), "-m", "ensurepip"]):
        return [str(python), "-m", "pip"]
    print("Neither uv, pip nor ensurepip is here: fetching pip's wheel from the package index.", flush=True)
    wheel = fetch_pip(python.parent.parent, INSTALLER_LOCK, environ)
    return [str(python), str(wheel / "pip")]


def _can_cache(environ: Mapping[str, str]) -> bool:
    folder = Path(environ.get("UV_CACHE_DIR") or environ.get("XDG_CACHE_HOME") or environ.get("HOME") or "/nonexistent")
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    return os.access(folder, os.W_OK) and folder != Path("/")
