"""Which settings need others: what is refused, though each setting by itself is right."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from ptgbot.config.sections import mastodon, x
from ptgbot.config.sections.openspaces import rules_of

if TYPE_CHECKING:
    from ptgbot.config.model import Config

__all__ = ["Misfits", "is_given", "misfits"]

SLACK_CHANNELS = (
    "openspaces.slack_channel",
    "openspaces.outgoing_channel",
    "openspaces.review_channel",
    "openspaces.conflict_channel",
)


class Misfits(ValueError):
    """Settings that do not fit together.

    Args:
        lines: What is wrong, a line each, beginning with the key that it is about.
    """

    def __init__(self, lines: list[str]) -> None:
        self.lines = lines
        super().__init__("; ".join(lines))


def misfits(config: "Config") -> list[str]:
    """Return which settings lack another one, a line each, beginning with a key."""
    return [
        *_slack(config),
        *_sasl(config),
        *_accounts(config, "x", x.NEEDED),
        *_accounts(config, "mastodon", mastodon.NEEDED),
        *_targets(config),
        *_open_spaces(config),
    ]


def is_given(config: "Config", key: str) -> bool:
    """Return whether a setting has another value than without anybody's doing."""
    name = key.replace(".", "_")
    return bool(getattr(config, name) != type(config).model_fields[name].default)


def _given(config: "Config", section: str) -> list[str]:
    fields = type(config).model_fields.values()
    keys = [field.alias for field in fields if field.alias is not None and field.alias.startswith(f"{section}.")]
    return [key for key in keys if is_given(config, key)]


def _slack(config: "Config") -> Iterator[str]:
    if not config.on_slack:
        if given := _given(config, "slack"):
            yield f"slack.bot_token: is missing, and without it {given[0]} is of no use"
    elif config.slack_mode == "socket" and not is_given(config, "slack.app_token"):
        yield 'slack.app_token: is missing: socket mode needs it (the other way is slack.mode "http")'
    elif config.slack_mode == "http" and not is_given(config, "slack.signing_secret"):
        yield "slack.signing_secret: is missing: HTTP mode needs it"


def _sasl(config: "Config") -> Iterator[str]:
    certificate = config.irc_client_cert is not None and config.irc_tls
    password = config.irc_sasl_user and config.irc_sasl_password.get_secret_value()
    if config.irc_sasl_required and not certificate and not password:
        yield "irc_sasl_required: needs irc_sasl_user and irc_sasl_password, or irc_client_cert with irc_tls"


def _accounts(config: "Config", section: str, needed: tuple[str, ...]) -> Iterator[str]:
    """Say what an account lacks, where there is any setting of it."""
    given = _given(config, section)
    for key in needed:
        if given and key not in given:
            yield f"{key}: is missing, and without it {given[0]} is of no use"


def _targets(config: "Config") -> Iterator[str]:
    there = {
        "irc": (config.on_irc, "irc_nick, irc_server and irc_channel"),
        "slack": (config.on_slack, "slack.bot_token"),
        "x": (config.on_x, "x.api_key and the rest of x"),
        "mastodon": (config.on_mastodon, "mastodon.url and mastodon.access_token"),
    }
    for target in config.reminders_targets:
        configured, keys = there[target.partition(":")[0]]
        if not configured:
            yield f"reminders.targets: {target} needs {keys}"


def _open_spaces(config: "Config") -> Iterator[str]:
    try:
        rules_of(config, config.event_timezone)
    except ValueError as error:
        yield str(error)
    for key in SLACK_CHANNELS:
        if is_given(config, key) and not config.on_slack:
            yield f"{key}: needs slack.bot_token"
