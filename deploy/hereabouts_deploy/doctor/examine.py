"""Everything that doctor looks at, in the order in which one thing needs the other."""

from collections.abc import Iterator
from dataclasses import replace

from hereabouts_deploy.data_dir import DataDir
from hereabouts_deploy.doctor.broker import check_embedded, check_own
from hereabouts_deploy.doctor.check import Check, State
from hereabouts_deploy.doctor.database import check_database, feed_of
from hereabouts_deploy.doctor.duty import check_duty_rules
from hereabouts_deploy.doctor.machine import check_disk, check_grid, check_leftovers, check_python, check_settings
from hereabouts_deploy.doctor.post import check_post
from hereabouts_deploy.doctor.processes import check_processes
from hereabouts_deploy.doctor.roads import check_roads
from hereabouts_deploy.doctor.scripts import check_scripts
from hereabouts_deploy.embedded.broker import facts_of_process
from hereabouts_deploy.mqtt_address import parse_mqtt_url
from hereabouts_deploy.parts import MQTT_USER
from hereabouts_deploy.run_file import RunFile, read_run_file
from hereabouts_deploy.secrets_file import secrets_of
from hereabouts_deploy.settings import Settings
from hereabouts_deploy.system import System, find_system
from hereabouts_schemas.errors import SystemNotFound


def examine(settings: Settings, *, measure_queue: bool) -> Iterator[Check]:
    """Look at this machine and at the system that a command would find."""
    yield check_python()
    yield from check_settings()
    yield check_disk(settings.data_dir)
    yield from check_leftovers()
    yield from check_scripts(settings)
    data_dir = DataDir(path=settings.data_dir)
    yield check_grid()
    yield from check_roads(data_dir.roads)
    yield from check_duty_rules(data_dir.duty_rules)
    try:
        system = find_system(settings)
    except SystemNotFound as error:
        yield Check(name="system", state=State.BROKEN, message=str(error))
        return
    yield Check(name="system", state=State.OK, message=system.found_by)
    yield from check_database(system.database_url)
    yield from check_post(settings, system.database_url)
    run = _running_here(settings)
    if run is not None:
        yield from check_processes(run)
    yield from _broker(settings, system, run, measure_queue=measure_queue)


def _running_here(settings: Settings) -> RunFile | None:
    """What `up` says of the system found, when it is one that `up` runs."""
    data_dir = DataDir(path=settings.data_dir)
    if settings.database_url is not None or not data_dir.is_held():
        return None
    return read_run_file(data_dir.run_file)


def _broker(settings: Settings, system: System, run: RunFile | None, *, measure_queue: bool) -> Iterator[Check]:
    if run is not None and "broker" in run.pids:
        data_dir = DataDir(path=settings.data_dir)
        password = secrets_of(data_dir.secrets_file).mqtt
        address = replace(parse_mqtt_url(run.mqtt), username=MQTT_USER, password=password)
        yield check_embedded(address, facts_of_process(run.pids["broker"], data_dir.path / "server"))
    elif system.mqtt_url is not None:
        feed = feed_of(system.database_url)
        yield check_own(parse_mqtt_url(system.mqtt_url), feed, measure=measure_queue)
    else:
        message = "HEREABOUTS_MQTT_URL is not set, so the broker was not looked at."
        yield Check(name="broker", state=State.WARNING, message=message)
