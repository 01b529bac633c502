"""Secrets of webhooks from a file: read in every form that works, and never shown where one does not."""

import base64
from pathlib import Path

import pytest

from hereabouts_deploy.webhook_secrets import read_webhook_secrets
from hereabouts_schemas.errors import ConfigError

RAW = b"0123456789abcdef0123456789"
SIGNING = "whsec_" + base64.b64encode(RAW).decode()


def test_secrets_by_source(tmp_path: Path) -> None:
    file = tmp_path / "secrets.toml"
    file.write_text(f'one = "{SIGNING}"\ntwo = ["{SIGNING}", "letters that count as they are"]\n')
    assert read_webhook_secrets(file) == {"one": (RAW,), "two": (RAW, b"letters that count as they are")}
    assert read_webhook_secrets(None) == {}


@pytest.mark.parametrize(
    "content",
    ['plain = "whsec_c2hvcnQ="', 'plain = "whsec_!!!secret!!!"', "plain = 12345", 'plain = "secret', '"a" = [""]'],
)
def test_what_cannot_be_used_is_said_without_the_secret(tmp_path: Path, content: str) -> None:
    file = tmp_path / "secrets.toml"
    file.write_text(content)
    with pytest.raises(ConfigError, match="HEREABOUTS_WEBHOOK_SECRETS_FILE") as caught:
        read_webhook_secrets(file)
    assert "secret!!!" not in str(caught.value)
    assert "c2hvcnQ" not in str(caught.value)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be read"):
        read_webhook_secrets(tmp_path / "nothing.toml")
