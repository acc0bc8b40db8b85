"""What the network has to be told: whose account it is, whether posts really go out, and what is looked for."""

from dataclasses import dataclass, field

from ptgbot.networks.timing import TimelineTiming

__all__ = ["API_URL", "XSettings", "XTiming"]

API_URL = "https://api.x.com"


@dataclass(frozen=True, slots=True)
class XSettings:
    """The account on X. No key or token is in a log line or in a ``repr``.

    https://docs.x.com/fundamentals/authentication/oauth-1-0a/api-key-and-secret names the four of them.

    Args:
        api_key: The app's key (consumer key).
        api_secret: Its secret.
        access_token: The account's token for that app.
        access_secret: Its secret.
        bearer_token: The app's own token, with which posts of others come as they are written; empty where it has none:
            then they are looked for once a minute.
        api_url: Where the API is, without a slash at the end.
        dry_run: Whether posts only go to the log and to the organisers.
        words: Words, phrases and hashtags by which posts of others are found; none for no reading.
        hashtags: More hashtags by which they are found.

    Raises:
        ValueError: One of the four is missing; the text names it.
    """

    api_key: str = field(repr=False)
    api_secret: str = field(repr=False)
    access_token: str = field(repr=False)
    access_secret: str = field(repr=False)
    bearer_token: str = field(default="", repr=False)
    api_url: str = API_URL
    dry_run: bool = True
    words: tuple[str, ...] = ()
    hashtags: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for name in ("api_key", "api_secret", "access_token", "access_secret"):
            if not getattr(self, name):
                raise ValueError(f"{name} is missing")


@dataclass(frozen=True, slots=True)
class XTiming(TimelineTiming):
    """How patient the network is, in seconds.

    The pauses before the stream is asked for again are those of
    https://docs.x.com/x-api/fundamentals/handling-disconnections.

    Args:
        step: By which the pause grows with each time that the stream could not be reached.
        step_most: The longest of these.
        fault: The pause after X failed; it doubles.
        fault_most: The longest of these.
        limited: The pause after there were too many connections; it doubles.
        limited_most: The longest of these.
    """

    step: float = 0.25
    step_most: float = 16.0
    fault: float = 5.0
    fault_most: float = 320.0
    limited: float = 60.0
    limited_most: float = 960.0
