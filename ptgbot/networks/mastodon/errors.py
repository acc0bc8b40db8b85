"""What can go wrong with a call of an instance, as one exception with words that hold no secret."""

from enum import Enum

from ptgbot.core.protocols import Doubt, NotTaken, TooFast
from ptgbot.networks.account import Barred

__all__ = ["CallFailed", "Kind", "meaning"]


class Kind(Enum):
    """What it means for what was asked."""

    UNSENT = "the instance did not get it, or did not do it, and may later"
    UNKNOWN = "the instance may have done it"
    TOO_FAST = "the instance wants us to wait"
    ACCOUNT = "the instance does not take the account, or is none"
    REFUSED = "the instance does not take this"


class CallFailed(Exception):
    """A call of an instance failed.

    Args:
        words: Why, for people; no token is in it.
        kind: What it means for what was asked.
        status: The status of the answer; 0 where there was none.
        wait: How many seconds to wait, where the instance says so.
    """

    def __init__(self, words: str, kind: Kind, *, status: int = 0, wait: float = 0.0) -> None:
        super().__init__(words)
        self.kind = kind
        self.status = status
        self.wait = wait


def meaning(error: CallFailed, *, doubtful: bool = False) -> Exception:
    """Return what a failure means to who sends.

    Args:
        error: The failure.
        doubtful: Whether what was asked leaves something behind if it was done.
    """
    words = str(error)
    match error.kind:
        case Kind.TOO_FAST:
            return TooFast(error.wait)
        case Kind.ACCOUNT:
            return Barred(words)
        case Kind.REFUSED:
            return NotTaken(words)
        case Kind.UNKNOWN if doubtful:
            return Doubt(words)
    return ConnectionError(words)
