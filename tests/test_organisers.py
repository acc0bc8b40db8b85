"""What organisers are told, and when."""

import asyncio
from collections.abc import Callable

import pytest

from ptgbot import organisers as module
from ptgbot.core.messages import Send, Target
from ptgbot.organisers import Organisers
from tests.fakes import FakeNetwork


class Staffed(FakeNetwork):
    """A network on which organisers come and go."""

    def __init__(self, name: str, *nicks: str) -> None:
        super().__init__(name)
        self.nicks = nicks

    @property
    def organisers(self) -> tuple[Target, ...]:
        return tuple(Target(self.name, nick) for nick in self.nicks)


def said(sent: list[Send]) -> list[tuple[str, str, str]]:
    return [(send.target.network, send.target.name, send.text) for send in sent]


async def until(condition: Callable[[], object]) -> None:
    async with asyncio.timeout(5):
        while not condition():
            await asyncio.sleep(0.001)


def test_what_has_a_card_names_it_for_networks_that_draw_them() -> None:
    sent: list[Send] = []
    Organisers([Staffed("irc", "olga"), Staffed("slack", "U1")], sent.append).tell("May a3 go out?", "a3")

    assert said(sent) == [("irc", "olga", "May a3 go out?"), ("slack", "U1", "May a3 go out?")]
    assert [send.target.card for send in sent] == ["a3", "a3"]


def test_every_organiser_is_told_on_every_network() -> None:
    sent: list[Send] = []
    Organisers([Staffed("irc", "olga", "otto"), Staffed("slack", "U1")], sent.append).tell("The disk is full.")

    assert said(sent) == [
        ("irc", "olga", "The disk is full."),
        ("irc", "otto", "The disk is full."),
        ("slack", "U1", "The disk is full."),
    ]


async def test_what_is_said_while_none_is_there_waits_for_the_first_to_come(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "LOOK_SECONDS", 0.001)
    sent: list[Send] = []
    irc, slack = Staffed("irc"), Staffed("slack", "U1")
    organisers = Organisers([irc, slack], sent.append)
    organisers.tell("The disk is full.")
    organisers.tell("It is not any more.")
    task = asyncio.create_task(organisers.run())
    early = said(sent)
    irc.nicks = ("olga",)
    await until(lambda: len(sent) == 4)
    await asyncio.sleep(0.01)
    task.cancel()
    await asyncio.wait([task])

    assert early == [("slack", "U1", "The disk is full."), ("slack", "U1", "It is not any more.")]
    assert said(sent) == [
        *early,
        ("irc", "olga", "The disk is full."),
        ("irc", "olga", "It is not any more."),
    ]


def test_of_very_many_texts_the_newest_wait() -> None:
    sent: list[Send] = []
    irc = Staffed("irc")
    organisers = Organisers([irc], sent.append)
    for number in range(module.MAX_WAITING + 5):
        organisers.tell(str(number))
    irc.nicks = ("olga",)
    organisers.tell("last")

    assert [send.text for send in sent] == [*map(str, range(6, module.MAX_WAITING + 5)), "last"]
