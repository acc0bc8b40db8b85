"""The cards of Slack, drawn from what Slack is given, each of them as somebody sees it.

With ``PTGBOT_SCREENSHOTS=folder`` it leaves pictures there; all of them are in ``docs/``.
"""

import os
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from ptgbot.core.changes import Draft
from ptgbot.core.documents import View
from ptgbot.core.panels import Card
from ptgbot.features.openspaces.cards import card_of, moved_card
from ptgbot.features.openspaces.model import Fate, Lane, Post
from ptgbot.features.openspaces.rules import Room, Rules
from ptgbot.features.openspaces.settings import OpenSpaceSettings
from ptgbot.features.openspaces.telling import Teller
from ptgbot.features.reminders.asking import approval_card
from ptgbot.features.reminders.model import REMINDERS, Approval, Kind, Reminder
from ptgbot.networks.slack.card_blocks import drawn
from tests.live.browser import browser
from tests.slack.drawing import page_of
from tests.talk import EVENT, quick_talk

pytestmark = [pytest.mark.browser]

PICTURES = os.environ.get("PTGBOT_SCREENSHOTS", "")
CHANNELS = {"C000000OUT": "open-spaces-outgoing"}
NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
RULES = Rules(zone=ZoneInfo("Europe/Berlin"), rooms=(Room("14"), Room("Forum Hall"), Room("9")))
CLEAR = Post(
    source="x/1795",
    number=41,
    author="x/2244994945",
    name="@ada",
    at=NOW - timedelta(minutes=20),
    text="Type hints for beginners! Room 14, 3pm. Bring your questions #pyconopenspaces",
    link="https://x.com/ada/status/1795",
    lane=Lane.OUTGOING,
    fate=Fate.APPROVED,
    room="14",
    start=NOW + timedelta(hours=5),
    end=NOW + timedelta(hours=5, minutes=45),
)
VAGUE = replace(
    CLEAR,
    source="mastodon/11",
    number=42,
    name="@grace@fosstodon.org",
    text="Who wants to play chess in Room 9 this afternoon?",
    link="https://fosstodon.org/@grace/11",
    lane=Lane.REVIEW,
    fate=Fate.OPEN,
    reason="'this afternoon' is no exact time",
    room="9",
    start=None,
    end=None,
)
TAKEN = replace(
    CLEAR,
    source="slack/C1:5",
    number=43,
    name="Linus",
    text="Go programming, also for those who never did any: Room 14 at 3:15pm",
    link="https://example.slack.com/archives/C0123ABCDEF/p1795424400000100",
    lane=Lane.CONFLICT,
    fate=Fate.OPEN,
    reason="14 is taken by p41 from Mon 15:00 CET to 15:45",
    start=NOW + timedelta(hours=5, minutes=15),
    end=NOW + timedelta(hours=6),
)
REMINDER = Reminder(
    "openspace/p41", 7, Kind.OPENSPACE, "p41", "x:timeline", NOW + timedelta(hours=4, minutes=45), NOW, 15
)
HELD = Reminder(
    "announcement/a3",
    0,
    Kind.ANNOUNCEMENT,
    "a3",
    "x:timeline",
    NOW + timedelta(hours=2),
    NOW + timedelta(hours=2),
    text="The group photo is at 12:30 in front of the hotel. Everybody is welcome, whatever you wear!",
    approval=Approval.WAITING,
)


@pytest.fixture(scope="module")
def chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    with browser(tmp_path_factory.mktemp("home")) as started:
        yield started


def view_with(*reminders: Reminder) -> View:
    store = quick_talk().store
    draft = Draft(store.view)
    for reminder in reminders:
        draft.put(REMINDERS, reminder)
    store.commit(draft.edits(), at=NOW)
    return store.view


def card_for(name: str) -> tuple[Card, str]:
    """Return a card, and what is answered on it."""
    view, teller = view_with(REMINDER, HELD), Teller(EVENT, OpenSpaceSettings(rules=RULES))
    match name:
        case "card-approval":
            asked = approval_card("a3", view, EVENT, NOW)
            assert asked is not None
            return asked, ""
        case "card-conflict":
            return card_of(TAKEN, view, EVENT, RULES, teller), ""
        case "card-review":
            return card_of(VAGUE, view, EVENT, RULES, teller), ""
        case "card-refused":
            said = "Olga: Please choose date and time first. Nothing was done."
            return card_of(VAGUE, view, EVENT, RULES, teller), said
        case "card-moved":
            return moved_card(replace(VAGUE, lane=Lane.OUTGOING), "C000000OUT"), ""
    return card_of(CLEAR, view, EVENT, RULES, teller), ""


NAMES = ("card-outgoing", "card-review", "card-refused", "card-conflict", "card-moved", "card-approval")


@pytest.mark.parametrize("name", NAMES)
def test_a_card_shows_all_that_it_has(chromium: Any, name: str) -> None:
    card, answer = card_for(name)
    page = chromium.new_page(viewport={"width": 640, "height": 480}, device_scale_factor=1.5)
    try:
        page.set_content(page_of(drawn(card, answer), CHANNELS))
        text = page.inner_text("main")
        for part in (card.heading, card.quote, *card.lines, card.footer, answer):
            assert part in text
        assert page.locator(".actions > *").count() == len(card.fields) + len(card.buttons)
        if PICTURES:
            page.locator("main").screenshot(path=Path(PICTURES) / f"{name}.png")
    finally:
        page.close()
