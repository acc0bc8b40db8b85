"""Posts of others are found by searching, where there is no stream."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from ptgbot.core.messages import Heard
from tests.fake_x import answers
from tests.fake_x.public import account, snowflake
from tests.fake_x.server import USER, FakeX
from tests.networks.x.running import QUICK, TIMELINE, Organisers, eventually, running

WORDS = ("openspace", "open space", "#pyconopen")
LONG = "openspace " + "and more words & links like https://example.org/a?b=c&d=e " * 12


async def test_a_post_is_heard_with_all_that_there_is_to_know(x: FakeX, organisers: Organisers) -> None:
    at = datetime.now(UTC).replace(microsecond=0) - timedelta(hours=1)
    post = x.public.post("An #openspace on R&D <3 at 3pm in 9, see https://example.org/pad", "ada", at=at)
    async with running(x.settings(words=WORDS), organisers):
        await eventually(lambda: organisers.heards)

    assert organisers.heards[0] == Heard(
        "x",
        post.id,
        author=account("ada"),
        name="@ada",
        text="An #openspace on R&D <3 at 3pm in 9, see https://example.org/pad",
        at=at,
        link=f"https://x.com/ada/status/{post.id}",
    )


async def test_all_that_is_looked_for_is_found_and_nothing_else(x: FakeX, organisers: Organisers) -> None:
    first = x.public.post("An openspace at 3pm")
    x.public.post("The Open Space, at 4pm")
    x.public.post("At 5pm #PyConOpen")
    x.public.post("openspaces are something else")
    x.public.post("RT @ada: An openspace at 3pm", "bob", reposts=first.id)
    x.public.post("cancel", "eve", answers=("1900000000000000001", "event"))
    x.public.post("me too", "eve", answers=(first.id, "ada"))
    x.public.post(LONG)
    async with running(x.settings(words=WORDS), organisers):
        await eventually(lambda: len(x.public.searches) > 2)

    assert organisers.texts == [
        "An openspace at 3pm",
        "The Open Space, at 4pm",
        "At 5pm #PyConOpen",
        "cancel",
        LONG.strip(),
    ]
    cancel = next(post for post in organisers.heards if post.text == "cancel")
    assert (cancel.reply_to, cancel.name) == ("1900000000000000001", "@eve")


async def test_nothing_is_asked_where_nothing_is_looked_for(x: FakeX, organisers: Organisers) -> None:
    x.public.post("An openspace at 3pm")
    async with running(x.settings(), organisers) as network:
        assert not network.listens

    assert (x.asked, organisers.heards) == (["GET /2/users/me"], [])


async def test_a_dry_run_reads_and_posts_nothing(x: FakeX, organisers: Organisers) -> None:
    x.public.post("An openspace at 3pm")
    async with running(x.settings(words=WORDS, dry_run=True), organisers) as network:
        assert await network.post(TIMELINE, "one", ticket="1") == "dry-run"
        await eventually(lambda: organisers.heards)

    assert organisers.texts == ["An openspace at 3pm"]
    assert "POST /2/tweets" not in x.asked
    assert x.texts == []


async def test_new_posts_are_asked_for_from_the_newest_that_is_known(x: FakeX, organisers: Organisers) -> None:
    now = datetime.now(UTC)
    known = x.public.post("openspace one", at=now - timedelta(hours=2))
    x.public.post("openspace before", at=now - timedelta(hours=3))
    late = x.public.post("openspace that came late", at=now - timedelta(hours=2, seconds=30))
    new = x.public.post("openspace two", at=now - timedelta(hours=1))
    organisers.last = known.id
    async with running(x.settings(words=WORDS), organisers):
        await eventually(lambda: len(x.public.searches) >= 2)

    assert organisers.texts == ["openspace that came late", "openspace one", "openspace two"]
    assert late.id in organisers.kept
    assert [int(asked["since_id"]) >> 22 for asked in x.public.searches[:2]] == [
        snowflake(post.at - timedelta(seconds=60)) >> 22 for post in (known, new)
    ]


async def test_a_post_that_is_too_old_to_go_on_from_is_not_gone_on_from(x: FakeX, organisers: Organisers) -> None:
    organisers.last = str(snowflake(datetime.now(UTC) - timedelta(days=8)))
    x.public.post("openspace one", at=datetime.now(UTC) - timedelta(days=6))
    async with running(x.settings(words=WORDS), organisers):
        await eventually(lambda: organisers.heards)

    assert organisers.texts == ["openspace one"]
    assert "since_id" not in x.public.searches[0]


async def test_of_many_posts_all_pages_are_read_and_told_oldest_first(x: FakeX, organisers: Organisers) -> None:
    x.public.page = 10
    posts = [x.public.post(f"openspace {number}") for number in range(35)]
    x.public.refuses_search = [(200, {"meta": {"next_token": "0", "result_count": 0}}, {})] + [
        (status, body, {}) for status, body in ((503, answers.UNAVAILABLE), (500, ""), (200, "<html>"))
    ]
    async with running(x.settings(words=WORDS), organisers):
        await eventually(lambda: len(organisers.heards) >= 35)

    assert [post.id for post in organisers.heards[:35]] == [post.id for post in posts]


async def test_an_edit_is_the_same_post(x: FakeX, organisers: Organisers) -> None:
    post = x.public.post("openspace at 3pm")
    async with running(x.settings(words=WORDS), organisers):
        await eventually(lambda: organisers.heards)
        newer = x.public.edit(post, "openspace at 4pm")
        await eventually(lambda: organisers.texts == ["openspace at 4pm"])

    heard = organisers.heards[-1]
    assert (heard.id, heard.link) == (post.id, f"https://x.com/ada/status/{newer.id}")


async def test_what_is_awaited_is_looked_at_again(x: FakeX, organisers: Organisers) -> None:
    now = datetime.now(UTC) - timedelta(hours=2)
    stays, goes, changes = (x.public.post(f"openspace at {hour}pm", at=now) for hour in (3, 4, 5))
    organisers.expected = (stays.id, goes.id, changes.id)
    async with running(x.settings(words=WORDS), organisers):
        await eventually(lambda: len(organisers.kept) == 3)
        x.public.delete(goes)
        x.public.edit(changes, "at 6pm after all")  # what is looked for is not in it any more
        await eventually(lambda: len(organisers.texts) == 2 and "at 6pm after all" in organisers.texts)

    assert organisers.texts == ["openspace at 3pm", "at 6pm after all"]
    assert organisers.kept[goes.id] == Heard("x", goes.id, deleted=True)
    assert x.public.looked_up[0] == [stays.id, goes.id, changes.id]


async def test_our_own_posts_are_known(x: FakeX, organisers: Organisers) -> None:
    x.public.post("An openspace at 3pm", "event")
    x.public.post("An openspace at 4pm")
    async with running(x.settings(words=WORDS), organisers):
        await eventually(lambda: len(organisers.heards) >= 2)

    assert [(post.own, post.author) for post in organisers.heards[:2]] == [(True, USER), (False, account("ada"))]


@pytest.mark.parametrize(
    ("status", "body", "words"),
    [
        (403, answers.NOT_ENROLLED, "the plan of the app at X does not allow this"),
        (402, answers.NO_CREDITS, "the credits of the app at X are used up"),
        (429, answers.CAPPED, "the app at X has used up what its plan allows"),
    ],
)
async def test_where_x_does_not_allow_it_that_is_told_once_and_tried_again(
    x: FakeX, organisers: Organisers, status: int, body: Mapping[str, Any], words: str
) -> None:
    x.public.post("An openspace at 3pm")
    x.public.refuses_search = [(status, body, {})] * 3
    async with running(x.settings(words=WORDS), organisers) as network:
        await network.post(TIMELINE, "posts go out all the same", ticket="1")
        await eventually(lambda: organisers.heards)

    assert [told.startswith(f"X does not let the bot look for posts: {words}") for told in organisers.told] == [True]


async def test_an_account_that_is_refused_is_told_once_and_read_again_when_it_is_not(
    x: FakeX, organisers: Organisers
) -> None:
    async with running(x.settings(words=WORDS), organisers):
        await eventually(lambda: x.public.searches)
        x.refuses_all = answers.SUSPENDED
        await eventually(lambda: organisers.told)
        x.public.post("An openspace at 3pm")
        x.refuses_all = None
        await eventually(lambda: organisers.heards)
        await eventually(lambda: len(organisers.told) == 2)

    told, again = organisers.told
    assert told.startswith("X does not take the bot's account: the account is suspended")
    assert again == "X takes the bot's account again; what still waits goes out now."


async def test_x_is_asked_no_faster_than_it_allows(x: FakeX, organisers: Organisers) -> None:
    now = int(datetime.now(UTC).timestamp())
    x.public.headers = {"x-rate-limit-remaining": "2", "x-rate-limit-reset": str(now + 600)}
    async with running(x.settings(words=WORDS), organisers, replace(QUICK, poll=0.0)) as network:
        page = await network._calls.recent('("one") -is:retweet')
        await eventually(lambda: len(x.public.searches) == 2)

    assert 290 < page.pause <= 300


async def test_x_that_wants_to_be_left_alone_is_left_alone(x: FakeX, organisers: Organisers) -> None:
    now = int(datetime.now(UTC).timestamp())
    x.public.post("An openspace at 3pm")
    x.public.refuses_search = [(429, answers.TOO_MANY, {"x-rate-limit-remaining": "0", "x-rate-limit-reset": str(now)})]
    async with running(x.settings(words=WORDS), organisers):
        await eventually(lambda: organisers.heards)

    assert organisers.told == []


async def test_where_x_refuses_to_search_as_if_it_did_not_know_the_keys_posts_still_go_out(
    x: FakeX, organisers: Organisers
) -> None:
    x.public.refuses_search = [(401, answers.UNAUTHORIZED, {})] * 4
    x.public.post("An openspace at 3pm")
    async with running(x.settings(words=WORDS), organisers) as network:
        await network.post(TIMELINE, "one", ticket="1")
        await eventually(lambda: len(x.public.refuses_search) < 2)
        await network.post(TIMELINE, "two", ticket="2")
        await eventually(lambda: organisers.heards)

    assert [told.partition(":")[0] for told in organisers.told] == ["X does not let the bot look for posts"]
    assert x.texts == ["one", "two"]
