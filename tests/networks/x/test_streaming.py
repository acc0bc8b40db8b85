"""Posts of others come as they are written, and none is lost while the stream is away."""

import asyncio
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from ptgbot.core.protocols import TooFast
from ptgbot.networks.x.errors import Unavailable
from ptgbot.networks.x.patience import Patience
from ptgbot.networks.x.settings import XTiming
from tests.fake_x import answers
from tests.fake_x.public import BEARER
from tests.fake_x.server import FakeX
from tests.networks.x.running import QUICK, Organisers, eventually, running

WORDS = ("openspace",)
RULE = '("openspace" OR #openspace OR to:event) -is:retweet'
STREAM = "GET /2/tweets/search/stream"
NEVER = replace(QUICK, settled=100.0)  # the search at the beginning is the only one


async def test_posts_come_as_they_are_written(x: FakeX, organisers: Organisers) -> None:
    async with running(x.settings(words=WORDS, stream=True), organisers, NEVER):
        await eventually(lambda: x.public.searches and x.public.connections)
        long = "openspace " + "with a link https://example.org/a?b=c&d=é and 日本語 " * 30
        first, second = x.public.post("openspace at 3pm & 4pm"), x.public.post(long, "bob")
        x.public.post("something else")
        await eventually(lambda: len(organisers.heards) == 2)

    assert [(post.id, post.name, post.text) for post in organisers.heards] == [
        (first.id, "@ada", "openspace at 3pm & 4pm"),
        (second.id, "@bob", long.strip()),
    ]
    assert len(x.public.searches) == 1


async def test_our_rules_are_kept_up_to_date_and_those_of_others_stay(x: FakeX, organisers: Organisers) -> None:
    x.public.rules = [
        {"id": "1", "value": "cats", "tag": "of somebody else"},
        {"id": "2", "value": "last year's", "tag": "ptgbot"},
        {"id": "3", "value": "dogs"},
    ]
    async with running(x.settings(words=WORDS, stream=True), organisers):
        await eventually(lambda: x.public.connections)

    assert [(rule["value"], rule.get("tag")) for rule in x.public.rules] == [
        ("cats", "of somebody else"),
        ("dogs", None),
        (RULE, "ptgbot"),
    ]


async def test_what_others_follow_with_the_same_app_is_not_heard(x: FakeX, organisers: Organisers) -> None:
    x.public.rules = [{"id": "1", "value": "(#cats) -is:retweet", "tag": "of somebody else"}]
    async with running(x.settings(words=WORDS, stream=True), organisers, NEVER):
        await eventually(lambda: x.public.searches and x.public.connections)
        x.public.post("my #cats")
        x.public.post("openspace about #cats")
        await eventually(lambda: organisers.heards)

    assert organisers.texts == ["openspace about #cats"]


async def test_a_rule_that_is_there_already_is_not_added_again(x: FakeX, organisers: Organisers) -> None:
    x.public.rules = [{"id": "1", "value": RULE, "tag": "of somebody else"}]
    async with running(x.settings(words=WORDS, stream=True), organisers, NEVER):
        await eventually(lambda: x.public.searches and x.public.connections)
        x.public.post("openspace at 3pm")
        await eventually(lambda: organisers.heards)

    assert len(x.public.rules) == 1


async def test_a_stream_that_breaks_again_and_again_loses_nothing(x: FakeX, organisers: Organisers) -> None:
    async with running(x.settings(words=WORDS, stream=True), organisers):
        await eventually(lambda: x.public.connections)
        for number in range(500):
            x.public.post(f"openspace {number}")
            if number % 25 == 12:
                await eventually(lambda: x.public.connections)
                x.public.break_streams()
            await asyncio.sleep(0.001)
        await eventually(lambda: len(organisers.kept) == 500)

    assert organisers.texts == [f"openspace {number}" for number in range(500)]
    assert x.public.streams >= 20


async def test_what_was_posted_while_the_bot_was_away_is_caught_up_with(x: FakeX, organisers: Organisers) -> None:
    now = datetime.now(UTC)
    organisers.last = x.public.post("openspace 0", at=now - timedelta(minutes=30)).id
    x.public.post("openspace 1", at=now - timedelta(minutes=20))
    async with running(x.settings(words=WORDS, stream=True), organisers):
        await eventually(lambda: len(organisers.kept) == 2)

    assert organisers.texts == ["openspace 0", "openspace 1"]


async def test_what_the_stream_misses_at_its_beginning_is_searched_for(x: FakeX, organisers: Organisers) -> None:
    async with running(x.settings(words=WORDS, stream=True), organisers):
        await eventually(lambda: x.public.searches)
        x.public.deaf = True  # as long as a new rule has not taken effect
        x.public.post("openspace at 3pm")
        await eventually(lambda: organisers.heards)

    assert organisers.texts == ["openspace at 3pm"]


async def test_a_stream_that_falls_silent_is_begun_again(x: FakeX, organisers: Organisers) -> None:
    x.public.keep_alive = None
    async with running(x.settings(words=WORDS, stream=True), organisers, replace(QUICK, silence=0.1)):
        await eventually(lambda: x.public.connections)
        x.public.deaf = True  # what dies without a word
        x.public.post("openspace at 3pm")
        silent = x.public.connections[0]
        x.public.connections.clear()
        await eventually(lambda: x.public.streams >= 2)
        await eventually(lambda: organisers.heards)

    assert organisers.texts == ["openspace at 3pm"]
    assert silent not in x.public.connections


async def test_signs_of_life_keep_a_stream(x: FakeX, organisers: Organisers) -> None:
    async with running(x.settings(words=WORDS, stream=True), organisers, replace(QUICK, silence=0.5)):
        await eventually(lambda: x.public.connections)
        await asyncio.sleep(1.0)

    assert x.public.streams == 1


@pytest.mark.parametrize(
    "line",
    [
        json.dumps(answers.DISCONNECT).encode() + b"\r\n",
        b"<html>\r\n",
        b"[]\r\n",
        b'{"data": {"id": "1", "text": "open\r\n',
    ],
)
async def test_whatever_a_stream_says_it_goes_on(x: FakeX, organisers: Organisers, line: bytes) -> None:
    async with running(x.settings(words=WORDS, stream=True), organisers):
        await eventually(lambda: x.public.connections)
        x.public.say(line)
        await eventually(lambda: x.public.streams >= 2 and x.public.connections)
        x.public.post("openspace at 3pm")
        await eventually(lambda: organisers.heards)

    assert (organisers.texts, organisers.told) == (["openspace at 3pm"], [])


async def test_a_post_that_cannot_be_read_does_not_stop_the_others(
    x: FakeX, organisers: Organisers, caplog: pytest.LogCaptureFixture
) -> None:
    async with running(x.settings(words=WORDS, stream=True), organisers, NEVER):
        await eventually(lambda: x.public.searches and x.public.connections)
        rules = [{"id": rule["id"]} for rule in x.public.rules]
        x.public.say(
            json.dumps({"data": {"id": "one", "created_at": None}, "matching_rules": rules}).encode() + b"\r\n"
        )
        x.public.post("openspace at 3pm")
        await eventually(lambda: organisers.heards)

    assert (organisers.texts, x.public.streams) == (["openspace at 3pm"], 1)
    assert "a post could not be read" in caplog.text


@pytest.mark.parametrize(
    "refusals",
    [
        [(503, answers.UNAVAILABLE)],
        [(500, "")],
        [(429, answers.TOO_MANY_CONNECTIONS)] * 3,
        [(429, answers.TOO_MANY_CONNECTIONS), (502, "<html>"), (503, answers.UNAVAILABLE)],
    ],
)
async def test_a_stream_that_is_not_given_now_is_asked_for_again(
    x: FakeX, organisers: Organisers, refusals: list[tuple[int, object]]
) -> None:
    x.public.refuses_stream = list(refusals)
    async with running(x.settings(words=WORDS, stream=True), organisers, NEVER):
        await eventually(lambda: x.public.connections)
        x.public.post("openspace at 3pm")
        await eventually(lambda: organisers.heards)

    assert (organisers.texts, organisers.told) == (["openspace at 3pm"], [])
    assert x.public.refuses_stream == []


async def test_while_the_stream_is_left_alone_for_long_posts_are_searched_for(x: FakeX, organisers: Organisers) -> None:
    x.public.refuses_stream = [(503, answers.UNAVAILABLE)] * 100
    timing = replace(QUICK, fault=50.0, fault_most=50.0)
    async with running(x.settings(words=WORDS, stream=True), organisers, timing):
        await eventually(lambda: x.public.searches)
        x.public.post("openspace at 3pm")
        await eventually(lambda: organisers.heards)

    assert (organisers.texts, x.public.streams) == (["openspace at 3pm"], 0)


@pytest.mark.parametrize(
    ("refusal", "words"),
    [
        ((403, answers.NOT_ENROLLED), "X does not give the bot new posts as they come (the plan of the app at X"),
        ((401, answers.UNAUTHORIZED), "X does not know x.bearer_token, so new posts are looked for once a minute only"),
    ],
)
async def test_where_there_is_no_stream_posts_are_searched_for_and_that_is_told_once(
    x: FakeX, organisers: Organisers, refusal: tuple[int, object], words: str
) -> None:
    x.public.refuses_rules = refusal
    async with running(x.settings(words=WORDS, stream=True), organisers):
        await eventually(lambda: x.asked and len(x.public.searches) > 2)
        x.public.post("openspace at 3pm")
        await eventually(lambda: organisers.heards)
        x.public.refuses_rules = None
        await eventually(lambda: x.public.connections)  # the plan has it by now

    assert organisers.texts == ["openspace at 3pm"]
    assert [told.startswith(words) for told in organisers.told] == [True]


async def test_a_rule_that_x_does_not_take_is_told_and_posts_are_searched_for(x: FakeX, organisers: Organisers) -> None:
    x.public.invalid_rules = True
    x.public.post("openspace at 3pm")
    async with running(x.settings(words=WORDS, stream=True), organisers):
        await eventually(lambda: organisers.heards and organisers.told)

    assert organisers.texts == ["openspace at 3pm"]
    assert organisers.told[0].startswith("X does not give the bot new posts as they come (")


async def test_the_app_s_token_is_in_no_log(x: FakeX, organisers: Organisers, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG")
    x.public.refuses_stream = [(503, answers.UNAVAILABLE)]
    async with running(x.settings(words=WORDS, stream=True), organisers):
        await eventually(lambda: x.public.connections)
        x.public.break_streams()
        await eventually(lambda: x.public.streams >= 2)

    assert "the stream of posts ended" in caplog.text
    assert BEARER not in caplog.text
    assert BEARER not in repr(x.settings(stream=True))


def test_the_stream_is_left_alone_as_x_wants_it() -> None:
    patience = Patience(XTiming())
    broken, failed, limited = ConnectionError("broken"), Unavailable("X answers 503"), TooFast(1)

    assert [patience.after(broken) for _ in range(4)] == [0.0, 0.25, 0.5, 0.75]
    assert [patience.after(failed) for _ in range(8)] == [5, 10, 20, 40, 80, 160, 320, 320]
    assert [patience.after(limited) for _ in range(6)] == [60, 120, 240, 480, 960, 960]
    patience.restored()
    assert [patience.after(error) for error in (broken, failed, limited)] == [0, 5, 60]
    assert max(patience.after(broken) for _ in range(100)) == 16


async def test_what_was_searched_for_before_an_edit_does_not_undo_it(x: FakeX, organisers: Organisers) -> None:
    post = x.public.post("openspace at 3pm")
    async with running(x.settings(words=WORDS, stream=True), organisers, NEVER):
        await eventually(lambda: x.public.searches and x.public.connections)
        x.public.hold.clear()  # searches find what there is, and are answered later
        x.public.deaf = True
        x.public.post("openspace at 5pm")
        x.public.deaf = False
        x.public.break_streams()
        await eventually(lambda: len(x.public.searches) == 2 and x.public.connections)
        x.public.edit(post, "openspace at 4pm")
        await eventually(lambda: organisers.texts == ["openspace at 4pm"])
        x.public.hold.set()
        await eventually(lambda: len(organisers.kept) == 2)

    assert organisers.texts == ["openspace at 4pm", "openspace at 5pm"]
