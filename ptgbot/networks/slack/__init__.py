"""Slack: the connection, who people are, and messages both ways."""

from ptgbot.networks.slack.network import SlackNetwork
from ptgbot.networks.slack.settings import SlackSettings

__all__ = ["SlackNetwork", "SlackSettings"]
