"""What jobs may reach outside of this system, from the settings."""

from functools import partial
from ipaddress import ip_address

from hereabouts_deploy.data_dir import DataDir
from hereabouts_deploy.environment import PREFIX
from hereabouts_deploy.landlord_settings import LandlordSettings
from hereabouts_deploy.settings import Settings
from hereabouts_platform.jobs.outside import Outside
from hereabouts_platform.notify.govuk import send_by_notify
from hereabouts_platform.notify.mail import Send
from hereabouts_platform.notify.smtp import send_by_smtp
from hereabouts_platform.notify.ways import NotifyService, SmtpServer, Tls, parse_key
from hereabouts_schemas.errors import ConfigError

# What a process that runs jobs is told of it, and of cases: names of settings.
TOLD = (
    *("smtp_host", "smtp_port", "smtp_tls", "smtp_user", "smtp_password", "mail_from"),
    *("notify_api_key", "notify_template", "notify_url", "digest_at"),
    *("weather_url", "weather_stations", "weather_key"),
    "choose_run_days",
    *("nation", "awareness_policy", "case_level", *LandlordSettings.model_fields),
)


def outside_of(settings: Settings, pages: str | None = None) -> Outside:
    """How e-mails are sent, if they are, and where their links lead.

    Args:
        pages: where people reach the pages when no setting says so.

    Raises:
        ConfigError: two ways of sending are set up, or one by half.
    """
    address, data_dir = settings.public_url or pages, DataDir(path=settings.data_dir)
    return Outside(
        send=_sender(settings),
        pages=None if address is None else address.rstrip("/"),
        digest_at=settings.digest_at,
        weather=settings.weather,
        roads=data_dir.roads,
        duty_rules=data_dir.duty_rules,
        choose_run_days=settings.choose_run_days,
    )


def sent_by(settings: Settings) -> str | None:
    """The way that e-mails go, in words; None where none is set up.

    Raises:
        ConfigError: as `outside_of`.
    """
    if _sender(settings) is None:
        return None
    return "GOV.UK Notify" if settings.notify_api_key is not None else f"SMTP at {settings.smtp_host}"


def told_to_jobs(settings: Settings) -> dict[str, str]:
    """The settings of `TOLD` that somebody set, as text for another process."""
    values = settings.model_dump(mode="json", include={name for name in TOLD if settings.given(name)})
    return {name: str(value) for name, value in values.items() if value is not None}


def _sender(settings: Settings) -> Send | None:
    if settings.smtp_host is not None and settings.notify_api_key is not None:
        raise ConfigError(f"{PREFIX}SMTP_HOST and {PREFIX}NOTIFY_API_KEY are both set; keep one.")
    if settings.smtp_host is not None:
        return partial(send_by_smtp, _smtp(settings, settings.smtp_host))
    if settings.notify_api_key is not None:
        return partial(send_by_notify, _notify(settings, settings.notify_api_key))
    return None


def _smtp(settings: Settings, host: str) -> SmtpServer:
    if settings.mail_from is None:
        raise ConfigError(f"{PREFIX}SMTP_HOST is set, so set {PREFIX}MAIL_FROM too: who e-mails come from.")
    if (settings.smtp_user is None) != (settings.smtp_password is None):
        raise ConfigError(f"Set both {PREFIX}SMTP_USER and {PREFIX}SMTP_PASSWORD_FILE, or none of them.")
    if settings.smtp_tls is Tls.NONE and not _is_this_machine(host):
        raise ConfigError(f"{PREFIX}SMTP_TLS=none is for a relay on this machine alone: e-mails name homes.")
    return SmtpServer(
        host=host,
        port=settings.smtp_port,
        tls=settings.smtp_tls,
        sender=settings.mail_from,
        user=settings.smtp_user,
        password=settings.smtp_password,
    )


def _notify(settings: Settings, key: str) -> NotifyService:
    if settings.notify_template is None:
        raise ConfigError(f"{PREFIX}NOTIFY_API_KEY is set, so set {PREFIX}NOTIFY_TEMPLATE too: the template's id.")
    service_id, secret = parse_key(key)
    return NotifyService(
        url=settings.notify_url, service_id=service_id, secret=secret, template_id=str(settings.notify_template)
    )


def _is_this_machine(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
