"""What the network has to be told: whose account it is, who sees its posts, and whether they really go out."""

from dataclasses import dataclass, field

from ptgbot.networks.timing import TimelineTiming

__all__ = ["VISIBILITIES", "MastodonSettings", "MastodonTiming"]

VISIBILITIES = ("public", "unlisted", "private")  # https://docs.joinmastodon.org/entities/Status/#visibility


@dataclass(frozen=True, slots=True)
class MastodonSettings:
    """The account on Mastodon. Its token is in no log line and no ``repr``.

    Args:
        url: The instance, such as ``https://fosstodon.org``, without a slash at the end.
        access_token: The token of the account's application there.
        visibility: Who sees its posts: ``public``, ``unlisted`` or ``private`` (its followers).
        dry_run: Whether posts only go to the log and to the organisers.
        hashtags: Hashtags that are followed, with or without ``#``; none for no reading.

    Raises:
        ValueError: A value that cannot work; the text names it.
    """

    url: str
    access_token: str = field(repr=False)
    visibility: str = "public"
    dry_run: bool = True
    hashtags: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not self.url.startswith(("https://", "http://")):
            raise ValueError(f"{self.url!r} cannot be an instance")
        if not self.access_token:
            raise ValueError("access_token is missing")
        if self.visibility not in VISIBILITIES:
            raise ValueError(f"{self.visibility!r} is none of: {', '.join(VISIBILITIES)}")


@dataclass(frozen=True, slots=True)
class MastodonTiming(TimelineTiming):
    """How patient the network is, in seconds.

    Args:
        answer: For a connection, and again for each part of an answer.
        call: For a whole call, whatever of it comes.
        settle: As of the base. A slow instance may be at it still, and knows neither the post nor its key before it is
            done; most proxies give up after a minute.
        learn: After which the instance is asked again how long posts may be.
        learn_again: The same where it did not say.
        overlap: As of the base. Posts of other instances get the ids of when they were written, and come late.
    """

    answer: float = 10.0
    call: float = 25.0
    settle: float = 50.0
    learn: float = 86_400.0
    learn_again: float = 3600.0
    overlap: float = 900.0
