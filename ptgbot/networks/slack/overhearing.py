"""What people post in the channel for open spaces: not commands, but told of as it is, edits and deletions too."""

import asyncio
import contextlib
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from ptgbot.core.identity import account_of
from ptgbot.core.messages import Heard
from ptgbot.core.protocols import Host, NotSaved
from ptgbot.networks.slack.intake import MOST_LOOKED_UP, is_by_a_person
from ptgbot.networks.slack.people import People
from ptgbot.networks.slack.text import linked, mentioned, plain, post_id, without_mention

__all__ = ["Overhearing"]

Payload = Mapping[str, Any]


class Overhearing:
    """Tells what is posted in one channel.

    Args:
        people: Who people are.
        channel: The channel's id; empty for none.
        commands: Whether commands are read there, so that they are no posts.
        host: Is told.
        network: The network's name.
    """

    def __init__(self, people: People, channel: str, *, commands: bool, host: Host, network: str) -> None:
        self._people = people
        self._channel = channel
        self._commands = commands
        self._host = host
        self._network = network
        self._turn = asyncio.Lock()  # it lets them in as they came: an edit must not come before what it edits

    def concerns(self, event: Payload) -> bool:
        """Return whether an event ``message`` is about a post in the channel."""
        return bool(self._channel) and event.get("channel") == self._channel and event.get("type") == "message"

    async def take(self, event: Payload) -> None:
        """Tell of a post, that it was edited, or that it was deleted; return once that is on disk."""
        async with self._turn:
            post = await self._read(event)
            if post is not None:
                self._host.heard(post)
        if post is not None:
            with contextlib.suppress(NotSaved):  # it waits for that, and Slack need not
                await self._host.kept()

    async def _read(self, event: Payload) -> Heard | None:
        match event.get("subtype"):
            case "message_deleted":
                return self._deleted(str(event.get("deleted_ts") or ""), event.get("previous_message") or {})
            case "message_changed":
                message: Payload = event.get("message") or {}
                if message.get("subtype") == "tombstone":  # deleted, and there are answers to it
                    return self._deleted(str(message.get("ts") or ""), event.get("previous_message") or {})
                return await self._posted(message)
            case _:
                return await self._posted(event)

    def _deleted(self, ts: str, before: Payload) -> Heard | None:
        thread = str(before.get("thread_ts") or "")
        return Heard(self._network, post_id(self._channel, ts, thread), deleted=True) if ts else None

    async def _posted(self, message: Payload) -> Heard | None:
        """Return what a person posted; None for what no person did, and for commands."""
        text = str(message.get("text") or "")
        if not is_by_a_person(message, self._people.me) or self._is_command(text):
            return None
        user, ts, thread = (str(message.get(name) or "") for name in ("user", "ts", "thread_ts"))
        actor, _ = await asyncio.gather(
            self._people.actor(user, str(message.get("user_team") or message.get("team") or "")),
            self._people.learn(mentioned(text)[:MOST_LOOKED_UP], linked(text)[:MOST_LOOKED_UP]),
        )
        return Heard(
            network=self._network,
            id=post_id(self._channel, ts, thread),
            author=account_of(actor.identity.key),
            name=actor.name,
            text=plain(text, self._people.name, self._people.channel_name),
            at=datetime.fromtimestamp(float(ts), UTC),
            link=self._people.link(self._channel, ts, thread),
            reply_to=post_id(self._channel, thread) if thread and thread != ts else "",
        )

    def _is_command(self, text: str) -> bool:
        if without_mention(text, self._people.me) is not None:
            return True
        return self._commands and text.lstrip()[:1] in ("+", "~")
