"""What is possible, but hardly meant: a warning, and no more."""

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

from ptgbot.config.checks import is_given
from ptgbot.config.model import Config
from ptgbot.config.values.paths import inside
from ptgbot.core.casemapping import distinct

__all__ = ["doubts"]

_HERE = ("localhost", "127.0.0.1", "::1")


def doubts(config: Config, path: Path) -> list[str]:
    """Return warnings of settings that are possible, but hardly meant.

    Args:
        config: The settings.
        path: The file that they come from.
    """
    found = [*_irc(config), *_slack(config), *_accounts(config), *_reminders(config), *_open_spaces(config)]
    if inside(path, config.site_dir):
        found.append(f"{path}: is inside site_dir, where a web server hands it out to everybody")
    return found


def _irc(config: Config) -> Iterator[str]:
    if config.irc_ca_file and not config.irc_tls:
        yield "irc_ca_file: is of no use, because irc_tls is off"
    if config.irc_client_cert and not config.irc_tls:
        yield "irc_client_cert: is of no use, because irc_tls is off"
    for key in ("irc_pass", "irc_sasl_password"):
        if is_given(config, key) and not config.irc_tls:
            yield f"{key}: is sent where others on the way can read it, because irc_tls is off"
    if config.irc_sasl_password.get_secret_value() and not config.irc_sasl_user:
        yield "irc_sasl_password: is of no use without irc_sasl_user"
    if config.irc_sasl_user and not config.irc_sasl_password.get_secret_value():
        yield "irc_sasl_user: is of no use without irc_sasl_password"


def _slack(config: Config) -> Iterator[str]:
    for key, token, begin in (
        ("slack.bot_token", config.slack_bot_token.get_secret_value(), "xoxb-"),
        ("slack.app_token", config.slack_app_token.get_secret_value(), "xapp-"),
    ):
        if token and not token.startswith(begin):
            yield f"{key}: does not begin with {begin}, as such a token does; is it another one?"
    if config.on_slack and not config.slack_channels:
        yield "slack.channels: is empty: commands are read only in private, by /ptg and by mentions"


def _accounts(config: Config) -> Iterator[str]:
    for key, name, configured in (("x", "X", config.on_x), ("mastodon", "Mastodon", config.on_mastodon)):
        for_open_spaces = config.openspaces_words or config.openspaces_hashtags
        if configured and key not in config.reminders_targets and not for_open_spaces:
            yield f"reminders.targets: does not have {key}: only what an organiser announces there goes to {name}"
    address = urlsplit(config.mastodon_url)
    if address.scheme == "http" and address.hostname not in _HERE:
        yield "mastodon.access_token: is sent where others on the way can read it, because mastodon.url is not https"
    if config.announce_approve and not config.on_x and not config.on_mastodon:
        yield "announce.approve: is of no use without X and Mastodon"


def _reminders(config: Config) -> Iterator[str]:
    for target in config.reminders_targets:
        network, _, channel = target.partition(":")
        if network == "irc" and len(distinct((*config.irc_channels, channel))) > len(config.irc_channels):
            yield f"reminders.targets: the bot is not in {channel}, because irc_channel does not have it"


def _open_spaces(config: Config) -> Iterator[str]:
    intake = ("openspaces.words", "openspaces.hashtags", "openspaces.slack_channel")
    given = [key for key in intake if is_given(config, key)]
    if given and not config.openspaces_rooms:
        yield f"openspaces.rooms: is empty, so that in what {given[0]} finds only the rooms of the schedule are known"
    if not config.on_x and not config.on_mastodon:
        if config.openspaces_words and not config.openspaces_slack_channel:
            yield "openspaces.words: is of no use without X, Mastodon or openspaces.slack_channel"
        if config.openspaces_hashtags:
            yield "openspaces.hashtags: is of no use without X or Mastodon"
    if given and not config.reminders_targets:
        yield "reminders.targets: is empty, so that nobody is reminded of open spaces"
