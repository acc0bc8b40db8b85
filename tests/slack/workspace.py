"""What a workspace holds: people, channels, and what was posted."""

import itertools
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

__all__ = ["BOT", "TEAM", "Posted", "User", "Workspace"]

TEAM = "T00000001"
BOT = "U00000BOT"


@dataclass
class User:
    """Somebody in the workspace."""

    id: str
    name: str
    display: str
    admin: bool = False
    owner: bool = False
    bot: bool = False
    deleted: bool = False
    restricted: bool = False
    team: str = TEAM  # another one's for those with whom a channel is shared
    enterprise: dict[str, Any] = field(default_factory=dict)  # ``enterprise_user``, in an organisation

    def described(self) -> dict[str, Any]:
        """Return them as ``users.info`` does."""
        return {
            **({"enterprise_user": self.enterprise} if self.enterprise else {}),
            "id": self.id,
            "team_id": self.team,
            "name": self.name,
            "deleted": self.deleted,
            "real_name": self.display,
            "profile": {
                "display_name": self.display,
                "display_name_normalized": self.display,
                "real_name": self.display,
                "real_name_normalized": self.display,
                "avatar_hash": "g0000000000",
                "team": self.team,
            },
            "is_admin": self.admin,
            "is_owner": self.owner,
            "is_primary_owner": False,
            "is_restricted": self.restricted,
            "is_ultra_restricted": False,
            "is_bot": self.bot,
            "is_app_user": False,
            "updated": 1_700_000_000,
        }


@dataclass
class Posted:
    """A message that somebody, or the bot, posted."""

    channel: str
    ts: str
    user: str
    text: str
    thread: str = ""
    blocks: list[Any] = field(default_factory=list)
    only_for: str = ""
    edits: int = 0
    deleted: bool = False
    reactions: list[str] = field(default_factory=list)
    metadata: dict[str, Any] = field(default_factory=dict)
    team: str = TEAM  # of who posted it

    def described(self) -> dict[str, Any]:
        """Return it as events and answers do."""
        message: dict[str, Any] = {"type": "message", "user": self.user, "text": self.text, "ts": self.ts}
        message["team"] = self.team
        if self.thread:
            message["thread_ts"] = self.thread
        if self.blocks:
            message["blocks"] = self.blocks
        if self.user == BOT:
            message["bot_id"] = "B00000BOT"
        return message


class Workspace:
    """People, channels, user groups, posts, and the App Homes that were published."""

    def __init__(self) -> None:
        self.users: dict[str, User] = {BOT: User(BOT, "ptgbot", "ptgbot", bot=True)}
        self.channels: dict[str, str] = {}
        self.groups: dict[str, list[str]] = {}
        self.direct: dict[str, str] = {}  # user → channel of the direct messages with the bot
        self.members: dict[str, set[str]] = {}
        self.absent: dict[str, set[str]] = {}  # channel → people who are not in it
        self.posts: list[Posted] = []
        self.threads: set[tuple[str, str]] = set()  # channel and ts of messages to which somebody replied
        self._by_ts: dict[tuple[str, str], Posted] = {}
        self.homes: dict[str, dict[str, Any]] = {}
        self.modals: list[tuple[str, dict[str, Any]]] = []  # trigger id and view, as opened
        self.answers: list[tuple[str, dict[str, Any]]] = []  # response_url's name and what was sent there
        self.clock: Callable[[], float] = time.time  # what the ts of messages come from
        self._numbers: Iterator[int] = itertools.count(1)
        self._direct: Iterator[int] = itertools.count(1)

    def add_user(self, id: str, name: str, display: str = "", **flags: Any) -> User:  # noqa: A002 - Slack's word
        """Add somebody."""
        user = self.users[id] = User(id, name, display or name, **flags)
        return user

    def add_channel(self, id: str, name: str) -> None:  # noqa: A002 - Slack's word
        """Add a channel that the bot is in."""
        self.channels[id] = name
        self.members[id] = {BOT}

    def direct_with(self, user: str) -> str:
        """Return the channel of somebody's direct messages with the bot."""
        if user not in self.direct:
            self.direct[user] = f"D{next(self._direct):08}"
        return self.direct[user]

    def post(self, channel: str, user: str, text: str, **how: Any) -> Posted:
        """Add a message."""
        team = self.users[user].team if user in self.users else TEAM
        posted = Posted(channel, f"{self.clock():.0f}.{next(self._numbers):06}", user, text, team=team, **how)
        self.posts.append(posted)
        self._by_ts[channel, posted.ts] = posted
        if posted.thread:
            self.threads.add((channel, posted.thread))
        return posted

    def find(self, channel: str, ts: str) -> Posted | None:
        """Return a message that is there."""
        posted = self._by_ts.get((channel, ts))
        return None if posted is None or posted.deleted else posted

    def said(self, channel: str) -> list[str]:
        """Return what the bot said in a channel for everybody, as it reads now."""
        return [p.text for p in self.posts if p.channel == channel and p.user == BOT and not (p.only_for or p.deleted)]

    def told(self, user: str) -> list[str]:
        """Return what the bot told one person: in direct messages, or so that only they see it."""
        direct = self.direct.get(user)
        return [
            p.text
            for p in self.posts
            if p.user == BOT and not p.deleted and (p.only_for == user or (direct and p.channel == direct))
        ]
