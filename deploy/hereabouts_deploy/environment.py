"""The environment: what settings are called in it, and what of it goes to a process we start."""

import os

PREFIX = "HEREABOUTS_"


def without_settings() -> dict[str, str]:
    """Our environment without any setting of ours: some are secrets, and no process needs another's."""
    return {name: value for name, value in os.environ.items() if not name.startswith(PREFIX)}
