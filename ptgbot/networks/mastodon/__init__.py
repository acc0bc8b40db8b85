"""Mastodon: posts out, and the posts of others in."""

from ptgbot.networks.mastodon.network import MastodonNetwork
from ptgbot.networks.mastodon.settings import MastodonSettings

__all__ = ["MastodonNetwork", "MastodonSettings"]
