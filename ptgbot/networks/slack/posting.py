"""What goes out to Slack: messages, edits of messages, signs at messages, answers to slash commands."""

import re
import uuid
from datetime import datetime
from typing import Any

from aiohttp import ClientSession
from slack_sdk.web.async_client import AsyncWebClient

from ptgbot.core.clock import Clock
from ptgbot.core.messages import Target
from ptgbot.core.protocols import Doubt, Host, NotTaken, TooFast
from ptgbot.networks.slack.board import Board
from ptgbot.networks.slack.doubts import Doubts, History, metadata
from ptgbot.networks.slack.errors import CallFailed, called
from ptgbot.networks.slack.saying import Said, said, shown
from ptgbot.networks.slack.standing import Standing
from ptgbot.networks.slack.text import thread_of

__all__ = ["BULLETIN", "SIGN", "Poster", "is_response_url"]

BULLETIN = "bulletin:"  # what the via of a target begins with whose message is edited; what it is about follows
SIGN = "sign:"  # of one that is a sign at a message; the message's ts follows
_DONE = "white_check_mark"

_NO_MATTER = frozenset({"already_reacted", "message_not_found", "is_archived", "thread_locked", "too_many_reactions"})
_NOT_IN_THERE = frozenset({"user_not_in_channel", "no_permission"})
# A question that was deleted, or to which nobody may reply: its answer stands by itself.
_NO_THREAD = frozenset({"thread_not_found", "cannot_reply_to_message", "restricted_action_thread_locked"})
# What people mend in Slack, and how.
_TO_MEND = {
    "not_in_channel": "invite the bot into it with /invite",
    "channel_not_found": "there is no such channel, or it is private and the bot is not in it",
    "is_archived": "it is archived",
    "messages_tab_disabled": "switch on the Messages Tab on the app's page",
    "user_disabled": "they have left the workspace",
    "cannot_dm_bot": "it is a bot",
    "missing_scope": "install the app again with the scopes of contrib/slack-manifest.yaml",
}
_RESTRICTED = "restricted_action"  # and others that begin like that
_ONLY_SOME = "the workspace lets only some people post there"


def is_response_url(via: str) -> bool:
    """Return whether a target's via is where the answer to a slash command goes."""
    return via.startswith(("https://", "http://"))


class Poster:
    """Posts to Slack.

    Args:
        client: The Web API; it does not try again by itself, since the send queue does.
        session: Answers slash commands.
        host: Keeps which message a bulletin is, and a card.
        clock: The time.
    """

    def __init__(self, client: AsyncWebClient, session: ClientSession, host: Host, clock: Clock) -> None:
        self._client = client
        self._session = session
        self._host = host
        self._clock = clock
        self._history = History(client)
        self._doubts = Doubts()
        self._standing = Standing(client, self._say_to_all, self._history, clock)
        self.board = Board(host.cards, self._standing)

    async def post(self, target: Target, line: str, ticket: str = "") -> str:
        """Post one message, edit one, or put a sign at one.

        Returns:
            The ts of a message for everybody there; empty for what has none.

        Raises:
            ConnectionError: Slack cannot be reached; nothing was posted, or it will be looked for before it is posted
                again.
            Doubt: It may have been posted, and it has a ticket.
            TooFast: Slack wants us to wait.
            NotTaken: Slack does not take it; the text says why, and how people mend that.
            CallFailed: Slack does not take the token any more.
        """
        try:
            return await self._post(target, line, ticket)
        except CallFailed as error:
            if ticket and error.doubtful:
                raise Doubt(str(error)) from error
            raise _meant(error) from error

    async def find(self, target: Target, ticket: str, since: datetime) -> str | None:
        """Look for a message by its ticket (``core.protocols.Network.find``).

        Raises:
            ConnectionError: Slack cannot be reached.
            TooFast: Slack wants us to wait.
            CallFailed: Slack does not take the token any more.
        """
        if target.only_for or is_response_url(target.via):
            return None  # of what only one person sees there is no history
        try:
            return await self._history.find(target.name, thread_of(target.via), ticket, since)
        except CallFailed as error:
            raise _meant(error) from error

    async def _post(self, target: Target, line: str, ticket: str) -> str:
        if target.card and await self.board.bring(target):
            return ""
        if is_response_url(target.via):
            await self._respond(target, line)
        elif target.via.startswith(SIGN):
            await self._sign(target.name, target.via.removeprefix(SIGN))
        elif target.via.startswith(BULLETIN):
            await self._post_bulletin(target, line)
        elif target.only_for:
            await self._say_to_one(target, line)
        elif ticket:
            return await self._say_to_all((target.name, thread_of(target.via)), said(line), ticket)
        else:
            await self._say_once((target.name, thread_of(target.via)), line)
        return ""

    # -- messages for everybody in a place ------------------------------------------------------------------------

    async def _say_once(self, place: tuple[str, str], line: str) -> None:
        """Post a message; where it may be there already, only what is not."""
        doubt = self._doubts.about(place, line)
        if doubt is not None and await self._history.find(*place, doubt.ticket, doubt.since):
            self._doubts.settle(doubt)
            line, doubt = line[len(doubt.text) + 1 :], None
            if not line:
                return
        ticket = doubt.ticket if doubt else uuid.uuid4().hex
        since = doubt.since if doubt else self._clock.now()
        try:
            await self._say_to_all(place, said(line), ticket)
        except CallFailed as error:
            if error.doubtful:
                self._doubts.add(place, line, ticket, since)
            raise
        if doubt is not None:
            self._doubts.settle(doubt)

    async def _say_to_all(self, place: tuple[str, str], what: Said, ticket: str) -> str:
        """Post a message; return its ts. With a user's id in place of a channel's it goes to their direct messages."""
        name, thread = place
        how: dict[str, Any] = {"channel": name, "mrkdwn": False, "unfurl_links": False, "unfurl_media": False}
        how["metadata"] = metadata(ticket)

        async def say(arguments: Said) -> Any:
            return await called(self._client.chat_postMessage(**how, **arguments))

        try:
            answer = await shown(say, what, **({"thread_ts": thread} if thread else {}))
        except CallFailed as error:
            if not thread or error.name not in _NO_THREAD:
                raise
            answer = await shown(say, what)
        self._history.learn(name, str(answer["channel"]))
        return str(answer["ts"])

    # -- what only one person sees ----------------------------------------------------------------------------------

    async def _say_to_one(self, target: Target, line: str) -> None:
        """Post what only one person sees; in private where they are not in the channel."""

        async def say(arguments: Said) -> Any:
            return await called(self._client.chat_postEphemeral(channel=target.name, user=target.only_for, **arguments))

        try:
            await shown(say, said(line), **({"thread_ts": target.via} if target.via else {}))
        except CallFailed as error:
            if error.name not in _NOT_IN_THERE:
                raise
            await self._say_once((target.only_for, ""), line)

    async def _respond(self, target: Target, line: str) -> None:
        """Answer a slash command where it was given; in private where it is too late for that."""
        status, wait = await called(self._send(target.via, {"response_type": "ephemeral", **said(line)}))
        if status == 429:
            raise TooFast(wait)
        if status >= 500:
            raise ConnectionError(f"Slack answers {status}")
        if status >= 400:
            await self._say_once((target.only_for, ""), line)

    async def _send(self, url: str, body: Said) -> tuple[int, float]:
        async with self._session.post(url, json=body, proxy=self._client.proxy) as answer:
            wait = answer.headers.get("Retry-After", "")
            return answer.status, float(wait) if re.fullmatch(r"\d{1,6}", wait) else 1.0

    # -- what stands at, or in place of, something else -------------------------------------------------------------

    async def _post_bulletin(self, target: Target, line: str) -> None:
        """Edit the message that a bulletin is; post one where there is none (any more)."""
        key = target.via.removeprefix(BULLETIN)
        receipt = self._host.receipt(target, key)
        self._host.posted(target, key, await self._standing.bring(target.name, target.via, receipt, said(line)))

    async def _sign(self, channel: str, ts: str) -> None:
        try:
            await called(self._client.reactions_add(channel=channel, timestamp=ts, name=_DONE))
        except CallFailed as error:
            if error.name not in _NO_MATTER:
                raise


def _meant(error: CallFailed) -> Exception:
    """Return what a failure means to whoever sends."""
    if error.revoked:
        return error
    if error.wait:
        return TooFast(error.wait)
    if error.away:
        return ConnectionError(str(error))
    restricted = _ONLY_SOME if error.name.startswith(_RESTRICTED) else f"Slack refuses it ({error})"
    return NotTaken(_TO_MEND.get(error.name, restricted))
