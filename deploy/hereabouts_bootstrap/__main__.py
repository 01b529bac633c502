"""`start.sh run|dev` makes the environment ready; `start.sh uv` does so and says where uv is (for `make lock`)."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

from hereabouts_bootstrap.environment import Checkout, Kind, prepare
from hereabouts_bootstrap.errors import SetupError
from hereabouts_bootstrap.installers import find_uv

ROOT = Path(__file__).resolve().parents[2]


def main(arguments: list[str]) -> int:
    """Exit code 0 when the environment is ready, 1 when it cannot be, 2 on a wrong argument."""
    if arguments not in (["run"], ["dev"], ["uv"]):
        print("usage: start.sh run|dev|uv", file=sys.stderr)
        return 2
    checkout = Checkout(ROOT)
    started = time.monotonic()
    try:
        os.chdir(ROOT)
        if arguments == ["uv"]:
            print(_uv(checkout))
            return 0
        outcome = prepare(checkout, Kind(arguments[0]), os.environ)
    except SetupError as error:
        print(f"Set-up stopped: {error}", file=sys.stderr)
        return 1
    except OSError as error:
        print(f"Set-up stopped: {error.strerror or error}: {error.filename}.", file=sys.stderr)
        return 1
    took = time.monotonic() - started
    part = "nothing to install" if outcome.why is None else f"of which downloads and installs {outcome.install_s:.1f} s"
    print(f"Environment ready in {took:.1f} s, {part}.")
    return 0


def _uv(checkout: Checkout) -> str:
    uv = find_uv(os.environ, own=checkout.venv / "bin" / "uv")
    if uv is None:
        raise SetupError("There is no uv on PATH, in ~/.local/bin or in .venv. Install uv, then run make lock again.")
    return uv


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
