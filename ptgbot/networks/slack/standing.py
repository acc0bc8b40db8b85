"""Messages that stand for something and are edited as it changes: there is one of each, whatever Slack says or not."""

import uuid
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from slack_sdk.web.async_client import AsyncWebClient

from ptgbot.core.clock import Clock
from ptgbot.networks.slack.doubts import History
from ptgbot.networks.slack.errors import CallFailed, called
from ptgbot.networks.slack.saying import Said, shown

__all__ = ["Standing"]

_GONE = frozenset({"message_not_found", "cant_update_message", "edit_window_closed"})


@dataclass(frozen=True, slots=True)
class _Doubt:
    """A message that may have been posted.

    Args:
        ticket: What it carries.
        since: When it was tried first (aware, UTC).
    """

    ticket: str
    since: datetime


Say = Callable[[tuple[str, str], Said, str], Awaitable[str]]


class Standing:
    """Posts a message where there is none, else edits it.

    Args:
        client: The Web API.
        say: Posts to a user or a channel and a thread there, with a ticket; returns the ts.
        history: Finds messages by their tickets.
        clock: The time.
    """

    def __init__(self, client: AsyncWebClient, say: Say, history: History, clock: Clock) -> None:
        self._client = client
        self._say = say
        self._history = history
        self._clock = clock
        self._began = clock.now()
        self._doubts: dict[tuple[str, str], _Doubt] = {}  # by place and what it stands for; it matters however late

    async def bring(
        self, name: str, about: str, receipt: str, said: Said, *, ticket: str = "", since: datetime | None = None
    ) -> str:
        """Bring a message up to date; return its ts.

        Args:
            name: The user or the channel.
            about: What it stands for.
            receipt: Its ts; empty where it is not known to be there.
            said: Its text and blocks.
            ticket: What it is found by, over a restart too; empty where that does not matter.
            since: From when on it may have been posted, where it has such a ticket.

        Raises:
            CallFailed: That failed.
        """
        doubt = self._doubts.get((name, about))
        if doubt is not None:
            receipt = await self._history.find(name, "", doubt.ticket, doubt.since) or receipt
        elif not receipt and ticket and since is not None and since <= self._began:
            receipt = await self._history.find(name, "", ticket, since) or ""
        if not receipt or not await self.edit(name, receipt, said):
            doubt = doubt or _Doubt(ticket or uuid.uuid4().hex, self._clock.now())
            try:
                receipt = await self._say((name, ""), said, doubt.ticket)
            except CallFailed as error:
                if error.doubtful:
                    self._doubts[name, about] = doubt
                raise
        self._doubts.pop((name, about), None)
        return receipt

    async def edit(self, name: str, ts: str, said: Said) -> bool:
        """Edit a message; return whether it is still there.

        Raises:
            CallFailed: That failed.
        """
        channel = await self._history.channel(name)

        async def edit(arguments: Said) -> Any:
            return await called(self._client.chat_update(channel=channel, ts=ts, **arguments))

        try:
            await shown(edit, said)
        except CallFailed as error:
            if error.name not in _GONE:
                raise
            return False
        return True
