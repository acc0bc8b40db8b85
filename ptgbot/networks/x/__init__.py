"""X: posts out, and the posts of others in."""

from ptgbot.networks.x.network import XNetwork
from ptgbot.networks.x.settings import XSettings

__all__ = ["XNetwork", "XSettings"]
