"""What goes out to Slack: messages, edits of messages, signs at messages, answers to slash commands."""

import logging
import re
from typing import Any

from aiohttp import ClientSession
from slack_sdk.web.async_client import AsyncWebClient

from ptgbot.core.messages import Target
from ptgbot.core.protocols import Host, TooFast
from ptgbot.networks.slack import blocks, text
from ptgbot.networks.slack.errors import CallFailed, called

__all__ = ["BULLETIN", "SIGN", "Poster", "is_response_url"]

_log = logging.getLogger(__name__)

BULLETIN = "bulletin:"  # what the via of a target begins with whose message is edited; what it is about follows
SIGN = "sign:"  # of one that is a sign at a message; the message's ts follows
_DONE = "white_check_mark"

_GONE = frozenset({"message_not_found", "cant_update_message", "edit_window_closed"})
_NO_MATTER = frozenset({"already_reacted", "message_not_found", "is_archived", "thread_locked", "too_many_reactions"})
_NOT_IN_THERE = frozenset({"user_not_in_channel", "no_permission"})
# What people mend in Slack, and how.
_TO_MEND = {
    "not_in_channel": "invite the bot into it with /invite",
    "channel_not_found": "there is no such channel, or it is private and the bot is not in it",
    "is_archived": "it is archived",
    "restricted_action": "the workspace lets only some people post there",
    "messages_tab_disabled": "switch on the Messages Tab on the app's page",
    "user_disabled": "they have left the workspace",
    "cannot_dm_bot": "it is a bot",
    "missing_scope": "install the app again with the scopes of contrib/slack-manifest.yaml",
}


def is_response_url(via: str) -> bool:
    """Return whether a target's via is where the answer to a slash command goes."""
    return via.startswith(("https://", "http://"))


class Poster:
    """Posts to Slack.

    Args:
        client: The Web API; it does not try again by itself, since the send queue does.
        session: Answers slash commands.
        host: Keeps which message a bulletin is.
        network: The network's name.
    """

    def __init__(self, client: AsyncWebClient, session: ClientSession, host: Host, network: str) -> None:
        self._client = client
        self._session = session
        self._host = host
        self._network = network

    async def post(self, target: Target, line: str) -> None:
        """Post one message, edit one, or put a sign at one.

        Raises:
            ConnectionError: Slack cannot be reached; nothing was posted.
            TooFast: Slack wants us to wait.
            CallFailed: Slack does not take it, for the token's sake or another one that only people can mend.
        """
        try:
            await self._post(target, line)
        except CallFailed as error:
            if error.wait:
                raise TooFast(error.wait) from error
            if error.away:
                raise ConnectionError(str(error)) from error
            if error.name not in _TO_MEND:
                raise
            _log.warning("%s: nothing was posted to %s: %s.", self._network, target.name, _TO_MEND[error.name])

    async def _post(self, target: Target, line: str) -> None:
        said: dict[str, Any] = {"text": text.escape(line), "blocks": blocks.said(line)}
        if is_response_url(target.via):
            await self._respond(target, said)
        elif target.via.startswith(SIGN):
            await self._sign(target.name, target.via.removeprefix(SIGN))
        elif target.via.startswith(BULLETIN):
            await self._post_bulletin(target, said)
        else:
            await self._say(target, said)

    async def _say(self, target: Target, said: dict[str, Any]) -> None:
        if target.via:
            said["thread_ts"] = target.via
        if target.only_for:
            try:
                await called(self._client.chat_postEphemeral(channel=target.name, user=target.only_for, **said))
                return
            except CallFailed as error:
                if error.name not in _NOT_IN_THERE:
                    raise
            said.pop("thread_ts", None)
        # With a user's id in place of a channel's it goes to their direct messages with the bot.
        await self._say_to_all(target.only_for or target.name, said)

    async def _say_to_all(self, channel: str, said: dict[str, Any]) -> str:
        """Post a message; return its ts."""
        answer = await called(
            self._client.chat_postMessage(channel=channel, mrkdwn=False, unfurl_links=False, unfurl_media=False, **said)
        )
        return str(answer["ts"])

    async def _post_bulletin(self, target: Target, said: dict[str, Any]) -> None:
        """Edit the message that a bulletin is; post one where there is none (any more)."""
        key = target.via.removeprefix(BULLETIN)
        receipt = self._host.receipt(target, key)
        if receipt:
            try:
                await called(self._client.chat_update(channel=target.name, ts=receipt, **said))
                return
            except CallFailed as error:
                if error.name not in _GONE:
                    raise
        self._host.posted(target, key, await self._say_to_all(target.name, said))

    async def _sign(self, channel: str, ts: str) -> None:
        try:
            await called(self._client.reactions_add(channel=channel, timestamp=ts, name=_DONE))
        except CallFailed as error:
            if error.name not in _NO_MATTER:
                raise

    async def _respond(self, target: Target, said: dict[str, Any]) -> None:
        """Answer a slash command where it was given; in private where it is too late for that."""
        status, wait = await called(self._send(target.via, {"response_type": "ephemeral", **said}))
        if status == 429:
            raise TooFast(wait)
        if status >= 500:
            raise ConnectionError(f"Slack answers {status}")
        if status >= 400:
            await self._say_to_all(target.only_for, said)

    async def _send(self, url: str, body: dict[str, Any]) -> tuple[int, float]:
        async with self._session.post(url, json=body, proxy=self._client.proxy) as answer:
            wait = answer.headers.get("Retry-After", "")
            return answer.status, float(wait) if re.fullmatch(r"\d{1,6}", wait) else 1.0
