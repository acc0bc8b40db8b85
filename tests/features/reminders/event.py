"""Five days of an event over a change of the clocks: ``python -m tests.features.reminders.event SEEDS`` runs many.

A script of random commands, restarts and outages is played on the stage, and by the oracle, which knows nothing of how
reminders are kept: minute by minute it looks at what is booked then, and says what has to go out.
"""

import argparse
import asyncio
import time
from collections import Counter
from dataclasses import replace
from datetime import datetime, timedelta
from datetime import time as clock_time

from ptgbot.catalogue import TABLES
from ptgbot.core.changes import Cause, Draft
from ptgbot.core.clock import Event
from ptgbot.core.identity import Actor, Identity
from ptgbot.core.messages import Target
from ptgbot.features.history.model import HISTORY
from ptgbot.features.history.undo import take_back
from ptgbot.features.reminders.model import REMINDERS, WISHES, Kind, State, Wish
from ptgbot.features.reminders.settings import ReminderSettings
from ptgbot.features.schedule.model import BOOKINGS, DAYS, ROOMS, TRACKS, Booking, Day, Room, Slot, Track
from tests.delivery.simulated import SimulatedLoop
from tests.features.reminders.oracle import Oracle, Played
from tests.features.reminders.script import BERLIN, MINUTES, ROOM_COUNT, Action, Script, make_script, network_of
from tests.features.reminders.stage import Stage, on_stage

__all__ = ["differences", "play"]

SETTINGS = ReminderSettings(
    slots=(15, 5),
    targets=(Target("irc", "#ptg"), Target("slack", "C0123"), Target("x", "timeline")),
    grace=timedelta(minutes=10),
    quiet=(clock_time(22), clock_time(7)),
    newday_at=clock_time(4),
)


_BY_NAME = {table.name: table for table in TABLES}


async def play(script: Script) -> Played:
    """Play a script on the stage."""
    event = Event("Five days", BERLIN, script.first_day, "https://example.org")
    async with on_stage(SETTINGS, at=script.begin, event=event) as stage:
        for network in stage.networks.values():
            network.burst = 1_000_000
        _furnish(stage, script)
        next_hour = script.begin
        running = True
        for action in [*script.actions, Action(script.end, "end")]:
            while next_hour < action.at:
                await _until(stage, next_hour)
                if running:
                    stage.keeper.expire(stage.clock.now())
                next_hour += timedelta(hours=1)
            await _until(stage, action.at)
            if action.what in ("down", "up") and action.which == ("bot",):
                running = action.what == "up"
                await stage.kill()
                if running:
                    await stage.restart()
            elif action.what != "end":
                await _do(stage, action)
        posted = Counter((name, *timed) for name, network in stage.networks.items() for timed in network.timed)
        missed = Counter(
            (str(r.kind), r.subject, r.identity.partition("~")[2] or r.place)
            for r in stage.store.view.all(REMINDERS).values()
            if r.state is State.MISSED
        )
        begun = [r.since for r in stage.reminders if r.kind is Kind.NEWDAY and r.since is not None]
        return Played(posted, missed, [f"{event.local(at):%a %H:%M:%S %Z}" for at in begun])


async def _until(stage: Stage, at: datetime) -> None:
    await asyncio.sleep(max((at - stage.clock.now()).total_seconds(), 0.0))


def _days(script: Script) -> list[Day]:
    days: dict[str, list[Slot]] = {}
    for name, (day, at) in script.slots.items():
        desc = f"{at // 60:02}:{at % 60:02}-{(at + MINUTES) // 60:02}:{(at + MINUTES) % 60:02}"
        days.setdefault(day, []).append(Slot(name, desc))
    return [Day(day, position, tuple(slots)) for position, (day, slots) in enumerate(days.items())]


def _furnish(stage: Stage, script: Script) -> None:
    draft = Draft(stage.store.view)
    for table in (TRACKS, DAYS, ROOMS):
        draft.clear(table)
    for track in sorted({track for track, _, _ in script.bookings.values()}):
        draft.put(TRACKS, Track(track, "#111111"))
    for day in _days(script):
        draft.put(DAYS, day)
    for number in range(ROOM_COUNT):
        draft.put(ROOMS, Room(f"room{number:02}", number, tuple(script.slots)))
    for key, (track, room, slot) in script.bookings.items():
        draft.put(BOOKINGS, Booking(key, track, room, slot, 0, script.begin))
    for person, (track, minutes) in script.wishes.items():
        draft.put(WISHES, _wish(person, track, minutes))
    stage.journal.commit(draft.edits(), at=stage.clock.now(), cause=Cause.IMPORT)


def _wish(person: str, track: str, minutes: int) -> Wish:
    network = network_of(person)
    return Wish(f"{network}/~{person}", network, person, ((track, minutes),))


async def _do(stage: Stage, action: Action) -> None:
    """Do what a script says, as a command does it."""
    match action.what, action.which:
        case "restart", _:
            await stage.restart()
        case "down", (network,):
            stage.networks[network].up.clear()
        case "up", (network,):
            stage.networks[network].up.set()
        case "wish", (person, track, minutes):
            stage.put(WISHES, _wish(person, track, int(minutes)))
        case "unwish", (person,):
            stage.remove(WISHES, f"{network_of(person)}/~{person}")
        case "now", (track, person):
            actor = Actor(Identity(network_of(person), person), person)
            stage.say(track, f"said at {action.at:%d %H:%M:%S}", actor)
        case _:
            _edit(stage, action)


def _edit(stage: Stage, action: Action) -> None:
    """Change the schedule."""
    view = stage.store.view
    match action.what, action.which:
        case "move", (key, room, slot):
            held = view.get(BOOKINGS, key)
            if held is not None:
                stage.put(BOOKINGS, replace(held, room=room, slot=slot, revision=held.revision + 1))
        case "drop", (key,):
            stage.remove(BOOKINGS, key)
        case "book", (key, track, room, slot):
            stage.put(BOOKINGS, Booking(key, track, room, slot, 0, stage.clock.now()))
        case "shift", (day, minutes):
            _shift(stage, day, int(minutes))
        case _:
            last = max(view.all(HISTORY).values(), key=lambda entry: entry.number)
            if stage.clock.now() - last.at < timedelta(seconds=1.5):
                undo = take_back(view, last, view.seq + 1, _BY_NAME)
                stage.journal.commit(undo.edits, at=stage.clock.now(), cause=Cause.UNDO)


def _shift(stage: Stage, day: str, minutes: int) -> None:
    """Import other times for a day."""
    held = stage.store.view.get(DAYS, day)
    assert held is not None
    slots = tuple(
        replace(slot, desc="-".join(_later(part, minutes) for part in slot.desc.split("-"))) for slot in held.slots
    )
    draft = Draft(stage.store.view)
    draft.put(DAYS, replace(held, slots=slots))
    stage.journal.commit(draft.edits(), at=stage.clock.now(), cause=Cause.IMPORT)


def _later(clock: str, minutes: int) -> str:
    hour, minute = map(int, clock.split(":"))
    total = (60 * hour + minute + minutes) % 1440
    return f"{total // 60:02}:{total % 60:02}"


def differences(script: Script) -> tuple[Played, list[object]]:
    """Play a script; return what came of it, and in what that is not as expected."""
    with asyncio.Runner(loop_factory=SimulatedLoop) as runner:
        played = runner.run(play(script))
    expected = Oracle(script).expected()
    wrong: list[object] = [("not expected", row) for row in played.posted - expected.posted]
    wrong += [("expected", row) for row in expected.posted - played.posted]
    wrong += [("missed", row) for row in (played.missed - expected.missed) + (expected.missed - played.missed)]
    wrong += [("days", played.days)] if played.days != expected.days else []
    return played, wrong


def main() -> None:
    """Play as many scripts as the command line says, and compare each with the oracle."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("seeds", type=int, nargs="?", default=20)
    failed = 0
    for seed in range(parser.parse_args().seeds):
        began = time.monotonic()
        played, wrong = differences(make_script(seed))
        for row in wrong[:5]:
            print(row)
        counts = f"{played.posted.total()} messages, {played.missed.total()} missed, {len(played.days)} days"
        print(f"seed {seed}: {counts}, {len(wrong)} not as expected, {time.monotonic() - began:.1f} s")
        failed += bool(wrong)
    raise SystemExit(bool(failed))


if __name__ == "__main__":
    main()
