"""Checks the signature of a request as RFC 5849 says, with nothing of what made it."""

import base64
import hashlib
import hmac
import re
from collections.abc import Mapping
from urllib.parse import parse_qsl, quote, unquote

__all__ = ["is_signed"]


def _quoted(text: str) -> str:
    return quote(text, safe="-._~")


def is_signed(
    method: str, url: str, authorization: str, *, key: str, secret: str, token: str, token_secret: str
) -> bool:
    """Return whether a request was signed by whoever knows both secrets.

    Args:
        method: Such as ``POST``.
        url: The whole address, as it was asked for.
        authorization: The header of that name.
    """
    kind, _, rest = authorization.partition(" ")
    given = {name: unquote(value) for name, value in re.findall(r'(\w+)="([^"]*)"', rest)}
    signature = given.pop("oauth_signature", "")
    known: Mapping[str, str] = {"oauth_consumer_key": key, "oauth_token": token, "oauth_signature_method": "HMAC-SHA1"}
    if kind != "OAuth" or any(given.get(name) != value for name, value in known.items()):
        return False
    address, _, query = url.partition("?")
    pairs = [*given.items(), *parse_qsl(query, keep_blank_values=True)]
    parameters = "&".join(f"{name}={value}" for name, value in sorted((_quoted(n), _quoted(v)) for n, v in pairs))
    base = "&".join(map(_quoted, (method, address, parameters)))
    digest = hmac.digest(f"{_quoted(secret)}&{_quoted(token_secret)}".encode(), base.encode(), hashlib.sha1)
    return hmac.compare_digest(base64.b64encode(digest).decode(), signature)
