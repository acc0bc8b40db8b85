"""Posts of others: by streams, by looking for them, and what is answered."""

import asyncio
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from ptgbot.core.messages import Heard, Target
from ptgbot.core.protocols import NotTaken, PostSource
from ptgbot.networks.mastodon import MastodonNetwork, MastodonSettings
from ptgbot.networks.mastodon.hearing import earlier, heard, id_in, is_link
from tests.fake_mastodon.instance import ACCOUNT, SCOPES, TOKEN, FakeMastodon
from tests.fake_mastodon.public import account, snowflake
from tests.fake_mastodon.troubles import answer, page, too_many
from tests.networks.mastodon.running import QUICK, TIMELINE, ToldHost, eventually, running

TAGS = ("PyConOpen", "#openspace")
LISTENING = replace(QUICK, poll=0.05, settled=0.1, silence=2.0, stream_again=0.2, look=100.0, barred=0.05, overlap=1.0)
SEEN = "Seen: room 9, Mon 15:00. To change it, answer with: cancel, room X or time T."


@pytest.fixture
def host() -> ToldHost:
    return ToldHost()


def streaming(mastodon: FakeMastodon) -> bool:
    """Return whether all streams are read: one a hashtag, and one of answers."""
    return {connection.tag for connection in mastodon.public.connections} == {"pyconopen", "openspace", ""}


async def test_a_post_is_heard_with_all_that_there_is_to_know(mastodon: FakeMastodon, host: ToldHost) -> None:
    async with running(mastodon, timing=LISTENING, host=host, hashtags=TAGS):
        await eventually(lambda: streaming(mastodon))
        text = "An #OpenSpace on R&D <3 at 3pm in 9\nsee https://example.org/a/long/path/to/the/pad?and=more"
        post = mastodon.public.post(text, "ada@fosstodon.org")
        await eventually(lambda: host.heards)

    assert host.heards[0] == Heard(
        "mastodon",
        post.id,
        author=account("ada@fosstodon.org"),
        name="@ada@fosstodon.org",
        text=text,
        at=post.at.replace(microsecond=post.at.microsecond // 1000 * 1000),
        link=f"https://fosstodon.org/@ada/{post.id}",
    )


async def test_edits_and_deletions_are_heard(mastodon: FakeMastodon, host: ToldHost) -> None:
    async with running(mastodon, timing=LISTENING, host=host, hashtags=TAGS):
        await eventually(lambda: streaming(mastodon))
        stays, goes = mastodon.public.post("#openspace at 3pm"), mastodon.public.post("#openspace at 4pm")
        await eventually(lambda: len(host.kept) == 2)
        mastodon.public.edit(stays, "#openspace at 5pm")
        mastodon.public.delete(goes)
        await eventually(lambda: host.texts == ["#openspace at 5pm"])

    assert host.kept[goes.id] == Heard("mastodon", goes.id, deleted=True)


async def test_what_was_posted_before_the_bot_came_is_found_oldest_first(
    mastodon: FakeMastodon, host: ToldHost
) -> None:
    now = datetime.now(UTC)
    mastodon.public.page = 10
    mastodon.public.post("#openspace of last year", at=now - timedelta(days=300))
    posts = [mastodon.public.post(f"#openspace {n}", at=now - timedelta(hours=50 - n)) for n in range(35)]
    mastodon.public.post("nothing of that")
    async with running(mastodon, timing=LISTENING, host=host, hashtags=("openspace",)):
        await eventually(lambda: len(host.kept) == 35)

    assert [post.id for post in host.heards[:35]] == [post.id for post in posts]


async def test_what_was_posted_while_the_bot_was_away_is_caught_up_with(mastodon: FakeMastodon, host: ToldHost) -> None:
    now = datetime.now(UTC)
    mastodon.public.page = 2
    mastodon.public.post("#openspace long ago", at=now - timedelta(hours=4))
    late = mastodon.public.post("#openspace that came late", at=now - timedelta(hours=2, minutes=10))
    host.last = mastodon.public.post("#openspace 0", at=now - timedelta(hours=2)).id
    for number in range(1, 6):
        mastodon.public.post(f"#openspace {number}", at=now - timedelta(minutes=100 - number))
    async with running(mastodon, timing=replace(LISTENING, overlap=900.0), host=host, hashtags=("openspace",)):
        await eventually(lambda: len(host.kept) == 7)

    assert late.id in host.kept
    assert host.texts == ["#openspace that came late", *(f"#openspace {number}" for number in range(6))]


async def test_streams_that_break_again_and_again_lose_nothing(mastodon: FakeMastodon, host: ToldHost) -> None:
    async with running(mastodon, timing=LISTENING, host=host, hashtags=("openspace",)):
        for number in range(500):
            mastodon.public.post(f"#openspace {number}")
            if number % 25 == 12:
                await eventually(lambda: any(connection.tag for connection in mastodon.public.connections))
                mastodon.public.break_streams()
            await asyncio.sleep(0.001)
        await eventually(lambda: len(host.kept) == 500)

    assert host.texts == [f"#openspace {number}" for number in range(500)]
    assert mastodon.public.streams >= 20


async def test_what_a_stream_misses_at_its_beginning_is_looked_for(mastodon: FakeMastodon, host: ToldHost) -> None:
    mastodon.public.post("#openspace at 3pm")
    async with running(mastodon, timing=LISTENING, host=host, hashtags=("openspace",)):
        await eventually(lambda: host.heards)
        mastodon.public.deaf = True
        mastodon.public.post("#openspace at 4pm")
        await eventually(lambda: len(host.kept) == 2)

    assert host.texts == ["#openspace at 3pm", "#openspace at 4pm"]


async def test_a_stream_that_falls_silent_is_begun_again(mastodon: FakeMastodon, host: ToldHost) -> None:
    mastodon.public.keep_alive = None
    async with running(mastodon, timing=replace(LISTENING, silence=0.2), host=host, hashtags=("openspace",)):
        await eventually(lambda: mastodon.public.streams >= 4)

    assert host.told == []


async def test_signs_of_life_keep_a_stream(mastodon: FakeMastodon, host: ToldHost) -> None:
    async with running(mastodon, timing=replace(LISTENING, silence=0.6), host=host, hashtags=("openspace",)):
        await eventually(lambda: len(mastodon.public.connections) == 2)
        await asyncio.sleep(1.2)

    assert mastodon.public.streams == 2


@pytest.mark.parametrize("refusals", [[503, 503], [500, 502], [429]])
async def test_a_stream_that_is_not_given_now_is_asked_for_again(
    mastodon: FakeMastodon, host: ToldHost, refusals: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ptgbot.networks.mastodon.streaming._WAIT", 0.05)
    mastodon.public.refuses_streams = list(refusals)
    async with running(mastodon, timing=LISTENING, host=host, hashtags=TAGS):
        await eventually(lambda: streaming(mastodon))

    assert (mastodon.public.refuses_streams, host.told) == ([], [])


@pytest.mark.parametrize("status", [401, 403, 404])
async def test_where_there_is_no_stream_posts_are_looked_for_and_that_is_told_once(
    mastodon: FakeMastodon, host: ToldHost, status: int
) -> None:
    mastodon.public.no_streams = status
    async with running(mastodon, timing=LISTENING, host=host, hashtags=TAGS):
        await eventually(lambda: len(mastodon.public.asked) > 6)
        first = mastodon.public.post("#openspace at 3pm")
        mastodon.public.post("@ptgbot cancel", answers=(first.id, account("ada")))
        await eventually(lambda: len(host.kept) == 2)
        mastodon.public.no_streams = 0
        await eventually(lambda: streaming(mastodon))

    why = f"as they come (the instance answers {status}), so they are looked for once a minute."
    assert sorted(host.told) == [
        f"Mastodon does not give the bot answers {why}",
        f"Mastodon does not give the bot new posts {why}",
    ]


async def test_a_token_that_may_not_read_answers_is_told_and_posts_are_heard(
    mastodon: FakeMastodon, host: ToldHost
) -> None:
    mastodon.scopes = SCOPES - {"read:notifications"}
    async with running(mastodon, timing=LISTENING, host=host, hashtags=("openspace",)):
        mastodon.public.post("#openspace at 3pm")
        await eventually(lambda: host.heards and host.told)
        await asyncio.sleep(0.5)

    (told,) = host.told
    assert told.startswith("Mastodon does not let the bot read what people answer to it: ")
    assert "the token may not do that" in told


async def test_answers_are_heard_without_a_hashtag(mastodon: FakeMastodon, host: ToldHost) -> None:
    post = mastodon.public.post("#openspace at 3pm")
    yesterday = datetime.now(UTC) - timedelta(hours=25)
    mastodon.public.post("@ptgbot cancel", answers=(post.id, account("ada")), at=yesterday)
    mastodon.public.post("@ptgbot room 8", answers=(post.id, account("ada")))
    async with running(mastodon, timing=LISTENING, host=host, hashtags=TAGS):
        await eventually(lambda: streaming(mastodon) and len(host.kept) == 2)
        mastodon.public.post("@ptgbot time 4pm", answers=("115", ACCOUNT), visibility="private")
        await eventually(lambda: len(host.kept) == 3)

    assert host.texts == ["#openspace at 3pm", "@ptgbot room 8", "@ptgbot time 4pm"]
    assert sorted(heard.reply_to for heard in host.kept.values()) == ["", "115", post.id]


async def test_what_is_not_for_everybody_is_not_heard_unless_it_answers_us(
    mastodon: FakeMastodon, host: ToldHost
) -> None:
    async with running(mastodon, timing=LISTENING, host=host, hashtags=TAGS):
        await eventually(lambda: streaming(mastodon))
        mastodon.public.post("@ptgbot psst: #openspace at 3pm", visibility="direct")
        mastodon.public.post("@ptgbot psst: #openspace at 4pm", visibility="direct", answers=("115", ACCOUNT))
        mastodon.public.post("@ptgbot psst", visibility="private", answers=("116", account("eve")))
        mastodon.public.post("@ptgbot cancel", visibility="direct", answers=("115", ACCOUNT))
        mastodon.public.post("@ptgbot #openspace at 5pm", visibility="unlisted")
        await eventually(lambda: len(host.kept) == 2)

    assert host.texts == ["@ptgbot cancel", "@ptgbot #openspace at 5pm"]


async def test_what_is_awaited_is_looked_at_again(mastodon: FakeMastodon, host: ToldHost) -> None:
    stays, goes = mastodon.public.post("#openspace at 3pm"), mastodon.public.post("#openspace at 4pm")
    host.expected = (stays.id, goes.id)
    async with running(mastodon, timing=replace(LISTENING, look=0.05), host=host, hashtags=("openspace",)):
        await eventually(lambda: len(host.kept) == 2 and len(mastodon.public.connections) == 2)
        mastodon.public.deaf = True
        mastodon.public.edit(stays, "at 5pm after all")
        mastodon.public.delete(goes)
        await eventually(lambda: host.texts == ["at 5pm after all"])

    assert host.kept[goes.id].deleted


async def test_faults_of_the_instance_only_delay(mastodon: FakeMastodon, host: ToldHost) -> None:
    mastodon.public.post("#openspace at 3pm")
    mastodon.next(
        "tag", answer(503, "Service Unavailable"), page(502), too_many(datetime.now(UTC), 1), answer(500, "oops")
    )
    mastodon.next("instance", answer(503, "no"), answer(503, "no"))
    async with running(mastodon, timing=LISTENING, host=host, hashtags=("openspace",)):
        await eventually(lambda: host.heards)

    assert (host.texts, host.told) == (["#openspace at 3pm"], [])


async def test_a_token_that_is_revoked_is_told_once_and_reading_goes_on_when_it_works(
    mastodon: FakeMastodon, host: ToldHost
) -> None:
    mastodon.public.no_streams = 404
    async with running(mastodon, timing=LISTENING, host=host, hashtags=("openspace",)):
        await eventually(lambda: len(mastodon.public.asked) > 1)
        mastodon.revoked = True
        await eventually(lambda: any("does not take the bot's account" in told for told in host.told))
        mastodon.public.post("#openspace at 3pm")
        mastodon.revoked = False
        await eventually(lambda: host.heards and any("takes the bot's account again" in told for told in host.told))

    assert sum("does not take the bot's account" in told for told in host.told) == 1


@pytest.mark.parametrize(
    "lines",
    [
        b"event: update\ndata: <html>\n\n",
        b"event: update\ndata: []\n\n",
        b"event: update\ndata: {" + b"x" * 3_000_000 + b"\n\n",
    ],
)
async def test_whatever_a_stream_says_it_goes_on(mastodon: FakeMastodon, host: ToldHost, lines: bytes) -> None:
    async with running(mastodon, timing=LISTENING, host=host, hashtags=("openspace",)):
        await eventually(lambda: len(mastodon.public.connections) == 2)
        mastodon.public.say(lines)
        await eventually(lambda: mastodon.public.streams >= 3 and len(mastodon.public.connections) == 2)
        mastodon.public.post("#openspace at 3pm")
        await eventually(lambda: host.heards)

    assert host.texts == ["#openspace at 3pm"]


async def test_a_post_that_cannot_be_read_does_not_stop_the_others(
    mastodon: FakeMastodon, host: ToldHost, caplog: pytest.LogCaptureFixture
) -> None:
    async with running(mastodon, timing=LISTENING, host=host, hashtags=("openspace",)):
        await eventually(lambda: len(mastodon.public.connections) == 2)
        broken = json.dumps({"id": "1", "visibility": "public", "account": None})
        mastodon.public.say(f"event: update\ndata: {broken}\n\nevent: filters_changed\n\n".encode())
        mastodon.public.post("#openspace at 3pm")
        await eventually(lambda: host.heards)

    assert (host.texts, mastodon.public.streams) == (["#openspace at 3pm"], 2)
    assert "a post could not be read" in caplog.text


async def test_a_dry_run_reads_and_posts_nothing(mastodon: FakeMastodon, host: ToldHost) -> None:
    mastodon.public.post("#openspace at 3pm")
    async with running(mastodon, timing=LISTENING, host=host, dry_run=True, hashtags=TAGS) as network:
        assert await network.post(TIMELINE, "one", ticket="1") == "dry-run"
        await eventually(lambda: host.heards)

    assert (host.texts, mastodon.posts) == (["#openspace at 3pm"], [])


async def test_the_token_goes_to_no_unsafe_address_and_into_no_log(
    mastodon: FakeMastodon, host: ToldHost, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    mastodon.public.streaming = mastodon.address.replace("http:", "ws:")
    async with running(mastodon, timing=LISTENING, host=host, hashtags=TAGS) as network:
        await eventually(lambda: streaming(mastodon))
        assert await network._client.streaming() == mastodon.address
        network._client._settings = replace(network._settings, url="https://social.example.org")
        with pytest.raises(Exception):  # noqa: B017, PT011 - there is no such instance
            await network._client.streaming()

    assert TOKEN not in caplog.text


# -- what goes out -----------------------------------------------------------------------------------------------------


def to(id_: str) -> Target:
    return Target("mastodon", "timeline", via=id_)


@pytest.mark.parametrize(
    ("theirs", "ours", "seen"),
    [
        ("public", "public", "public"),
        ("unlisted", "public", "unlisted"),
        ("public", "unlisted", "unlisted"),
        ("direct", "public", "direct"),
    ],
)
async def test_a_post_is_answered_for_no_more_people_than_can_see_it(
    mastodon: FakeMastodon, theirs: str, ours: str, seen: str
) -> None:
    post = mastodon.public.post("#openspace at 3pm", "ada@fosstodon.org", visibility=theirs)
    async with running(mastodon, visibility=ours) as network:
        receipt = await network.post(to(post.id), SEEN, ticket="p41")
        found = await network.find(to(post.id), "p41", SEEN, post.at)

    (answered,) = mastodon.posts
    assert (answered.text, answered.answers[0], answered.visibility) == (
        f"@ada@fosstodon.org {SEEN}",
        post.id,
        seen,
    )
    assert receipt == found == answered.id


async def test_what_the_same_author_was_answered_elsewhere_is_not_taken_for_it(mastodon: FakeMastodon) -> None:
    one, other = (mastodon.public.post(f"#openspace {number}") for number in (1, 2))
    async with running(mastodon) as network:
        receipt = await network.post(to(one.id), SEEN, ticket="p41")
        found = [await network.find(to(post.id), "p42", SEEN, one.at) for post in (other, one)]

    assert found == ["", receipt]


async def test_an_answer_that_is_too_long_is_cut_and_calls_its_author(mastodon: FakeMastodon) -> None:
    post = mastodon.public.post("#openspace at 3pm")
    async with running(mastodon) as network:
        await network.post(to(post.id), "word " * 200, ticket="p41")

    assert mastodon.texts[0].startswith("@ada word word")
    assert mastodon.texts[0].endswith("word…")


async def test_a_post_that_is_gone_is_not_answered(mastodon: FakeMastodon) -> None:
    post = mastodon.public.post("#openspace at 3pm")
    async with running(mastodon) as network:
        mastodon.next("post", answer(404, "Record not found"))
        with pytest.raises(NotTaken, match=r"^the post that is to be answered is gone$"):
            await network.post(to(post.id), SEEN, ticket="p41")
        mastodon.public.delete(post)
        with pytest.raises(NotTaken, match=r"^the post that is to be answered is gone$"):
            await network.post(to(post.id), SEEN, ticket="p41")

    assert mastodon.posts == []


async def test_a_post_is_fetched_by_its_link_or_its_id(mastodon: FakeMastodon) -> None:
    post = mastodon.public.post("#openspace at 3pm", "ada@fosstodon.org")
    there = "https://fosstodon.org/@ada/112233445566778899"
    mastodon.public.remote[there] = post.id
    async with running(mastodon) as network:
        assert isinstance(network, PostSource)
        found = [
            await network.fetch(what)
            for what in (post.id, f" <{mastodon.address}/@ada@fosstodon.org/{post.id}> ", there)
        ]

    assert [one and (one.id, one.text) for one in found] == [(post.id, "#openspace at 3pm")] * 3


async def test_what_is_no_post_there_is_none(mastodon: FakeMastodon) -> None:
    async with running(mastodon) as network:
        for what in ("", "p41", "https://x.com/ada/status/1234567890123456789", "https://example.org/", "1150000"):
            assert await network.fetch(what) is None
        assert not {"status", "search"} & set(mastodon.asked)
        assert await network.fetch("115000000000000000") is None
        assert await network.fetch("https://fosstodon.org/@ada/112233445566778899") is None
        mastodon.scopes = SCOPES - {"read:search"}
        with pytest.raises(NotTaken, match="the token may not do that"):
            await network.fetch("https://fosstodon.org/@ada/112233445566778899")


def test_nothing_is_looked_for_where_nothing_is_configured() -> None:
    settings = MastodonSettings("https://social.example.org", "token")

    assert not MastodonNetwork(settings).listens
    assert MastodonNetwork(replace(settings, hashtags=TAGS)).listens


def test_links_are_read_as_instances_have_them() -> None:
    here = "https://social.example.org"

    assert id_in(f"{here}/@ada/115", here) == "115"
    assert id_in(f"{here}/@ada@fosstodon.org/115", here) == "115"
    assert id_in("https://fosstodon.org/@ada/115", here) == ""
    assert is_link("https://fosstodon.org/users/ada/statuses/115")
    assert not is_link("https://fosstodon.org/@ada")
    assert earlier(str(snowflake(datetime(2026, 11, 20, 12, tzinfo=UTC))), 60) == str(
        snowflake(datetime(2026, 11, 20, 11, 59, tzinfo=UTC))
    )
    assert earlier("01J9ZQ", 60) == "01J9ZQ"  # ids of other servers tell no time


def test_what_is_behind_a_warning_and_what_is_repeated_are_told_apart() -> None:
    status = {
        "id": "115",
        "account": {"id": "7", "acct": "ada"},
        "created_at": "2026-11-20T12:00:00.000Z",
        "spoiler_text": "long",
        "content": "<p>#openspace at 3pm</p>",
        "uri": "https://here/115",
    }
    found = heard(status, "mastodon", "7")

    assert (found.text, found.link, found.own, found.repost) == (
        "long\n#openspace at 3pm",
        "https://here/115",
        True,
        False,
    )
    assert heard({**status, "reblog": {"id": "114"}}, "mastodon", "8").repost
