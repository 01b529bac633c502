"""The secrets with which network servers sign their webhooks, by the name of the source, from a TOML file.

`things_stack = "whsec_..."`, or a list of two while one is being exchanged. After `whsec_` comes base64 (Standard
Webhooks); a secret of another form counts with its own letters.
"""

import base64
import tomllib
from pathlib import Path

from hereabouts_schemas.errors import ConfigError

PREFIX = "whsec_"
SHORTEST = 24  # bytes, as the standard asks


def read_webhook_secrets(file: Path | None) -> dict[str, tuple[bytes, ...]]:
    """Secrets by name of a source; none where no file is named.

    Raises:
        ConfigError: the file cannot be read, or a secret in it cannot be used. The message never holds a secret.
    """
    if file is None:
        return {}
    try:
        content = tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        kind = type(error).__name__
        raise ConfigError(f"HEREABOUTS_WEBHOOK_SECRETS_FILE names {file}, which cannot be read ({kind}).") from None
    return {
        source: _secrets(source, given if isinstance(given, list) else [given]) for source, given in content.items()
    }


def _secrets(source: str, given: list[object]) -> tuple[bytes, ...]:
    return tuple(_secret(source, one) for one in given)


def _secret(source: str, given: object) -> bytes:
    try:
        text = given if isinstance(given, str) else ""
        secret = (
            base64.b64decode(text.removeprefix(PREFIX), validate=True) if text.startswith(PREFIX) else text.encode()
        )
    except ValueError:
        secret = b""
    if len(secret) < SHORTEST:
        raise ConfigError(
            f"HEREABOUTS_WEBHOOK_SECRETS_FILE: the secret of {source} cannot be used. Give {PREFIX} and base64 of at "
            f"least {SHORTEST} bytes, in quotes."
        )
    return secret
