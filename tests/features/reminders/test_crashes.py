"""The process is killed at every step of a send, and started again: each reminder has its one effect."""

import asyncio
import random
from collections import Counter
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


@simulated
async def test_a_bot_that_is_stopped_while_many_wait_for_their_turn_leaves_none_in_doubt() -> None:
    targets = tuple(Target("irc", f"#room{number}") for number in range(10))
    async with on_stage(ReminderSettings(slots=(15,), targets=targets, nudges=False)) as stage:
        irc = stage.networks["irc"]
        irc.burst, irc.interval = 1, 2.0
        stage.book("nova", "MonA1")
        await stage.until(8, 45, second=9)
        assert 0 < len(irc.posted) < 10
        stage.sender.close()
        await stage.until(8, 45, second=14)
        await stage.kill()
        await stage.restart()
        await stage.until(9, 30)
        assert sorted(name for name, _ in irc.posted) == [target.name for target in targets]
        assert (stage.told, {state for _, state, _ in stage.states()}) == ([], {"sent"})


@pytest.mark.parametrize("seed", range(4))
def test_killed_at_any_moment_everything_has_its_one_effect(seed: int) -> None:
    chance = random.Random(seed)

    async def take_a_moment() -> None:
        await asyncio.sleep(chance.random() * 0.02)

    @simulated
    async def run() -> None:
        async with on_stage(ReminderSettings(slots=(15, 5), targets=(IRC, X), nudges=False)) as stage:
            people = [f"p{number}" for number in range(40)]
            for person in people:
                for network in ("irc", "slack"):
                    stage.put(WISHES, Wish(f"{network}/{person}", network, person, (("nova", 15),)))
            for slot in ("MonA1", "MonA2", "MonA3"):
                stage.book("nova", slot)
            for place in stage.networks.values():
                place.before = place.after = take_a_moment
            dues = [(8, 45), (8, 55), (9, 45), (9, 55), (10, 30), (10, 40)]
            for hour, minute in dues:
                await stage.until(hour, minute, second=0)
                for _ in range(chance.randrange(1, 30)):
                    await asyncio.sleep(chance.random() * 0.05)
                    await stage.restart()
            await stage.until(12)
            counts = {name: Counter(network.posted) for name, network in stage.networks.items()}
            assert [len(counts["x"]), *set(counts["x"].values())] == [6, 1]
            in_channel = {posted: count for posted, count in counts["irc"].items() if posted[0] == "#ptg"}
            assert set(in_channel.values()) <= {1}
            # What was given up is no more than what was going out at a kill: one for each instant.
            missed = [why for kind, state, why in stage.states(place="irc:#ptg") if state == "missed"]
            assert set(missed) <= {DOUBT}
            assert 6 <= len(in_channel) + len(missed) <= 12
            told = {posted for posted in counts["irc"] if posted[0] != "#ptg"}
            assert (len(told), len(counts["slack"])) == (3 * len(people), 3 * len(people))
            assert set(counts["slack"].values()) == {1}
            assert {state for _, state, _ in stage.states(kind="mine")} == {"sent"}

    run()


@simulated
async def test_a_doubt_in_which_the_network_cannot_be_asked_for_a_whole_grace_has_an_end() -> None:
    async with on_stage(ReminderSettings(slots=(15,), targets=(X,), nudges=False)) as stage:
        x = stage.networks["x"]
        x.before = _hang
        stage.book("nova", "MonA1")
        await stage.until(8, 46, second=0)
        await stage.kill()
        x.before = None
        x.up.clear()
        await stage.until(8, 50, second=0)
        await stage.restart()
        await stage.until(8, 59, second=50)
        assert (stage.states(), stage.told) == ([("slot", "sending", "")], [])
        await stage.until(9, 0, second=5)
        assert stage.states() == [("slot", "missed", DOUBT)]
        x.up.set()
        await stage.until(9, 30)
        assert (x.posted, stage.told) == ([], [f"Not sent: r1 to x ({SAID}). Why: {DOUBT}."])


@simulated
async def test_what_may_be_out_is_looked_for_also_when_the_bot_is_back_after_hours() -> None:
    async with on_stage(ReminderSettings(slots=(15,), targets=(X,), nudges=False)) as stage:
        x = stage.networks["x"]
        x.after = _hang
        stage.book("nova", "MonA1")
        await stage.until(8, 46)
        await stage.kill()
        x.after = None
        await stage.until(14)
        await stage.restart()
        await stage.until(14, 30)
        assert (len(x.posted), stage.states(), stage.told) == (1, [("slot", "sent", "")], [])
