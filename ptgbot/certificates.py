"""Whether the certificates that the settings name can be used, said before the bot needs them."""

import re
import ssl
from pathlib import Path

from ptgbot.config import Config

__all__ = ["certificate_problems"]

_CERTIFICATE = re.compile(rb"-----BEGIN (X509 |TRUSTED )?CERTIFICATE-----")
_KEY = re.compile(rb"-----BEGIN ([A-Z]+ )*PRIVATE KEY-----")
_LOCKED = re.compile(rb"-----BEGIN ENCRYPTED PRIVATE KEY-----|^Proc-Type: 4,ENCRYPTED", re.MULTILINE)


def certificate_problems(config: Config) -> list[str]:
    """Return what is wrong with irc_ca_file and irc_client_cert, a line each, without anything of what is in them.

    Without TLS nobody looks at them.
    """
    if not config.irc_tls:
        return []
    return [*_authority_problems(config.irc_ca_file), *_client_problems(config.irc_client_cert)]


def _authority_problems(path: Path | None) -> list[str]:
    if path is None:
        return []
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(path)
    except ssl.SSLError:
        damaged = _CERTIFICATE.search(path.read_bytes())
        wrong = "holds a certificate that is damaged" if damaged else "holds no certificate (PEM)"
    except OSError as error:
        wrong = f"cannot be read: {error.strerror}"
    else:
        return []
    return [f"irc_ca_file: '{path}' {wrong}"]


def _client_problems(path: Path | None) -> list[str]:
    if path is None:
        return []
    try:
        # With a password, though there is none: else OpenSSL asks for one in the terminal.
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_cert_chain(path, password="")
    except ssl.SSLError as error:
        wrong = _why_unusable(path.read_bytes(), error)
    except OSError as error:
        wrong = f"cannot be read: {error.strerror}"
    else:
        return []
    return [f"irc_client_cert: '{path}' {wrong}"]


def _why_unusable(content: bytes, error: ssl.SSLError) -> str:
    if not _CERTIFICATE.search(content):
        return "holds no certificate (PEM)"
    if not _KEY.search(content):
        return "holds no private key (PEM); certificate and key go into this one file"
    if _LOCKED.search(content):
        return "holds a key with a password, which the bot cannot type; give it the key without one"
    if error.reason == "KEY_VALUES_MISMATCH":
        return "holds a certificate and a key that do not belong together; the bot's own certificate comes first"
    return "holds a certificate or a key that is damaged or of a kind that is not supported"
