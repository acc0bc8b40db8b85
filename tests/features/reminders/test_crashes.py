"""The process is killed at every step of a send, and started again: each reminder has its one effect."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from ptgbot.core.messages import Target
from ptgbot.features.reminders.model import WISHES, Wish
from ptgbot.features.reminders.settings import ReminderSettings
from tests.delivery.simulated import simulated
from tests.features.reminders.stage import IRC, Place, Stage, X, on_stage

DOUBT = "it may have gone out when the bot was stopped or lost its link, and nobody can tell"
SAID = "#nova in Aspen"


async def _hang() -> None:
    await asyncio.Event().wait()


async def _before_it_begins(stage: Stage, network: Place) -> None:
    network.up.clear()


async def _while_its_beginning_is_written(stage: Stage, network: Place) -> None:
    await stage.until(8, 44, second=59)
    stage.store.holding = True


async def _before_it_is_posted(stage: Stage, network: Place) -> None:
    network.before = _hang


async def _after_it_was_taken(stage: Stage, network: Place) -> None:
    network.after = _hang


async def _while_its_receipt_is_written(stage: Stage, network: Place) -> None:
    async def hold() -> None:
        stage.store.holding = True

    network.after = hold


async def _after_all(stage: Stage, network: Place) -> None:
    pass


Step = Callable[[Stage, Place], Awaitable[None]]

# The step at which it is killed → how often is posted: where the network can be asked, to everybody where it cannot,
# to one person where it cannot.
STEPS: dict[Step, tuple[int, int, int]] = {
    _before_it_begins: (1, 1, 1),
    _while_its_beginning_is_written: (1, 1, 1),
    _before_it_is_posted: (1, 0, 1),
    _after_it_was_taken: (1, 1, 2),
    _while_its_receipt_is_written: (1, 1, 2),
    _after_all: (1, 1, 1),
}
DOUBTFUL = (_before_it_is_posted, _after_it_was_taken, _while_its_receipt_is_written)


async def _killed(stage: Stage, network: Place, step: Step) -> None:
    """Kill it at a step of the send of 8:45, a few seconds later start it, and let the morning pass."""
    await stage.until(8, 44, second=0)
    await step(stage, network)
    await stage.until(8, 45, second=10)
    await stage.kill()
    network.before = network.after = None
    network.up.set()
    await stage.until(8, 45, second=20)
    await stage.restart()
    await stage.until(9, 30)


@pytest.mark.parametrize("step", STEPS, ids=lambda step: step.__name__[1:])
@pytest.mark.parametrize("target", [IRC, X], ids=["irc", "x"])
def test_what_everybody_sees_is_there_once_and_never_twice(step: Step, target: Target) -> None:
    @simulated
    async def run() -> None:
        async with on_stage(ReminderSettings(slots=(15,), targets=(target,), nudges=False)) as stage:
            network = stage.networks[target.network]
            stage.book("nova", "MonA1")
            await _killed(stage, network, step)
            page = "" if target is IRC else " https://example.org/track/nova.html"
            posted = STEPS[step][0 if network.can_find else 1]
            assert network.posted == [(target.name, f"In 15 minutes (Mon 09:00 CET): {SAID}{page}")] * posted
            if target is IRC and step in DOUBTFUL:
                assert stage.states() == [("slot", "missed", DOUBT)]
                assert stage.told == [f"Not sent: r1 to irc:#ptg ({SAID}). Why: {DOUBT}."]
            else:
                assert (stage.states(), stage.told) == ([("slot", "sent", "")], [])

    run()


@pytest.mark.parametrize("step", STEPS, ids=lambda step: step.__name__[1:])
@pytest.mark.parametrize("name", ["irc", "slack"])
def test_what_one_person_is_told_reaches_them_once_at_least(step: Step, name: str) -> None:
    @simulated
    async def run() -> None:
        async with on_stage(ReminderSettings(nudges=False)) as stage:
            network = stage.networks[name]
            stage.book("nova", "MonA1")
            stage.put(WISHES, Wish(f"{name}/ada", name, "ada", (("nova", 15),)))
            await _killed(stage, network, step)
            posted = STEPS[step][0 if network.can_find else 2]
            assert network.posted == [("ada", f"In 15 minutes (Mon 09:00 CET): {SAID}")] * posted
            assert (stage.states(), stage.told) == ([("mine", "sent", "")], [])

    run()


@simulated
async def test_those_that_were_begun_together_and_did_not_go_out_go_out_after_the_crash_and_no_other_twice() -> None:
    async with on_stage(ReminderSettings(nudges=False)) as stage:
        irc = stage.networks["irc"]
        stage.book("nova", "MonA1")
        for number in range(100):
            stage.put(WISHES, Wish(f"irc/p{number:02}", "irc", f"p{number:02}", (("nova", 15),)))

        async def hang_at_the_fortieth() -> None:
            if len(irc.posted) == 40:
                await _hang()

        irc.after = hang_at_the_fortieth
        await stage.until(8, 45, second=10)
        await stage.kill()
        irc.after = None
        await stage.restart()
        await stage.until(9, 30)
        told = sorted(name for name, _ in irc.posted)
        assert told == sorted([f"p{number:02}" for number in range(100)] + ["p39"])  # the one of which nobody knows


@simulated
async def test_a_crash_while_the_network_does_not_take_it_leaves_nothing_in_doubt() -> None:
    async with on_stage(ReminderSettings(slots=(15,), targets=(IRC,), nudges=False)) as stage:
        irc = stage.networks["irc"]

        async def refuse() -> None:
            raise ConnectionError("no link")

        irc.before = refuse
        stage.book("nova", "MonA1")
        await stage.until(8, 46)
        await stage.kill()
        irc.before = None
        await stage.restart()
        await stage.until(9, 30)
        assert irc.timed == [("Mon 08:46:30", "#ptg", f"In 14 minutes (Mon 09:00 CET): {SAID}")]


@simulated
async def test_killed_again_and_again_it_is_there_once() -> None:
    async with on_stage(ReminderSettings(slots=(15,), targets=(X,), nudges=False)) as stage:
        x = stage.networks["x"]
        stage.book("nova", "MonA1")
        x.after = _hang
        for second in range(0, 60, 5):
            await stage.until(8, 45, second=second)
            await stage.restart()
        await stage.until(9, 30)
        assert (len(x.posted), stage.states()) == (1, [("slot", "sent", "")])
