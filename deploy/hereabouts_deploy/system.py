"""Finding the system that a command is to work on."""

from dataclasses import dataclass, field

from hereabouts_deploy.data_dir import DataDir
from hereabouts_deploy.run_file import read_run_file
from hereabouts_deploy.settings import Settings, origins
from hereabouts_schemas.errors import SystemNotFound


@dataclass(frozen=True, kw_only=True, slots=True)
class System:
    """Where a system is, and how it was found.

    Attributes:
        database_url: for a login that may act as every role.
        mqtt_url, http_url: where they are known.
        found_by: a sentence for the reader.
    """

    database_url: str = field(repr=False)
    mqtt_url: str | None = field(default=None, repr=False)
    http_url: str | None = None
    found_by: str


def find_system(settings: Settings) -> System:
    """The system of HEREABOUTS_DATABASE_URL, else the one running on the data folder that is set, else on the default.

    Raises:
        SystemNotFound: there is none; the message says where it was looked for.
    """
    if settings.database_url is not None:
        where = origins().get("database_url", "command line")
        return System(
            database_url=settings.database_url,
            mqtt_url=settings.mqtt_url,
            http_url=settings.public_url,
            found_by=f"Using the database of HEREABOUTS_DATABASE_URL ({where}).",
        )
    data_dir = DataDir(path=settings.data_dir)
    which = "HEREABOUTS_DATA_DIR" if settings.given("data_dir") else "the default data folder"
    if not data_dir.is_held():
        raise SystemNotFound(
            f"No system runs on {settings.data_dir} ({which}). Start one with `hereabouts up`, or set "
            "HEREABOUTS_DATABASE_URL or HEREABOUTS_DATA_DIR."
        )
    run = read_run_file(data_dir.run_file)
    return System(
        database_url=run.database_url,
        mqtt_url=run.mqtt,
        http_url=run.http,
        found_by=f"Using the system running on {settings.data_dir} ({which}).",
    )
