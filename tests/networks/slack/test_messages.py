"""What people say in Slack, what it changes, and where they are answered."""

import pytest

from ptgbot.core.identity import Role
from ptgbot.core.messages import Target
from ptgbot.features.presence.model import CHECKINS
from ptgbot.features.schedule.model import TRACKS
from ptgbot.features.topics.model import TOPICS
from tests.slack.bot import ADA, CHANNEL, OLGA, SlackBot, having_bot
from tests.slack.fake import FakeSlack
from tests.slack.workspace import BOT

ANSWER = "olga never checked in anywhere."


def now(bot: SlackBot, track: str) -> str:
    topic = bot.store.view.get(TOPICS, track)
    return "" if topic is None or topic.now is None else topic.now.text


def answers(slack: FakeSlack) -> list[tuple[str, str, str, str]]:
    """Return what the bot posted: channel, thread, who alone sees it, and the text."""
    return [(p.channel, p.thread, p.only_for, p.text) for p in slack.workspace.posts if p.user == BOT]


async def test_a_command_in_a_channel_is_done_and_signed_with_a_tick(slack: FakeSlack, bot: SlackBot) -> None:
    posted, _ = slack.says(ADA, CHANNEL, "#nova now R&amp;D: <https://example.org/a|a> with <@U0000OLGA>")
    await bot.idle()

    assert now(bot, "nova") == "R&D: https://example.org/a with @Olga"
    assert posted.reactions == ["white_check_mark"]
    assert answers(slack) == []


async def test_a_question_is_answered_in_its_thread(slack: FakeSlack, bot: SlackBot) -> None:
    posted, _ = slack.says(ADA, CHANNEL, "+seen olga")
    await bot.idle()

    assert answers(slack) == [(CHANNEL, posted.ts, "", ANSWER)]


async def test_in_a_thread_the_answer_comes_there(slack: FakeSlack, bot: SlackBot) -> None:
    first, _ = slack.says(ADA, CHANNEL, "what about this?")
    slack.says(OLGA, CHANNEL, "+seen olga", thread=first.ts)
    await bot.idle()

    assert answers(slack) == [(CHANNEL, first.ts, "", ANSWER)]


async def test_an_error_is_for_whoever_made_it_alone(slack: FakeSlack, bot: SlackBot) -> None:
    slack.says(ADA, CHANNEL, "#nope now cells")
    await bot.idle()

    assert answers(slack) == [(CHANNEL, "", ADA, "Unknown track 'nope'.")]


async def test_an_error_in_a_thread_stands_there(slack: FakeSlack, bot: SlackBot) -> None:
    first, _ = slack.says(ADA, CHANNEL, "what about this?")
    slack.says(ADA, CHANNEL, "#nope now cells", thread=first.ts)
    await bot.idle()

    assert answers(slack) == [(CHANNEL, first.ts, ADA, "Unknown track 'nope'.")]


async def test_who_is_not_in_the_channel_hears_of_an_error_in_private(slack: FakeSlack, bot: SlackBot) -> None:
    slack.workspace.absent[CHANNEL] = {ADA}
    slack.says(ADA, CHANNEL, "#nope now cells")
    await bot.idle()

    assert answers(slack) == [(slack.workspace.direct_with(ADA), "", "", "Unknown track 'nope'.")]


async def test_in_private_no_sign_is_needed(slack: FakeSlack, bot: SlackBot) -> None:
    slack.tells(ADA, "in the pub")
    slack.tells(OLGA, "#nova now cells")
    await bot.idle()

    assert now(bot, "nova") == "cells"
    assert slack.workspace.told(ADA) == ["You are checked in to the pub. Thanks! Say 'out' when you leave."]
    assert slack.workspace.told(OLGA) == []
    assert [p.reactions for p in slack.workspace.posts if p.user == OLGA] == [["white_check_mark"]]
    assert bot.store.view.get(CHECKINS, bot.key(ADA)) is not None


async def test_in_a_thread_of_direct_messages_the_answer_comes_there(slack: FakeSlack, bot: SlackBot) -> None:
    first, _ = slack.tells(ADA, "help")
    slack.says(ADA, first.channel, "seen olga", thread=first.ts)
    await bot.idle()

    assert answers(slack)[1:] == [(first.channel, first.ts, "", ANSWER)]


async def test_what_is_private_and_was_asked_in_a_channel_comes_in_a_direct_message(
    slack: FakeSlack, bot: SlackBot
) -> None:
    slack.says(ADA, CHANNEL, "+my data")
    await bot.idle()

    assert {(channel, thread) for channel, thread, _, _ in answers(slack)} == {(slack.workspace.direct_with(ADA), "")}


async def test_a_mention_makes_a_command_in_any_channel_where_the_bot_is(slack: FakeSlack, bot: SlackBot) -> None:
    slack.workspace.add_channel("C0000OTHER", "other")
    posted, _ = slack.mentions(ADA, "C0000OTHER", "seen olga")
    await bot.idle()

    assert answers(slack) == [("C0000OTHER", posted.ts, "", ANSWER)]


async def test_a_mention_in_one_of_its_channels_is_answered_once(slack: FakeSlack, bot: SlackBot) -> None:
    posted, _ = slack.mentions(ADA, CHANNEL, "in the pub")
    await bot.idle()

    said = "You are checked in to the pub. Thanks! Say 'out' when you leave."
    assert answers(slack) == [(CHANNEL, posted.ts, "", said)]
    assert bot.commands == ["in the pub"]


async def test_help_comes_where_the_bot_is_mentioned(slack: FakeSlack, bot: SlackBot) -> None:
    slack.mentions(ADA, CHANNEL, "help")
    await bot.idle()

    [(_, _, _, text)] = answers(slack)
    assert text.startswith("Everybody: +in, +out, +seen")


@pytest.mark.parametrize("text", ["hello", "see #1 and + this", "thanks <@U00000BOT>", "<@U0000OLGA> help", "", "#"])
async def test_what_is_said_among_people_is_let_be(slack: FakeSlack, bot: SlackBot, text: str) -> None:
    posted, delivery = slack.says(ADA, CHANNEL, text)
    await bot.idle()

    assert (delivery.attempts, posted.reactions, answers(slack), bot.commands) == (1, [], [], [])


async def test_channels_that_are_not_the_bots_are_let_be(slack: FakeSlack, bot: SlackBot) -> None:
    slack.workspace.add_channel("C0000OTHER", "other")
    _, delivery = slack.says(ADA, "C0000OTHER", "#nova now cells")
    await bot.idle()

    assert (delivery.attempts, answers(slack), bot.commands) == (1, [], [])


async def test_edited_deleted_joined_and_bots_messages_are_let_be(slack: FakeSlack, bot: SlackBot) -> None:
    posted, _ = slack.says(ADA, CHANNEL, "hello")
    slack.edits(posted, "#nova now cells")
    message = {"type": "message", "channel": CHANNEL, "channel_type": "channel", "ts": "17.1", "text": "#nova now x"}
    for more in (
        {"subtype": "message_deleted", "deleted_ts": "17.1"},
        {"subtype": "bot_message", "bot_id": "B1", "username": "other bot"},
        {"user": "U0OTHER", "bot_id": "B1"},
        {"user": BOT, "bot_id": "B00000BOT"},
        {"user": BOT},
        {"user": "USLACKBOT"},
        {"subtype": "channel_join", "user": ADA},
        {"user": ADA, "edited": {"user": ADA, "ts": "17.2"}},
        {"user": ADA, "hidden": True},
    ):
        slack.event({**message, **more})
    await bot.idle()

    assert {delivery.attempts for delivery in slack.sockets.deliveries.values()} == {1}
    assert (answers(slack), bot.commands) == ([], [])


async def test_a_message_that_is_sent_to_the_channel_too_or_has_a_file_counts(slack: FakeSlack, bot: SlackBot) -> None:
    slack.says(ADA, CHANNEL, "#nova now a slide", subtype="file_share")
    slack.says(ADA, CHANNEL, "#swift now a thread", subtype="thread_broadcast")
    await bot.idle()

    assert (now(bot, "nova"), now(bot, "swift")) == ("a slide", "a thread")


async def test_a_slash_command_works_everywhere_and_only_its_giver_sees_the_answer(
    slack: FakeSlack, bot: SlackBot
) -> None:
    asked, first = slack.command(ADA, "C0ELSEWHERE", "seen olga")
    done, second = slack.command(ADA, "C0ELSEWHERE", "#nova now <#C0PTG|ptg> &amp; <@U0000OLGA|olga>")
    wrong, third = slack.command(ADA, "C0ELSEWHERE", "#nope now x")
    bare, fourth = slack.command(ADA, "C0ELSEWHERE", "")
    await bot.idle()

    assert slack.answers(asked) == [ANSWER]
    assert slack.answers(done) == ["Done."]
    assert slack.answers(wrong) == ["Unknown track 'nope'."]
    assert [text.partition(":")[0] for text in slack.answers(bare)] == ["Everybody"]
    assert {body["response_type"] for _, body in slack.workspace.answers} == {"ephemeral"}
    assert now(bot, "nova") == "#ptg & @Olga"
    assert [delivery.response for delivery in (first, second, third, fourth)] == [None] * 4
    assert answers(slack) == []


async def test_the_answer_to_a_slash_command_comes_in_private_when_it_is_too_late_for_it(
    slack: FakeSlack, bot: SlackBot
) -> None:
    slack.api.late = True
    slack.command(ADA, CHANNEL, "seen olga")
    await bot.idle()

    assert answers(slack) == [(slack.workspace.direct_with(ADA), "", "", ANSWER)]


async def test_a_long_list_comes_in_messages_that_slack_shows_whole(slack: FakeSlack, bot: SlackBot) -> None:
    slack.says(OLGA, CHANNEL, "~add " + " ".join(f"a-track-with-a-long-name-{number:03}" for number in range(150)))
    for number in range(150):
        slack.says(ADA, CHANNEL, f"#a-track-with-a-long-name-{number:03} next {'words ' * 20}")
    await bot.idle()
    slack.says(OLGA, CHANNEL, "~log 150")
    await bot.idle()

    told = slack.workspace.told(OLGA)
    assert told
    assert all(len(text) <= 3900 for text in told)


async def test_whoever_subscribed_is_told_in_a_direct_message(slack: FakeSlack, bot: SlackBot) -> None:
    slack.says(ADA, CHANNEL, "+subscribe cells")
    slack.tells(OLGA, "#nova now cells v2")
    await bot.idle()

    assert slack.workspace.told(ADA)[-1] == "now in #nova (Ballroom A): cells v2"


async def test_somebody_of_another_workspace_is_told_nothing_here(slack: FakeSlack, bot: SlackBot) -> None:
    assert bot.network.locate(Target("slack", "Ada", "slack/T9.U001")) is None
    assert bot.network.locate(Target("slack", "Ada", bot.key(ADA))) == Target("slack", ADA, bot.key(ADA))
    assert bot.network.locate(Target("slack", CHANNEL)) == Target("slack", CHANNEL)


async def test_admins_and_those_named_are_organisers_and_others_are_told_how_to_become_one(slack: FakeSlack) -> None:
    slack.workspace.add_user("U001", "grace")
    slack.workspace.groups["S0ORGA"] = ["U001"]
    async with having_bot(slack, organisers=("S0ORGA",)) as bot:
        for user, track in ((OLGA, "first"), ("U001", "second"), (ADA, "third")):
            slack.says(user, CHANNEL, f"~add {track}")
        await bot.idle()

        assert [track in bot.store.view.all(TRACKS) for track in ("first", "second", "third")] == [True, True, False]
        assert slack.workspace.told(ADA) == [bot.network.how_to_get(Role.ORGANISER)]


async def test_while_voice_is_required_moderators_speak_for_tracks(slack: FakeSlack) -> None:
    slack.workspace.add_user("U001", "grace")
    async with having_bot(slack, moderators=("U001",)) as bot:
        slack.says(ADA, CHANNEL, "#nova now everybody may")
        slack.says(OLGA, CHANNEL, "~requirevoice")
        slack.says("U001", CHANNEL, "#swift now I may")
        slack.says(ADA, CHANNEL, "#nova now I may not")
        await bot.idle()

        assert (now(bot, "nova"), now(bot, "swift")) == ("everybody may", "I may")
        assert slack.workspace.told(ADA) == [bot.network.how_to_get(Role.MODERATOR)]


async def test_rights_follow_what_changes_in_the_workspace(slack: FakeSlack) -> None:
    slack.workspace.groups["S0MODS"] = []
    async with having_bot(slack, moderators=("S0MODS",)) as bot:
        slack.says(OLGA, CHANNEL, "~requirevoice")
        slack.says(ADA, CHANNEL, "#nova now one")
        await bot.idle()
        slack.workspace.groups["S0MODS"] = [ADA]
        slack.event({"type": "subteam_members_changed", "subteam_id": "S0MODS", "team_id": "T00000001"})
        await bot.idle()
        slack.says(ADA, CHANNEL, "#nova now two")
        await bot.idle()
        slack.workspace.users[OLGA].admin = False
        slack.event({"type": "user_change", "user": slack.workspace.users[OLGA].described()})
        await bot.idle()
        slack.says(OLGA, CHANNEL, "~alloweveryone")
        await bot.idle()

        assert bot.commands == ["~requirevoice", "#nova now two"]


async def test_while_slack_does_not_say_who_people_are_everything_goes_on_without_rights(slack: FakeSlack) -> None:
    slack.api.failures["users.info"].extend(["internal_error"] * 2)
    async with having_bot(slack) as bot:
        slack.says(OLGA, CHANNEL, "~add first")
        slack.says(ADA, CHANNEL, "#nova now cells")
        await bot.idle()

        assert bot.commands == ["#nova now cells"]
        assert slack.workspace.told(OLGA) == [bot.network.how_to_get(Role.ORGANISER)]


async def test_messages_of_a_channel_are_done_in_their_order(slack: FakeSlack, bot: SlackBot) -> None:
    slack.api.delays["users.info"] = 0.1
    texts = [f"#nova next topic {number}" for number in range(40)]
    for number, text in enumerate(texts):
        user = slack.workspace.add_user(f"U{number:03}", f"user{number}").id
        if number % 7 == 3:
            slack.command(user, CHANNEL, text)
        else:
            slack.says(user, CHANNEL, text)
        if number == 20:
            slack.api.delays.clear()  # those who come now are known sooner than those before
    await bot.idle()

    assert bot.commands == texts


async def test_a_channel_to_which_somebody_links_without_its_name_is_looked_up(slack: FakeSlack, bot: SlackBot) -> None:
    slack.workspace.add_channel("C0000NOVA", "nova")
    slack.says(ADA, CHANNEL, "<#C0000NOVA> now cells")
    await bot.idle()

    assert now(bot, "nova") == "cells"


async def test_what_slack_does_not_take_is_logged_in_words_and_the_others_go_on(
    slack: FakeSlack, bot: SlackBot, caplog: pytest.LogCaptureFixture
) -> None:
    slack.api.failures["chat.postMessage"].extend(["not_in_channel"])
    slack.says(ADA, CHANNEL, "+seen olga")
    slack.says(ADA, CHANNEL, "+seen nobody")
    await bot.idle()

    assert [text for *_, text in answers(slack)] == ["nobody never checked in anywhere."]
    assert [record.getMessage() for record in caplog.records] == [
        "slack does not take a message to C00000PTG: invite the bot into it with /invite"
    ]


async def test_what_somebody_wrote_cannot_call_anybody_when_the_bot_repeats_it(slack: FakeSlack, bot: SlackBot) -> None:
    slack.says(ADA, CHANNEL, "+in &lt;!channel&gt; &lt;@U0000OLGA&gt;")
    await bot.idle()

    [(_, _, _, text)] = answers(slack)
    assert "&lt;!channel&gt; &lt;@U0000OLGA&gt;" in text


async def test_a_tick_is_left_out_where_it_is_of_no_use(slack: FakeSlack, bot: SlackBot) -> None:
    slack.api.failures["reactions.add"].append("already_reacted")
    posted, _ = slack.says(ADA, CHANNEL, "#nova now cells")
    await bot.idle()

    assert (now(bot, "nova"), posted.reactions) == ("cells", [])


async def test_somebody_of_another_workspace_takes_part_in_a_shared_channel(slack: FakeSlack, bot: SlackBot) -> None:
    slack.workspace.add_user("U001", "grace", admin=True, team="T00000009")
    posted, _ = slack.says("U001", CHANNEL, "#nova now cells", user_team="T00000009")
    slack.says("U001", CHANNEL, "+in the pub")
    slack.says("U001", CHANNEL, "~add mine")
    await bot.idle()

    assert posted.reactions == ["white_check_mark"]
    assert list(bot.store.view.all(CHECKINS)) == ["slack/T00000009.U001"]
    [refusal] = [post for post in slack.workspace.posts if post.text == bot.network.how_to_get(Role.ORGANISER)]
    assert refusal.only_for == "U001"


async def test_an_error_of_somebody_unknown_of_another_workspace_is_for_them_alone(
    slack: FakeSlack, bot: SlackBot
) -> None:
    slack.workspace.add_user("U001", "grace", team="T00000009")
    slack.api.failures["users.info"].extend(["user_not_found"] * 5)
    slack.says("U001", CHANNEL, "~add mine")
    await bot.idle()

    assert [only_for for _, _, only_for, _ in answers(slack)] == ["U001"]


async def test_nobody_is_looked_up_for_what_people_say_to_each_other(slack: FakeSlack, bot: SlackBot) -> None:
    for number, text in enumerate(("hello", "<@U0000OLGA> hello", "<!here> lunch", "", "1. cells")):
        slack.says(slack.workspace.add_user(f"U{number:03}", "somebody").id, CHANNEL, text)
    await bot.idle()

    assert [call.arguments for call in slack.api.calls if call.method == "users.info"] == []


async def test_of_many_mentions_not_all_are_looked_up(slack: FakeSlack, bot: SlackBot) -> None:
    users = [slack.workspace.add_user(f"U{number:03}", f"nick{number}").id for number in range(50)]
    slack.says(ADA, CHANNEL, "#nova now " + " ".join(f"<@{user}>" for user in users))
    await bot.idle()

    assert sum(call.method == "users.info" for call in slack.api.calls) == 21
    assert (now(bot, "nova") or "").endswith("@nick19 @U020 " + " ".join(f"@U{number:03}" for number in range(21, 50)))


async def test_a_message_without_a_text_says_nothing(slack: FakeSlack, bot: SlackBot) -> None:
    slack.event(
        {"type": "message", "user": ADA, "channel": slack.workspace.direct_with(ADA), "ts": "1.0", "text": None}
    )
    slack.event({"type": "message", "user": None, "channel": CHANNEL, "ts": "2.0", "text": "+in the pub"})
    slack.says(ADA, CHANNEL, "+in #nova", thread_ts=None)
    await bot.idle()

    assert bot.commands == ["+in #nova"]
    assert [thread for _, thread, _, _ in answers(slack)] == [slack.workspace.posts[0].ts]
