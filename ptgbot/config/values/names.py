"""Names that networks give: nicks, hosts, channels, people; and addresses."""

import ipaddress
import re
from urllib.parse import urlsplit

from ptgbot.config.values.text import as_text, from_json, items, line, shown
from ptgbot.core.casemapping import distinct

__all__ = [
    "channels",
    "hashtags",
    "hosts",
    "links",
    "nick",
    "slack_channel",
    "slack_channels",
    "slack_people",
    "targets",
    "url",
]

NICK = re.compile(r"[A-Za-z\[\]\\`_^{|}][A-Za-z0-9\[\]\\`_^{|}-]{0,49}")
CHANNEL = re.compile(r"[#&+!][^\s,:]{1,199}")
URL = re.compile(r"https?://[^\s/?#\"'<>\\^`{|}@]+(/[^\s?#\"'<>\\^`{|}]*)?", re.IGNORECASE)
SLACK_CHANNEL = re.compile(r"[CG][A-Z0-9]{2,20}")
SLACK_PERSON = re.compile(r"[UWS][A-Z0-9]{2,20}")
_IN_LINK = r"[^\s\"'<>\\^`{|}]"
LINK = re.compile(rf"https?://{_IN_LINK}+|mailto:{_IN_LINK}+@{_IN_LINK}+|(?!//)((?!:){_IN_LINK})+", re.IGNORECASE)
TIMELINES = ("x", "mastodon")  # networks without channels


def nick(value: object) -> str:
    """Read a nick."""
    text = as_text(value)
    if not NICK.fullmatch(text):
        raise ValueError(
            f"{shown(text)} is not a nick: letters, digits and -_[]\\`^{{|}}, at most 50, the first not a digit or -"
        )
    return text


def hosts(value: object) -> tuple[str, ...]:
    """Read a host name or address, or several."""
    return items(value, _host)


def _host(text: str) -> str:
    try:
        return str(ipaddress.ip_address(text))
    except ValueError:
        pass
    try:
        text.encode("idna")  # what a connection does first
    except UnicodeError:
        fine = False
    else:
        fine = bool(re.fullmatch(r"[\w.-]{1,253}", text)) and text[0] not in "-."
    if not fine:
        raise ValueError(f"{shown(text)} is not a host name; the port goes into irc_port")
    return text


def channels(value: object) -> tuple[str, ...]:
    """Read a channel, or several; ``#ptg`` and ``#PTG`` are the same one."""
    return distinct(items(value, _channel))


def _channel(text: str) -> str:
    if not CHANNEL.fullmatch(text):
        raise ValueError(
            f"{shown(text)} is not a channel: it begins with # (or &, + or !) and holds no blank, comma or :"
        )
    return text


def hashtags(value: object) -> tuple[str, ...]:
    """Read hashtags, or none; without the ``#``."""
    return items(value, _hashtag, may_be_empty=True)


def _hashtag(text: str) -> str:
    tag = text.removeprefix("#")
    if not re.fullmatch(r"\w+", tag) or tag.isdecimal():
        raise ValueError(f"{shown(text)} is not a hashtag: letters, digits and _, and not digits alone")
    return tag


def slack_channel(value: object) -> str:
    """Read the id of a channel in Slack; empty is none."""
    text = line(value)
    return _slack_channel(text) if text else ""


def slack_channels(value: object) -> tuple[str, ...]:
    """Read the ids of channels in Slack, or none."""
    return items(value, _slack_channel, may_be_empty=True)


def _slack_channel(text: str) -> str:
    if not SLACK_CHANNEL.fullmatch(text):
        what = "the id of a channel, such as C0123ABCDEF: Slack has it at the foot of the channel's details"
        raise ValueError(f"{shown(text)} is not {what}")
    return text


def slack_people(value: object) -> tuple[str, ...]:
    """Read the ids of people and user groups in Slack, or none."""
    return items(value, _slack_person, may_be_empty=True)


def _slack_person(text: str) -> str:
    if not SLACK_PERSON.fullmatch(text):
        examples = "such as U0123ABCDEF or S0123ABCDEF"
        what = f"the id of a person or a user group, {examples}: Slack has it in the menu of the profile"
        raise ValueError(f"{shown(text)} is not {what}")
    return text


def targets(value: object) -> tuple[str, ...]:
    """Read where messages go, or nowhere: ``irc:#ptg``, ``slack:C0123ABCDEF``, ``x``, ``mastodon``.

    ``irc:#ptg`` and ``irc:#PTG`` are the same one.
    """
    return distinct(items(value, _target, may_be_empty=True))


def _target(text: str) -> str:
    network, colon, name = text.partition(":")
    network = network.strip().lower()
    name = name.strip()
    if not colon and network in TIMELINES:
        return network
    if (network == "irc" and CHANNEL.fullmatch(name)) or (network == "slack" and SLACK_CHANNEL.fullmatch(name)):
        return f"{network}:{name}"
    raise ValueError(f"{shown(text)} is none of: irc:#CHANNEL, slack:C0123ABCDEF, x, mastodon")


def url(value: object) -> str:
    """Read an http or https address without query; without the slash at its end."""
    text = line(value)
    if not text:
        return ""
    try:
        parts = urlsplit(text)
        fine = bool(URL.fullmatch(text) and parts.hostname and parts.port != 0)
    except ValueError:
        fine = False
    if not fine:
        # Without the value: people put passwords into addresses.
        raise ValueError("must be an address such as https://ptg.example.org, without user, query or fragment")
    return text.rstrip("/")


def links(value: object) -> tuple[tuple[str, str], ...]:
    """Read what maps the texts of links to their addresses, in order; text may be such a JSON object.

    An address is one of http, https or mailto, or leads on from the top of the site: ``static/conduct.pdf``.
    """
    if isinstance(value, str):
        value = from_json(value) if value.strip() else {}
    if isinstance(value, tuple | list):
        value = dict(value) if all(isinstance(pair, tuple | list) and len(pair) == 2 for pair in value) else None
    if not isinstance(value, dict):
        raise ValueError('must map texts to addresses, as {"Privacy": "https://example.org/privacy"} does')
    found = tuple((line(text), as_text(address).strip()) for text, address in value.items())
    for text, address in found:
        if not text or not LINK.fullmatch(address):
            raise ValueError(
                f"{shown(text)} does not lead to an address such as https://example.org/privacy,"
                " mailto:crew@example.org or static/conduct.pdf"
            )
    return found
