"""Cards as messages: drawn as they are at that moment, one after the other, with what became of what was pressed."""

import asyncio
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field

from ptgbot.core.messages import Target
from ptgbot.core.panels import Card
from ptgbot.core.protocols import Cards
from ptgbot.networks.slack import text
from ptgbot.networks.slack.card_blocks import drawn, with_picks
from ptgbot.networks.slack.saying import Said
from ptgbot.networks.slack.standing import Standing

__all__ = ["Answer", "Board"]

MOST_ANSWERS = 1000  # that are remembered
MOST_SHOWN = 1000  # cards of which it is remembered what they show


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of what was pressed.

    Args:
        version: The version of the card that shows it.
        text: The answer.
        picked: What was picked and not saved, by the names of the fields.
    """

    version: str
    text: str
    picked: Mapping[str, str] = field(default_factory=dict)


class Board:
    """Draws cards.

    Args:
        cards: Knows them.
        standing: Posts and edits messages.
    """

    def __init__(self, cards: Cards, standing: Standing) -> None:
        self._cards = cards
        self._standing = standing
        self._turns: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)  # an older card must not come last
        self._answers: dict[tuple[str, str], Answer] = {}  # by place and card
        self._shown: dict[tuple[str, str], tuple[str, Said]] = {}  # likewise, the message's ts and what it shows

    async def bring(self, place: Target) -> bool:
        """Bring a card up to date where it stands, or post it; return False where there is no such card.

        Raises:
            CallFailed: That failed.
        """
        async with self._turns[place.name]:
            card = self._cards.draw(place.card, place)
            if card is None:
                return False
            ticket = f"card {card.name} {place.name}"
            receipt = self._cards.receipt(card.name, place)
            said = self._said(card, place)
            if not receipt or self._shown.get((place.name, card.name)) != (receipt, said):
                receipt = await self._standing.bring(place.name, ticket, receipt, said, ticket=ticket, since=card.since)
                self._note((place.name, card.name), receipt, said)
            self._cards.drawn(card, place, receipt)
        return True

    async def answer(self, place: Target, ts: str, answer: Answer) -> None:
        """Show on a card what became of what was pressed.

        Args:
            place: Where, with the card's name.
            ts: The message on which it was pressed.
            answer: The answer.

        Raises:
            CallFailed: That failed.
        """
        key = place.name, place.card
        self._answers.pop(key, None)
        self._answers[key] = answer
        if len(self._answers) > MOST_ANSWERS:
            del self._answers[next(iter(self._answers))]
        async with self._turns[place.name]:
            card = self._cards.draw(place.card, place)
            if card is None:
                return
            said = self._said(card, place)
            if self._shown.get(key) != (ts, said) and await self._standing.edit(place.name, ts, said):
                self._note(key, ts, said)
            if ts == self._cards.receipt(card.name, place):
                self._cards.drawn(card, place, ts)

    def _said(self, card: Card, place: Target) -> Said:
        key = place.name, card.name
        answer = self._answers.get(key)
        if answer is not None and answer.version != card.version:
            answer = None
        shown = with_picks(card, answer.picked) if answer else card
        what = answer.text if answer else ""
        [short] = text.split("\n".join(filter(None, (card.text, what))))[:1]
        return {"text": text.escape(short), "blocks": drawn(shown, what)}

    def _note(self, key: tuple[str, str], ts: str, said: Said) -> None:
        self._shown.pop(key, None)
        self._shown[key] = ts, said
        if len(self._shown) > MOST_SHOWN:
            del self._shown[next(iter(self._shown))]
