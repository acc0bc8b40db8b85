"""The parts that a configuration names: networks, where bulletins stand, templates."""

from ptgbot.config import Config
from ptgbot.core.messages import Target
from ptgbot.core.protocols import Network
from ptgbot.networks.irc import IRCNetwork, IRCSettings
from ptgbot.site.design import Design
from ptgbot.site.html import Templates

__all__ = [
    "IRC",
    "MASTODON",
    "SLACK",
    "X",
    "boards_of",
    "channel_of",
    "irc_network",
    "networks_of",
    "slack_network",
    "templates_of",
]

# The networks' names in identities and targets: they stay when a server's name changes.
IRC = "irc"
SLACK = "slack"
X = "x"
MASTODON = "mastodon"


def irc_network(config: Config) -> IRCNetwork:
    """Return the IRC network that a configuration names."""
    return IRCNetwork(
        IRCSettings(
            nick=config.irc_nick,
            password=config.irc_pass.get_secret_value(),
            server=config.irc_servers,
            port=config.irc_port,
            channel=config.irc_channels,
            tls=config.irc_tls,
            ca_file=None if config.irc_ca_file is None else str(config.irc_ca_file),
            client_cert=None if config.irc_client_cert is None else str(config.irc_client_cert),
            sasl_user=config.irc_sasl_user,
            sasl_password=config.irc_sasl_password.get_secret_value(),
            sasl_required=config.irc_sasl_required,
            ping_after=config.irc_ping_after,
            ping_timeout=config.irc_ping_timeout,
            burst=config.irc_burst,
            interval=config.irc_interval,
            multi_target=config.irc_multi_target,
            notice_replies=config.irc_notice_replies,
        ),
        name=IRC,
    )


def slack_network(config: Config) -> Network:
    """Return the Slack workspace that a configuration names."""
    from ptgbot.networks.slack import SlackNetwork, SlackSettings  # slow to load, and not everybody has one

    where = {"api_url": f"{config.slack_api_url}/"} if config.slack_api_url else {}
    return SlackNetwork(
        SlackSettings(
            bot_token=config.slack_bot_token.get_secret_value(),
            app_token=config.slack_app_token.get_secret_value(),
            signing_secret=config.slack_signing_secret.get_secret_value(),
            mode=config.slack_mode,
            port=config.slack_port,
            channels=config.slack_channels,
            announce=config.slack_announce,
            organisers=config.slack_organisers,
            moderators=config.slack_moderators,
            posts=config.openspaces_slack_channel,
            **where,
        ),
        name=SLACK,
    )


def networks_of(config: Config) -> list[Network]:
    """Return the networks that a configuration names: at least one."""
    found: list[Network] = []
    if config.on_irc:
        found.append(irc_network(config))
    if config.on_slack:
        found.append(slack_network(config))
    if config.x is not None:
        from ptgbot.networks.x import XNetwork  # slow to load, and not everybody has one

        found.append(XNetwork(config.x, name=X))
    if config.mastodon is not None:
        from ptgbot.networks.mastodon import MastodonNetwork

        found.append(MastodonNetwork(config.mastodon, name=MASTODON))
    return found


def boards_of(config: Config) -> list[Target]:
    """Return the channels in which bulletins stand."""
    if not config.slack_announce:
        return []
    from ptgbot.networks.slack.network import BULLETIN

    return [Target(SLACK, channel, via=BULLETIN) for channel in config.slack_announce]


def channel_of(config: Config) -> str:
    """Return where people type commands, as the pages name it."""
    return f"{config.irc_channels[0]} on {config.irc_servers[0]}" if config.on_irc else "Slack"


def templates_of(config: Config) -> Templates:
    """Return the templates of the site, with what a configuration has of its own."""
    design = Design(config.templates_dir, config.site_logo, config.site_accent, config.site_footer)
    return Templates(config.event, channel=channel_of(config), design=design)
