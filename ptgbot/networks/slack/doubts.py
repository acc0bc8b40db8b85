"""What may have been posted without Slack saying so: it is looked for before it is posted again.

Each message carries a ticket in its metadata (https://docs.slack.dev/messaging/message-metadata), which nobody sees.
"""

import asyncio
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from slack_sdk.web.async_client import AsyncWebClient

from ptgbot.networks.slack.errors import CallFailed, called

__all__ = ["Doubts", "History", "Unsure", "metadata"]

EVENT = "ptgbot_send"  # the kind of metadata that is ours
CLOCKS_DIFFER = timedelta(minutes=2)  # Slack's clock from ours, at the most
MOST_MESSAGES = 999  # that one question brings
LIFE = 600.0  # seconds for which a doubt matters: what waits for longer is not sent any more
MOST_DOUBTS = 1000


def metadata(ticket: str) -> dict[str, Any]:
    """Return what a message carries to be found again by its ticket."""
    return {"event_type": EVENT, "event_payload": {"ticket": ticket}}


class History:
    """Looks for messages of ours by their tickets.

    Args:
        client: The Web API.
    """

    def __init__(self, client: AsyncWebClient) -> None:
        self._client = client
        self._direct: dict[str, str] = {}  # user → channel of the direct messages with them

    def learn(self, name: str, channel: str) -> None:
        """Note in which channel a message is that was posted to a user or a channel."""
        if name != channel:
            self._direct[name] = channel

    async def find(self, name: str, thread: str, ticket: str, since: datetime) -> str | None:
        """Return the ts of a message, as ``core.protocols.Network.find`` does.

        Args:
            name: The user or the channel to whom it would have been posted.
            thread: The ts of the thread in which it would be; empty for none.
            ticket: What it carries.
            since: When it was tried first (aware, UTC).

        Raises:
            CallFailed: Slack cannot be reached at the moment, or wants us to wait.
        """
        oldest = f"{(since - CLOCKS_DIFFER).timestamp():.6f}"
        try:
            channel = await self.channel(name)
            found = await self._messages(channel, thread, oldest)
        except CallFailed as error:
            if error.away or error.wait or error.revoked:
                raise
            return None  # it is not for us to read there
        for message in found["messages"]:
            about = message.get("metadata") or {}
            if about.get("event_type") == EVENT and (about.get("event_payload") or {}).get("ticket") == ticket:
                return str(message["ts"])
        return None if found.get("has_more") else ""

    async def channel(self, name: str) -> str:
        """Return the channel in which messages to a user or a channel are.

        Raises:
            CallFailed: Slack does not tell.
        """
        if name[:1] not in ("U", "W"):
            return name
        if name not in self._direct:
            answer = await called(self._client.conversations_open(users=name))
            self._direct[name] = str(answer["channel"]["id"])
        return self._direct[name]

    async def _messages(self, channel: str, thread: str, oldest: str) -> Any:
        how: dict[str, Any] = {"oldest": oldest, "limit": MOST_MESSAGES, "include_all_metadata": True}
        if thread:
            return await called(self._client.conversations_replies(channel=channel, ts=thread, **how))
        return await called(self._client.conversations_history(channel=channel, **how))


@dataclass(frozen=True, slots=True)
class Unsure:
    """A message that may be there.

    Args:
        place: To whom and in which thread it would have been posted.
        text: Its text; or what it is about, where the text may be another one by now.
        ticket: What it carries.
        since: When it was tried first (aware, UTC).
        until: By the loop's clock, for how long that matters.
    """

    place: tuple[str, str]
    text: str
    ticket: str
    since: datetime
    until: float


class Doubts:
    """The messages that may be there, until they are tried again."""

    def __init__(self) -> None:
        self._doubts: list[Unsure] = []

    def add(self, place: tuple[str, str], text: str, ticket: str, since: datetime) -> None:
        """Note that a message may have been posted."""
        now = asyncio.get_running_loop().time()
        kept = [one for one in self._doubts if one.until > now and (one.place, one.text) != (place, text)]
        self._doubts = [*kept, Unsure(place, text, ticket, since, now + LIFE)][-MOST_DOUBTS:]

    def about(self, place: tuple[str, str], text: str) -> Unsure | None:
        """Return the doubt about a message that is to be posted now.

        Args:
            place: To whom and in which thread.
            text: The text; others may have been joined to it since, as lines of their own.
        """
        now = asyncio.get_running_loop().time()
        for one in self._doubts:
            is_it = text == one.text or text.startswith(f"{one.text}\n")
            if one.place == place and one.until > now and is_it:
                return one
        return None

    def settle(self, doubt: Unsure) -> None:
        """Forget a doubt."""
        self._doubts = [one for one in self._doubts if one is not doubt]
