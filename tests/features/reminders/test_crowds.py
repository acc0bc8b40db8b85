"""Ten thousand that are due in the same minute: none is lost, and others have their turn meanwhile."""

import asyncio
import gc
import time

from ptgbot.core.changes import Draft
from ptgbot.core.messages import Target
from ptgbot.features.reminders.model import REMINDERS, WISHES, State, Wish
from ptgbot.features.reminders.settings import ReminderSettings
from ptgbot.features.schedule.model import BOOKINGS, Booking
from tests.delivery.simulated import SimulatedLoop
from tests.features.reminders.stage import Stage, on_stage

MANY = 10_000
HELD = 0.05  # seconds of the processor that one turn may take; measured are 0.01 to 0.03
BUSY = 3  # times as long as that, on a machine on which others work too


class _Watched(SimulatedLoop):
    """Remembers the longest turn that it gave, in seconds of the processor."""

    longest = 0.0

    def _run_once(self) -> None:
        began = time.thread_time()
        super()._run_once()  # type: ignore[misc]
        self.longest = max(self.longest, time.thread_time() - began)


async def _watch(stage: Stage) -> float:
    """Let the minute pass in which all are due; return the longest turn that the loop gave."""
    loop = asyncio.get_running_loop()
    assert isinstance(loop, _Watched)
    await stage.until(8, 44)
    gc.collect()
    gc.freeze()  # as the store does with what it read
    gc.disable()  # what a collection takes depends on what else is in the process
    await asyncio.sleep(0)  # this turn had one
    loop.longest = 0.0
    await stage.until(9, 0)
    gc.enable()
    gc.unfreeze()
    return loop.longest


def test_ten_thousand_people_are_each_told_once() -> None:
    async def run() -> None:
        async with on_stage(ReminderSettings(nudges=False)) as stage:
            irc = stage.networks["irc"]
            irc.burst = 10 * MANY
            names = [f"p{number}" for number in range(MANY)]
            stage.put(WISHES, *(Wish(f"irc/~{name}", "irc", name, (("nova", 15),)) for name in names))
            stage.book("nova", "MonA1")
            longest = await _watch(stage)
            text = "In 15 minutes (Mon 09:00 CET): #nova in Aspen"
            assert sorted(irc.posted) == sorted((name, text) for name in names)
            assert {reminder.state for reminder in stage.reminders} == {State.SENT}
            assert longest < BUSY * HELD

    with asyncio.Runner(loop_factory=_Watched) as runner:
        runner.run(run())


def test_ten_thousand_slots_go_to_one_target_in_a_few_messages() -> None:
    async def run() -> None:
        target = Target("irc", "#ptg")
        async with on_stage(ReminderSettings(slots=(15,), targets=(target,), nudges=False)) as stage:
            draft = Draft(stage.store.view)
            for number in range(MANY):
                draft.put(BOOKINGS, Booking(f"b{number}", "nova", "Aspen", "MonA1", 0, stage.clock.now()))
            stage.journal.commit(draft.edits(), at=stage.clock.now())
            longest = await _watch(stage)
            ends = [text.partition(" and ")[2] for _, text in stage.networks["irc"].posted]
            assert ends == ["488 more https://example.org/track/nova.html"] * 20
            states = [reminder.state for reminder in stage.store.view.all(REMINDERS).values()]
            assert states == [State.SENT] * MANY
            assert longest < BUSY * HELD

    with asyncio.Runner(loop_factory=_Watched) as runner:
        runner.run(run())
