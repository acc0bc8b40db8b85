"""What stands behind a network that has one timeline."""

from typing import ClassVar

from ptgbot.core.messages import Heard

__all__ = ["TimelineHost"]


class TimelineHost:
    """What stands behind a network, as far as a timeline needs it: keeps what organisers were told, and was heard."""

    network: ClassVar[str]

    def __init__(self, last: str = "") -> None:
        self.told: list[str] = []
        self.heards: list[Heard] = []
        self.last = last
        self.expected: tuple[str, ...] = ()

    def warn(self, text: str) -> None:
        self.told.append(text)

    def heard(self, post: Heard) -> None:
        self.heards.append(post)

    def last_heard(self, network: str) -> str:
        assert network == self.network
        return self.last

    def awaited(self, network: str) -> tuple[str, ...]:
        assert network == self.network
        return self.expected

    @property
    def kept(self) -> dict[str, Heard]:
        """What was heard last of each post, as a store has it."""
        return {post.id: post for post in self.heards}

    @property
    def texts(self) -> list[str]:
        """The texts of the posts as they are by now, oldest first."""
        return [post.text for _, post in sorted(self.kept.items(), key=lambda item: int(item[0])) if not post.deleted]
