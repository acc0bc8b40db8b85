"""What people press on cards: it gives the card's command, and what became of it is shown on the card."""

import asyncio
import logging
from collections import Counter, OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from slack_sdk.web.async_client import AsyncWebClient

from ptgbot.core.identity import Role
from ptgbot.core.messages import Target, Tone
from ptgbot.core.panels import Card, filled
from ptgbot.core.protocols import Cards
from ptgbot.networks.slack import blocks
from ptgbot.networks.slack.board import Answer, Board
from ptgbot.networks.slack.card_blocks import Pressed, picks, pressed
from ptgbot.networks.slack.errors import CallFailed, called
from ptgbot.networks.slack.intake import FORM, Intake
from ptgbot.networks.slack.people import People
from ptgbot.networks.slack.text import escape

__all__ = ["Pressing"]

_log = logging.getLogger(__name__)

TRIES = 3  # to show an answer, where Slack wants us to wait
MOST_DONE = 1000  # presses that are remembered

Payload = Mapping[str, Any]


class Pressing:
    """Takes presses on cards.

    Args:
        client: The Web API.
        people: Who people are.
        intake: Takes commands.
        cards: Knows the cards.
        board: Draws them; None while nothing can be drawn.
        network: The network's name.
        how_to_get: Tells somebody how to come to a role.
    """

    def __init__(
        self,
        *,
        client: AsyncWebClient,
        people: People,
        intake: Intake,
        cards: Cards,
        board: Callable[[], Board | None],
        network: str,
        how_to_get: Callable[[Role], str],
    ) -> None:
        self._client = client
        self._people = people
        self._intake = intake
        self._cards = cards
        self._board = board
        self._network = network
        self._how_to_get = how_to_get
        self._done: OrderedDict[str, None] = OrderedDict()  # presses that did what they were for
        self._refused: Counter[str] = Counter()  # how often what one gave was refused

    async def press(self, body: Payload, action: Payload) -> None:
        """Do what a button on a card is for, and show there what became of it.

        Args:
            body: What Slack tells of the press: who, where, and what is picked there.
            action: The button.
        """
        button = pressed(str(action["action_id"]))
        where = body.get("container") or {}
        channel, ts = str(where.get("channel_id") or ""), str(where.get("message_ts") or "")
        if button is None or not channel or not ts:
            _log.warning("A button was pressed in Slack that is on no card: %s.", action.get("action_id"))
            return
        user = body["user"]
        # In private a card stands with the person, whatever Slack calls that channel.
        place = Target(self._network, str(user["id"]) if channel.startswith("D") else channel, card=button.card)
        actor = await self._people.actor(str(user["id"]), str(user.get("team_id") or ""))
        card = self._cards.draw(button.card, place)
        if card is None:
            await self._tell(channel, str(user["id"]), f"There is no {button.card} any more: nothing was done.")
        elif actor.role < card.role:
            await self._tell(channel, str(user["id"]), f"Nothing was done. {self._how_to_get(card.role)}")
        else:
            picked = picks((body.get("state") or {}).get("values") or {})
            answer = await self._done_with(body, button, card, place, picked)
            if answer is not None:
                text = f"{actor.name}: {answer.text}" if answer.text else ""
                await self._show(place, ts, replace(answer, text=text))

    async def _done_with(
        self, body: Payload, button: Pressed, card: Card, place: Target, picked: Mapping[str, str]
    ) -> Answer | None:
        """Give the command of a button, unless something is wrong with the card.

        Returns:
            What became of it; None where that was told already.
        """
        there = card.buttons[button.button] if button.button < len(card.buttons) else None
        command = filled(there.command, picked) if there is not None else ""
        name = f"{place.name}:{button.card}:{button.version}:{command}"
        key = f"{body['user']['id']}:{name}"
        if key in self._done:  # pressed twice in a hurry
            return None
        if card.version == button.version and there is not None and (lacking := card.lacking(there, picked)):
            what = " and ".join(label.lower() for label in lacking)
            return Answer(card.version, f"Please choose {what} first. Nothing was done.", picked)
        taken = self._intake.press(
            body["user"],
            command,
            f"{name}:{self._refused[key]}",
            FORM,
            objection=lambda: self._stale(button, place),
        )
        reply = await taken.reply
        if reply.tone is Tone.ERROR:
            self._refuse(key)
        else:
            self._note_done(key)
        now = self._cards.draw(button.card, place)
        version = card.version if now is None else now.version
        kept = picked if reply.tone is Tone.ERROR and version == button.version else {}
        return Answer(version, reply.text, kept)

    def _stale(self, button: Pressed, place: Target) -> str:
        """Return what to tell somebody who saw an older card; empty where it is the one that there is."""
        card = self._cards.draw(button.card, place)
        if card is not None and card.version == button.version and button.button < len(card.buttons):
            return ""
        return f"{button.card} was changed meanwhile: please look at it again, then press again. Nothing was done."

    async def _show(self, place: Target, ts: str, answer: Answer) -> None:
        for _ in range(TRIES):
            board = self._board()
            if board is None:
                return
            try:
                await board.answer(place, ts, answer)
            except CallFailed as error:
                if error.wait:
                    await asyncio.sleep(error.wait)
                    continue
                _log.warning("What became of a press on %s in Slack was not shown: %s.", place.card, error)
            return

    async def _tell(self, channel: str, user: str, text: str) -> None:
        try:
            await called(
                self._client.chat_postEphemeral(channel=channel, user=user, text=escape(text), blocks=blocks.said(text))
            )
        except CallFailed as error:
            _log.info("Somebody in Slack was not told why a press did nothing: %s.", error)

    def _refuse(self, key: str) -> None:
        """Note that the same may be pressed again, and is to be done then."""
        self._refused[key] += 1
        if len(self._refused) > MOST_DONE:
            del self._refused[next(iter(self._refused))]

    def _note_done(self, key: str) -> None:
        self._done[key] = None
        if len(self._done) > MOST_DONE:
            self._done.popitem(last=False)
