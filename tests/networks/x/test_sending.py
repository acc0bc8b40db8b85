"""Through the real send queue: each errand has its one effect, whatever X does."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from ptgbot.core.messages import Priority, Send
from ptgbot.delivery import SendQueue
from ptgbot.networks.x.settings import XTiming
from tests.fake_x import answers
from tests.fake_x.server import FakeX, Fault
from tests.networks.x.running import QUICK, TIMELINE, Organisers, eventually, running


class Announcement:
    """An errand whose text says how often it was tried. What everybody reads is rather given up than posted twice."""

    def __init__(self, body: str) -> None:
        self.ticket = self.body = body
        self.doubtful_since: datetime | None = None
        self.outcome: list[str] = []
        self.put_off_for: list[str] = []
        self._tries = 0
        self._began: datetime | None = None

    async def begin(self) -> str:
        self._tries += 1
        self._began = self._began or datetime.now(UTC)
        return f"{self._tries}. try: {self.body}"

    def went(self, receipt: str) -> None:
        self.outcome.append(receipt)

    def doubted(self) -> None:
        self.doubtful_since = self._began

    def put_off(self, why: str) -> None:
        self.put_off_for.append(why)

    def unanswered(self) -> bool:
        self.outcome.append("given up")
        return False

    def refused(self, why: str) -> None:
        self.outcome.append(why)

    def away(self) -> None:
        raise AssertionError("a timeline is never away")


@asynccontextmanager
async def sending(
    x: FakeX, announcements: Sequence[Announcement], timing: XTiming = QUICK
) -> AsyncIterator[Organisers]:
    """Send announcements while the context lasts."""
    organisers = Organisers()
    async with running(x.settings(), organisers, timing, ready=False) as network:
        network.interval = 0.01
        queue = SendQueue([network])
        task = asyncio.ensure_future(queue.run())
        for announcement in announcements:
            queue.submit(Send(TIMELINE, announcement.body, Priority.NOTIFICATION, errand=announcement))
        try:
            yield organisers
        finally:
            task.cancel()
            await asyncio.wait({task})


async def test_each_goes_out_once_and_has_its_own_receipt(x: FakeX) -> None:
    announcements = [Announcement(f"room {number}") for number in range(5)]
    async with sending(x, announcements):
        await eventually(lambda: all(one.outcome for one in announcements))

    assert x.texts == [f"1. try: room {number}" for number in range(5)]
    assert [one.outcome for one in announcements] == [[post.id] for post in x.posts]


@pytest.mark.parametrize(
    "faults",
    [
        [Fault(takes=True)],
        [Fault(500, "", takes=True)],
        [Fault(504, "<html>", takes=True)],
        [Fault(), Fault(502, ""), Fault(503, answers.UNAVAILABLE), Fault(takes=True)],
    ],
)
async def test_what_x_took_without_saying_so_is_found_and_not_posted_again(x: FakeX, faults: list[Fault]) -> None:
    x.faults = list(faults)
    x.reading_faults = [Fault(503, answers.UNAVAILABLE)]
    announcement = Announcement("lunch & more at https://example.org/")
    async with sending(x, [announcement]):
        await eventually(lambda: announcement.outcome)

    assert x.texts == [f"{len(faults)}. try: lunch & more at https://example.org/"]
    assert announcement.outcome == [x.posts[0].id]


async def test_what_hinders_a_post_is_told_to_who_wants_to_know(x: FakeX) -> None:
    x.faults = [Fault(503, answers.UNAVAILABLE)]
    announcement = Announcement("lunch")
    async with sending(x, [announcement]):
        await eventually(lambda: announcement.outcome)

    assert (x.texts, announcement.outcome) == (["2. try: lunch"], [x.posts[0].id])
    assert announcement.put_off_for == ["X answers 503"]


async def test_where_x_cannot_be_asked_it_is_given_up_and_never_posted_twice(x: FakeX) -> None:
    x.faults = [Fault(takes=True)]
    x.refuses_reading = 403, answers.NOT_ENROLLED
    announcement = Announcement("lunch")
    async with sending(x, [announcement]):
        await eventually(lambda: announcement.outcome)

    assert (x.texts, announcement.outcome) == (["1. try: lunch"], ["given up"])


async def test_a_limit_only_delays(x: FakeX) -> None:
    x.limits = {"x-rate-limit": (100, 0, 0)}
    announcement = Announcement("lunch")
    async with sending(x, [announcement]):
        await eventually(lambda: "POST /2/tweets" in x.asked)
        x.limits = {}
        await eventually(lambda: announcement.outcome)

    assert (x.texts, announcement.outcome) == (["2. try: lunch"], [x.posts[0].id])
    assert announcement.put_off_for == ["asked to wait 1 s"]


async def test_what_is_refused_is_told_with_how_it_is_mended_and_the_next_goes_out(x: FakeX) -> None:
    x.refuses_posts = 403, answers.READ_ONLY
    first, second = Announcement("one"), Announcement("two")
    async with sending(x, [first]):
        await eventually(lambda: first.outcome)
        x.refuses_posts = None
    async with sending(x, [second]):
        await eventually(lambda: second.outcome)

    (why,) = first.outcome
    assert why.startswith("the app may only read; give it 'Read and write' on console.x.com, then make new keys")
    assert (x.texts, second.outcome) == (["1. try: two"], [x.posts[0].id])


async def test_what_comes_while_the_account_is_refused_waits(x: FakeX) -> None:
    x.revoked = True
    announcement = Announcement("one")
    async with sending(x, [announcement], replace(QUICK, barred_most=0.02)) as organisers:
        await eventually(lambda: len(x.asked) > 3)
        assert announcement.outcome == []
        x.revoked = False
        await eventually(lambda: announcement.outcome)

    assert x.texts == ["1. try: one"]
    assert len(organisers.told) == 2


async def test_what_the_process_before_may_have_posted_is_found_after_a_start(x: FakeX) -> None:
    post = x.take("1. try: lunch")
    there, not_there = Announcement("lunch"), Announcement("dinner")
    there.doubtful_since = not_there.doubtful_since = datetime.now(UTC)
    async with sending(x, [there, not_there], replace(QUICK, settle=0.5)):
        await eventually(lambda: there.outcome and not_there.outcome)

    assert x.texts == ["1. try: lunch", "1. try: dinner"]
    assert (there.outcome, not_there.outcome) == ([post.id], [x.posts[1].id])


async def test_what_meets_a_refusal_of_the_account_waits_and_goes_out_once_when_it_is_taken_again(x: FakeX) -> None:
    x.refuses_posts = 403, answers.SUSPENDED  # whose account it is X tells all the same
    announcement = Announcement("one")
    async with sending(x, [announcement]) as organisers:
        await eventually(lambda: x.asked.count("POST /2/tweets") >= 3)
        assert (announcement.outcome, len(organisers.told)) == ([], 1)
        x.refuses_posts = None
        await eventually(lambda: announcement.outcome)

    told, again = organisers.told
    assert announcement.outcome == [x.posts[0].id]
    assert told.startswith("X does not take the bot's account: the account is suspended")
    assert again == "X takes the bot's account again; what still waits goes out now."
    assert set(announcement.put_off_for) == {
        "the account is suspended; log in at x.com and appeal, or use another account"
    }
