"""App Homes, buttons and forms: what people see and press becomes the commands that they could have typed."""

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from typing import Any

import pytest

from ptgbot.features.board.home import FORMS
from ptgbot.features.subscriptions.model import SUBSCRIPTIONS
from ptgbot.networks.slack.listeners import GOES_ON
from tests.fakes import MemoryStore
from tests.slack.bot import ADA, CHANNEL, OLGA, QUICK, SlackBot, eventually, having_bot
from tests.slack.deliveries import Delivery
from tests.slack.fake import FakeSlack


def texts(view: dict[str, Any]) -> list[str]:
    return [block["text"]["text"] for block in view["blocks"] if "text" in block]


def buttons(view: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for block in view["blocks"]:
        yield from block.get("elements", []) if block["type"] == "actions" else []


def button(slack: FakeSlack, user: str, label: str) -> dict[str, Any]:
    [found] = [one for one in buttons(slack.workspace.homes[user]) if one["text"]["text"] == label]
    return {"action_id": found["action_id"], **({"value": found["value"]} if "value" in found else {})}


async def home(slack: FakeSlack, user: str) -> dict[str, Any]:
    """Have somebody open their Home; return it."""
    slack.workspace.homes.pop(user, None)
    slack.opens_home(user)
    await eventually(lambda: user in slack.workspace.homes)
    return slack.workspace.homes[user]


async def opened(slack: FakeSlack, delivery: Delivery) -> dict[str, Any]:
    """Return the form that a delivery opens."""
    trigger = delivery.envelope["payload"]["trigger_id"]
    await eventually(lambda: trigger in dict(slack.workspace.modals))
    return dict(slack.workspace.modals)[trigger]


def filled(**values: str) -> dict[str, Any]:
    """Return what Slack sends of fields, of which ``track`` and ``place`` are lists where they have a value of one."""
    return {name: {"value": {"type": "plain_text_input", "value": value}} for name, value in values.items()}


def picked(**values: str) -> dict[str, Any]:
    return {
        name: {"value": {"type": "static_select", "selected_option": {"value": value}}}
        for name, value in values.items()
    }


def shown(slack: FakeSlack, user: str, text: str) -> bool:
    return any(text in line for line in texts(slack.workspace.homes.get(user, {"blocks": []})))


async def test_who_opens_their_home_sees_the_board_and_their_own(slack: FakeSlack, bot: SlackBot) -> None:
    slack.says(ADA, CHANNEL, "#nova now cells")
    slack.says(ADA, CHANNEL, "#nova next placement")
    slack.tells(ADA, "in #nova")
    await bot.idle()

    view = await home(slack, ADA)

    assert view["type"] == "home"
    everything = "\n".join(texts(view))
    for part in ("You are in #nova", "#nova", "cells", "placement", "Monday", "Berlin"):
        assert part in everything


async def test_an_open_home_follows_what_changes_for_an_hour(slack: FakeSlack) -> None:
    async with having_bot(slack, timing=replace(QUICK, home_open=1.0)) as bot:
        await home(slack, ADA)
        slack.says(OLGA, CHANNEL, "#nova now cells")
        await eventually(lambda: shown(slack, ADA, "cells"))
        assert OLGA not in slack.workspace.homes  # who has not opened hers has none made

        await asyncio.sleep(1.0)
        published = [call for call in slack.api.calls if call.method == "views.publish"]
        slack.says(OLGA, CHANNEL, "#nova now placement")
        await bot.idle()
        await asyncio.sleep(0.2)

        assert [call for call in slack.api.calls if call.method == "views.publish"] == published


async def test_many_changes_are_shown_together(slack: FakeSlack) -> None:
    async with having_bot(slack, timing=replace(QUICK, home_pause=0.4)) as bot:
        await home(slack, ADA)
        for number in range(30):
            slack.says(OLGA, CHANNEL, f"#nova now topic {number}")
            await bot.idle()
        await eventually(lambda: shown(slack, ADA, "topic 29"))

        published = [call.at for call in slack.api.calls if call.method == "views.publish"]
        # The first is her opening it, the second comes with the first change.
        assert all(later - earlier > 0.35 for earlier, later in pairwise(published[1:]))


async def test_a_home_that_shows_the_same_is_not_published_again(slack: FakeSlack, bot: SlackBot) -> None:
    await home(slack, ADA)
    slack.tells(OLGA, "subscribe cells")  # nobody else sees that
    await bot.idle()
    slack.says(OLGA, CHANNEL, "#nova now cells")
    await eventually(lambda: shown(slack, ADA, "cells"))

    assert len([call for call in slack.api.calls if call.method == "views.publish"]) == 2


async def test_a_home_that_could_not_be_shown_is_shown_later(slack: FakeSlack, bot: SlackBot) -> None:
    slack.api.failures["views.publish"].extend(["internal_error", 503])
    slack.opens_home(ADA)
    await eventually(lambda: ADA in slack.workspace.homes)
    slack.api.failures["views.publish"].extend([503, "internal_error"])
    slack.says(OLGA, CHANNEL, "#nova now cells")

    await eventually(lambda: shown(slack, ADA, "cells"))


async def test_the_messages_tab_is_no_home(slack: FakeSlack, bot: SlackBot) -> None:
    slack.event({"type": "app_home_opened", "user": ADA, "channel": "D1", "tab": "messages"})
    await bot.idle()
    await home(slack, OLGA)

    assert list(slack.workspace.homes) == [OLGA]


async def test_buttons_give_commands_and_the_home_shows_what_came_of_them(slack: FakeSlack, bot: SlackBot) -> None:
    slack.tells(ADA, "in the pub")
    slack.tells(ADA, "subscribe cells")
    await bot.idle()
    await home(slack, ADA)

    slack.presses(ADA, button(slack, ADA, "I left"))
    slack.presses(ADA, button(slack, ADA, "End subscription"))
    await bot.idle()
    await eventually(lambda: shown(slack, ADA, "You are not checked in anywhere"))

    assert bot.commands == ["in the pub", "", "+out", ""]  # what somebody subscribes to is in no history
    assert bot.state[SUBSCRIPTIONS.name] == {}


async def test_a_button_that_is_pressed_again_when_it_is_too_late_says_why(slack: FakeSlack, bot: SlackBot) -> None:
    slack.tells(ADA, "in the pub")
    await bot.idle()
    await home(slack, ADA)
    left = button(slack, ADA, "I left")
    before = len(slack.workspace.told(ADA))
    slack.presses(ADA, left)
    await bot.idle()
    told = slack.workspace.told(ADA)[before:]
    slack.presses(ADA, left)
    await bot.idle()

    assert len(slack.workspace.told(ADA)) > before + len(told)
    assert bot.commands == ["in the pub", "+out"]


async def test_a_press_that_slack_delivers_again_counts_once(slack: FakeSlack, bot: SlackBot) -> None:
    delivery = slack.presses(ADA, {"action_id": "command:0-0", "value": "#nova next cells"})
    await bot.idle()
    slack.sockets.deliver("interactive", delivery.envelope["payload"])
    await bot.idle()

    assert bot.commands == ["#nova next cells"]


@pytest.mark.parametrize("name", FORMS)
async def test_every_button_that_opens_a_form_has_one(slack: FakeSlack, bot: SlackBot, name: str) -> None:
    await home(slack, OLGA)
    [action] = {
        one["action_id"] for one in buttons(slack.workspace.homes[OLGA]) if one["action_id"].startswith(f"form:{name}:")
    }

    form = await opened(slack, slack.presses(OLGA, {"action_id": action}))

    assert form["callback_id"] == f"form:{name}"


@pytest.mark.parametrize(
    ("form", "values", "command"),
    [
        ("in", filled(place="the pub"), "+in the pub"),
        ("now", picked(track="nova") | filled(text="cells & <b>\n*more*"), "#nova now cells & <b> *more*"),
        ("next", picked(track="nova") | filled(text="placement"), "#nova next placement"),
        ("book", picked(track="swift", place="Aspen-MonP1"), "#swift book Aspen-MonP1"),
    ],
)
async def test_a_form_gives_the_command_that_somebody_could_have_typed(
    slack: FakeSlack, bot: SlackBot, form: str, values: dict[str, Any], command: str
) -> None:
    delivery = slack.submits(ADA, {"callback_id": f"form:{form}", "type": "modal"}, values)
    await bot.idle()

    assert bot.commands == [command]
    response = delivery.response or {"view": {}}
    assert "errors" not in response
    assert slack.workspace.told(ADA) == []


async def test_a_form_subscribes(slack: FakeSlack, bot: SlackBot) -> None:
    slack.submits(ADA, {"callback_id": "form:subscribe", "type": "modal"}, filled(pattern="cells|cinder"))
    await bot.idle()

    assert [held.pattern for held in bot.state[SUBSCRIPTIONS.name].values()] == ["cells|cinder"]


async def test_an_answer_in_words_stands_in_place_of_the_form(slack: FakeSlack, bot: SlackBot) -> None:
    delivery = slack.submits(ADA, {"callback_id": "form:in", "type": "modal"}, filled(place="the pub"))
    await bot.idle()

    assert delivery.response is not None
    assert delivery.response["response_action"] == "update"
    assert texts(delivery.response["view"]) == ["You are checked in to the pub. Thanks! Say 'out' when you leave."]


async def test_an_error_is_shown_in_the_form_where_it_can_be_mended(slack: FakeSlack, bot: SlackBot) -> None:
    view = {"callback_id": "form:book", "type": "modal"}
    wrong = slack.submits(ADA, view, picked(track="swift", place="Aspen-MonA1"))
    await bot.idle()
    right = slack.submits(ADA, view, picked(track="swift", place="Aspen-MonP1"))
    await bot.idle()

    assert wrong.response is not None
    assert wrong.response["response_action"] == "errors"
    assert list(wrong.response["errors"]) == ["place"]
    assert "neutron" in wrong.response["errors"]["place"]
    assert "errors" not in (right.response or {})
    assert slack.workspace.told(ADA) == []


async def test_what_a_form_could_not_save_is_told_in_it(slack: FakeSlack, bot: SlackBot) -> None:
    assert isinstance(bot.store, MemoryStore)
    bot.store.refusing = "the disk is full"
    values = picked(track="nova") | filled(text="cells")
    delivery = slack.submits(ADA, {"callback_id": "form:now", "type": "modal"}, values)
    await bot.idle()

    why = "Nothing was saved: the disk is full. Please try again in a minute."
    assert delivery.response == {"response_action": "errors", "errors": {"text": why}}


async def test_who_sent_a_form_that_takes_long_is_answered_in_private(slack: FakeSlack) -> None:
    async with having_bot(slack, timing=replace(QUICK, ack=0.1)) as bot:
        assert isinstance(bot.store, MemoryStore)
        bot.store.holding = True
        values = picked(track="nova") | filled(text="cells")
        delivery = slack.submits(ADA, {"callback_id": "form:now", "type": "modal"}, values)
        await delivery.acked.wait()
        assert delivery.response is not None
        assert texts(delivery.response["view"]) == [GOES_ON]

        bot.store.fail("the disk is full")
        await eventually(lambda: slack.workspace.told(ADA))

        assert slack.workspace.told(ADA) == ["Nothing was saved: the disk is full. Please try again in a minute."]


async def test_the_shortcut_makes_a_message_what_is_on_now(slack: FakeSlack, bot: SlackBot) -> None:
    slack.tells(ADA, "in #nova")
    posted, _ = slack.says(OLGA, CHANNEL, "let's see <https://example.org/a|this> &amp;\n<@U00000ADA>'s")
    await bot.idle()

    form = await opened(slack, slack.uses_shortcut(ADA, "set_now", posted))
    elements = {block["block_id"]: block["element"] for block in form["blocks"]}
    text = elements["text"]["initial_value"]
    track = elements["track"]["initial_option"]["value"]
    slack.submits(ADA, form, picked(track=track) | filled(text=text))
    await bot.idle()

    assert bot.commands[-1] == "#nova now let's see https://example.org/a & @Ada Lovelace's"


async def test_a_form_that_slack_does_not_open_any_more_is_logged(
    slack: FakeSlack, bot: SlackBot, caplog: pytest.LogCaptureFixture
) -> None:
    slack.api.failures["views.open"].append("expired_trigger_id")
    delivery = slack.presses(ADA, {"action_id": "form:in:0-0"})
    slack.presses(ADA, {"action_id": "form:unheard-of:0-0"})
    await bot.idle()
    await eventually(lambda: len(caplog.records) == 2)

    assert sorted(record.getMessage() for record in caplog.records) == [
        "A form could not be opened in Slack: expired_trigger_id.",
        "Slack asks for a form that there is not: unheard-of.",
    ]
    assert delivery.attempts == 1


async def test_who_may_not_speak_for_tracks_has_no_buttons_for_it(slack: FakeSlack, bot: SlackBot) -> None:
    slack.says(OLGA, CHANNEL, "~requirevoice")
    await bot.idle()
    labels = {user: [one["text"]["text"] for one in buttons(await home(slack, user))] for user in (ADA, OLGA)}

    assert labels[ADA] == ["I am here…", "Subscribe…", "Remind me…", "Quiet hours…"]
    assert set(labels[OLGA]) > {"I am here…", "Subscribe…", "Set what is on now…", "Book a room…"}


async def test_a_form_that_is_sent_again_because_slack_did_not_hear_the_ack_counts_once(
    slack: FakeSlack, bot: SlackBot
) -> None:
    form = await opened(slack, slack.presses(ADA, {"action_id": "form:next:0-0"}))
    values = picked(track="nova") | filled(text="cells")
    deliveries = [slack.submits(ADA, form, values) for _ in range(2)]
    await bot.idle()
    deliveries.append(slack.submits(ADA, form, values))
    await bot.idle()
    other = await opened(slack, slack.presses(ADA, {"action_id": "form:next:0-0"}))
    slack.submits(ADA, other, picked(track="nova") | filled(text="rings"))
    await bot.idle()

    assert bot.commands == ["#nova next cells", "#nova next rings"]
    assert [delivery.response for delivery in deliveries] == [deliveries[0].response] * 3


async def test_a_form_that_was_refused_can_be_sent_again_as_it_is(slack: FakeSlack, bot: SlackBot) -> None:
    form = await opened(slack, slack.presses(ADA, {"action_id": "form:next:0-0"}))
    values = picked(track="robots") | filled(text="cells")
    refused = slack.submits(ADA, form, values)
    await bot.idle()
    slack.says(OLGA, CHANNEL, "~add robots")
    await bot.idle()
    slack.submits(ADA, form, values)
    await bot.idle()

    assert refused.response is not None
    assert refused.response["response_action"] == "errors"
    assert bot.commands[-1] == "#robots next cells"


async def test_a_form_is_acked_in_time_though_slack_does_not_say_who_sent_it(slack: FakeSlack) -> None:
    slack.workspace.groups |= {"S0ORGA": [], "S0MODS": []}
    slack.api.delays |= {"users.info": 5.0, "usergroups.users.list": 5.0}
    timing = replace(QUICK, look_up=0.6, ack=0.8)
    async with having_bot(slack, timing=timing, organisers=("S0ORGA",), moderators=("S0MODS",)) as bot:
        form = {"callback_id": "form:now", "type": "modal"}
        delivery = slack.submits(ADA, form, picked(track="nova") | filled(text="cells"))
        await delivery.acked.wait()

        assert delivery.seconds < 1.3
        await eventually(lambda: bot.commands == ["#nova now cells"])


async def test_who_pressed_a_button_that_takes_long_is_told_that_it_goes_on(slack: FakeSlack) -> None:
    async with having_bot(slack, timing=replace(QUICK, ack=0.1)) as bot:
        assert isinstance(bot.store, MemoryStore)
        bot.store.holding = True
        delivery = slack.presses(ADA, {"action_id": "command:0-0", "value": "+in the pub"})
        await delivery.acked.wait()
        await eventually(lambda: slack.workspace.told(ADA))
        bot.store.flush()
        await bot.idle()

        assert slack.workspace.told(ADA)[0] == GOES_ON


async def test_a_large_event_fits_into_its_home_and_its_forms(slack: FakeSlack, bot: SlackBot) -> None:
    slack.says(OLGA, CHANNEL, "~add " + " ".join(f"track-{number:03}" for number in range(1000)))
    await bot.idle()
    for number in range(200):
        user = slack.workspace.add_user(f"U{number:03}", f"nick{number}").id
        slack.says(user, CHANNEL, f"#track-{number:03} now {'☃ ' * 1000}")
    await bot.idle()
    await home(slack, OLGA)
    booking = await opened(slack, slack.presses(OLGA, {"action_id": "form:book:0-0"}))

    assert shown(slack, OLGA, "… and 140 more.")
    [tracks] = [block["element"] for block in booking["blocks"] if block["block_id"] == "track"]
    assert sum(len(group["options"]) for group in tracks["option_groups"]) == 1000 + 4
