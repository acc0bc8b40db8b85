"""The one way out: what is to be sent, in the order and at the pace that networks take it."""

from ptgbot.delivery.send_queue import SendQueue

__all__ = ["SendQueue"]
