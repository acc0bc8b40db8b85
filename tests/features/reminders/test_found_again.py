"""What may be out is found again by a part of it that is really in there."""

import asyncio
from datetime import timedelta

from ptgbot.core.messages import Target
from ptgbot.features.reminders.settings import ReminderSettings
from ptgbot.features.schedule.model import TRACKS, Track
from tests.delivery.simulated import simulated
from tests.features.reminders.stage import EVENT, Place, X, on_stage


class Timeline(Place):
    """One that finds a post by its text alone, as X does."""

    sought: str = ""

    async def find(self, target: Target, ticket: str, body: str, since: object) -> str | None:
        self.sought = body
        return next((f"x-{n}" for n, (_, text) in enumerate(self.posted, 1) if body in text), "")


@simulated
async def test_of_more_slots_than_a_post_names_it_is_found_by_one_that_it_names() -> None:
    settings = ReminderSettings(slots=(15,), targets=(X,), nudges=False, grace=timedelta(minutes=10))
    async with on_stage(settings) as stage:
        x = stage.networks["x"] = Timeline("x", stage.clock, EVENT)
        await stage.restart()
        tracks = ("swift", "nova", "docs", "cinder", "glance", "ironic")
        stage.put(TRACKS, *(Track(name, "#111111") for name in tracks))
        for number, name in enumerate(tracks):
            stage.book(name, "MonA1", f"Room {number}")

        async def hang() -> None:
            await asyncio.Event().wait()

        x.after = hang
        await stage.until(8, 46)
        await stage.kill()
        x.after = None
        await stage.restart()
        await stage.until(9, 10)
        assert (len(x.posted), x.sought) == (1, "#cinder in Room 3")
        assert {state for _, state, _ in stage.states()} == {"sent"}
