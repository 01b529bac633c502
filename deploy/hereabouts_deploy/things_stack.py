"""The applications of The Things Stack that are set up, each with its key."""

from hereabouts_deploy.environment import PREFIX
from hereabouts_deploy.settings import Settings, ThingsStackEntry
from hereabouts_ingest.backfill.settings import ThingsStack
from hereabouts_schemas.errors import ConfigError

NO_KEY = (
    f"There is no API key for the application {{application}} of The Things Stack: set {PREFIX}THINGS_STACK_KEY_FILE, "
    "or its key_file."
)


def things_stack_of(settings: Settings) -> tuple[ThingsStack, ...]:
    """What `[[things_stack]]` names, with the keys read from their files.

    Raises:
        ConfigError: one has no key, or its file cannot be read.
    """
    return tuple(with_key(entry, settings) for entry in settings.things_stack)


def with_key(entry: ThingsStackEntry, settings: Settings) -> ThingsStack:
    """An application with its key: of its own file, else the one for all.

    Raises:
        ConfigError: there is none, or its file cannot be read.
    """
    key = settings.things_stack_key
    if entry.key_file is not None:
        try:
            key = entry.key_file.read_text(encoding="utf-8").strip()
        except (OSError, UnicodeError) as error:
            raise ConfigError(
                f"The key_file {entry.key_file} of {entry.application} cannot be read: {error}"
            ) from error
    if not key:
        raise ConfigError(NO_KEY.format(application=entry.application))
    if not (key.isascii() and key.isprintable()):
        raise ConfigError(f"The API key of {entry.application} holds characters that no key has.")
    return ThingsStack(source=entry.source, server=entry.server, application=entry.application, key=key)
