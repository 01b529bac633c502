"""E-mails by SMTP, to the council's own mail server.

The protocol has no way to ask whether a message has come: one that was handed over just before this process ended goes
a second time, with the same Message-ID, by which mail programs and servers know the copy.
"""

import smtplib
import ssl
from email.message import EmailMessage
from email.utils import parseaddr

from hereabouts_platform.notify.mail import Mail, MailDelayed, MailRefused, without_address
from hereabouts_platform.notify.ways import SmtpServer, Tls

TIMEOUT_S = 30.0
PERMANENT = range(500, 600)


def send_by_smtp(server: SmtpServer, mail: Mail) -> None:
    """Hand over one e-mail over a connection of its own.

    Raises:
        MailRefused: the server will never take it to this address, or with this content.
        MailDelayed: it cannot be reached, its certificate or our password is wrong, or it says: later.
    """
    try:
        with _connected(server) as smtp:
            smtp.send_message(_message(server, mail))
    except smtplib.SMTPRecipientsRefused as error:
        code, words = next(iter(error.recipients.values()))
        raise _refusal(code, words, mail) from error
    except smtplib.SMTPSenderRefused as error:  # whoever it is to, it is our own address that is wrong
        raise MailDelayed(_say(error.smtp_code, error.smtp_error, mail)) from error
    except smtplib.SMTPDataError as error:
        raise _refusal(error.smtp_code, error.smtp_error, mail) from error
    except smtplib.SMTPResponseException as error:  # such as a wrong password: a setting to be put right
        raise MailDelayed(_say(error.smtp_code, error.smtp_error, mail)) from error
    except (OSError, smtplib.SMTPException) as error:  # TLS and time-outs are of these
        raise MailDelayed(without_address(f"{server.host}:{server.port}: {error}", mail)) from error


def _connected(server: SmtpServer) -> smtplib.SMTP:
    if server.tls is Tls.TLS:
        context = ssl.create_default_context()
        smtp: smtplib.SMTP = smtplib.SMTP_SSL(server.host, server.port, timeout=TIMEOUT_S, context=context)
    else:
        smtp = smtplib.SMTP(server.host, server.port, timeout=TIMEOUT_S)
    try:
        if server.tls is Tls.STARTTLS:
            smtp.starttls(context=ssl.create_default_context())
        if server.user is not None and server.password is not None:
            smtp.login(server.user, server.password)
    except BaseException:
        smtp.close()
        raise
    return smtp


def _message(server: SmtpServer, mail: Mail) -> EmailMessage:
    message = EmailMessage()
    message["From"] = server.sender
    message["To"] = mail.to
    message["Subject"] = mail.subject
    message["Message-ID"] = f"<{mail.reference}@{parseaddr(server.sender)[1].rpartition('@')[2]}>"
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834: no out-of-office answers to it
    message.set_content(mail.body)
    return message


def _refusal(code: int, words: bytes | str, mail: Mail) -> MailRefused | MailDelayed:
    said = _say(code, words, mail)
    return MailRefused(said) if code in PERMANENT else MailDelayed(said)


def _say(code: int, words: bytes | str, mail: Mail) -> str:
    text = words.decode(errors="replace") if isinstance(words, bytes) else words
    return without_address(f"The mail server said {code} {text}", mail)
