import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import aiohttp
import pytest
from slack_sdk.web.async_client import AsyncWebClient

from ptgbot.core.identity import Actor, Identity, Role, keys_of
from ptgbot.networks.slack.people import People
from ptgbot.networks.slack.settings import SlackTiming
from tests.slack.bot import ADA, CHANNEL, OLGA, eventually, settings_for
from tests.slack.fake import FakeSlack
from tests.slack.web_api import BOT_TOKEN
from tests.slack.workspace import TEAM

TIMING = SlackTiming(person=0.6, look_up=5.0, look_up_again=0.6)


class Known:
    """Makes what knows people, as a test wants it."""

    def __init__(self, slack: FakeSlack, session: aiohttp.ClientSession) -> None:
        self._slack = slack
        self._client = AsyncWebClient(token=BOT_TOKEN, base_url=slack.api_url, session=session, retry_handlers=[])
        self.made: list[People] = []

    def __call__(self, timing: SlackTiming = TIMING, **settings: Any) -> People:
        people = People(self._client, replace(settings_for(self._slack), **settings), timing, "slack")
        people.team = TEAM
        self.made.append(people)
        return people


@pytest.fixture
async def known(slack: FakeSlack) -> AsyncIterator[Known]:
    async with aiohttp.ClientSession() as session:
        known = Known(slack, session)
        yield known
        for people in known.made:
            await people.close()


def asked(slack: FakeSlack, method: str) -> int:
    return sum(call.method == method for call in slack.api.calls)


def actor(user: str, name: str, role: Role = Role.ATTENDEE) -> Actor:
    return Actor(Identity("slack", f"{TEAM}.{user}", verified=True), name, role, nick=None)


async def test_somebody_is_workspace_and_user_with_the_name_that_they_gave_themselves(known: Known) -> None:
    ada = await known().actor(ADA)

    assert ada == actor(ADA, "Ada Lovelace")
    assert keys_of(ada) == ("slack/T00000001.U00000ADA",)


async def test_names_read_as_people_see_them(slack: FakeSlack, known: Known) -> None:
    slack.workspace.add_user("U001", "rd", "R&amp;D  \n team")
    slack.workspace.add_user("U002", "login").display = ""

    assert (await known().actor("U001")).name == "R&D team"
    assert (await known().actor("U002")).name == "login"


@pytest.mark.parametrize("flag", ["admin", "owner"])
async def test_admins_and_owners_of_the_workspace_are_organisers(slack: FakeSlack, known: Known, flag: str) -> None:
    setattr(slack.workspace.add_user("U001", "boss"), flag, True)

    assert await known(moderators=("U001",)).actor("U001") == actor("U001", "boss", Role.ORGANISER)


async def test_users_and_members_of_groups_have_the_role_that_the_configuration_gives(
    slack: FakeSlack, known: Known
) -> None:
    slack.workspace.groups |= {"S0ORGA": ["U002"], "S0MODS": [ADA, "U002"]}
    for user in ("U001", "U002", "U003"):
        slack.workspace.add_user(user, user.lower())
    people = known(organisers=("U001", "S0ORGA"), moderators=("U001", "S0MODS"))

    roles = {user: (await people.actor(user)).role for user in (ADA, OLGA, "U001", "U002", "U003")}

    assert roles == {
        ADA: Role.MODERATOR,
        OLGA: Role.ORGANISER,
        "U001": Role.ORGANISER,
        "U002": Role.ORGANISER,
        "U003": Role.ATTENDEE,
    }
    assert asked(slack, "usergroups.users.list") == 2


async def test_many_who_want_to_know_the_same_ask_once(slack: FakeSlack, known: Known) -> None:
    slack.workspace.groups["S0MODS"] = [ADA]
    people = known(moderators=("S0MODS",))

    found = await asyncio.gather(*(people.actor(ADA) for _ in range(50)))

    assert found == [actor(ADA, "Ada Lovelace", Role.MODERATOR)] * 50
    assert (asked(slack, "users.info"), asked(slack, "usergroups.users.list")) == (1, 1)


async def test_what_was_found_is_believed_for_a_while(slack: FakeSlack, known: Known) -> None:
    people = known()
    await people.actor(ADA)
    slack.workspace.users[ADA].display = "Countess"
    assert (await people.actor(ADA)).name == "Ada Lovelace"

    await asyncio.sleep(TIMING.person)

    assert (await people.actor(ADA)).name == "Countess"


async def test_who_changed_is_looked_up_again(slack: FakeSlack, known: Known) -> None:
    slack.workspace.groups["S0MODS"] = [ADA]
    people = known(SlackTiming(), moderators=("S0MODS",))
    await people.actor(ADA)
    slack.workspace.users[ADA].admin = True
    slack.workspace.groups["S0MODS"] = [OLGA]

    people.forget(ADA)
    assert (await people.actor(ADA)).role is Role.ORGANISER
    slack.workspace.users[ADA].admin = False
    people.forget(ADA)
    people.forget_groups()
    assert (await people.actor(ADA)).role is Role.ATTENDEE


async def test_an_answer_that_was_asked_for_before_a_change_does_not_count_after_it(
    slack: FakeSlack, known: Known
) -> None:
    people = known(SlackTiming())
    slack.api.delays["users.info"] = 0.2
    early = asyncio.ensure_future(people.actor(ADA))
    await asyncio.sleep(0.05)

    people.forget(ADA)
    await asyncio.gather(early, people.actor(ADA))

    assert asked(slack, "users.info") == 2
    await people.actor(ADA)
    assert asked(slack, "users.info") == 2


@pytest.mark.parametrize("failure", ["user_not_found", "internal_error", 500])
async def test_where_slack_does_not_say_who_it_is_they_have_no_rights_until_it_does(
    slack: FakeSlack, known: Known, failure: str | int
) -> None:
    slack.api.failures["users.info"].append(failure)
    people = known()

    assert await people.actor(OLGA) == actor(OLGA, OLGA)
    assert await people.actor(OLGA) == actor(OLGA, OLGA)
    assert asked(slack, "users.info") == 1  # not for each of the messages that somebody writes meanwhile
    await asyncio.sleep(TIMING.look_up_again)
    assert await people.actor(OLGA) == actor(OLGA, "Olga", Role.ORGANISER)


async def test_where_slack_does_not_say_what_changed_what_was_known_counts(slack: FakeSlack, known: Known) -> None:
    slack.workspace.groups["S0MODS"] = [ADA]
    people = known(moderators=("S0MODS",))
    before = await people.actor(ADA)
    slack.api.down = True
    await asyncio.sleep(TIMING.person)

    assert await people.actor(ADA) == before == actor(ADA, "Ada Lovelace", Role.MODERATOR)


async def test_nobody_waits_long_for_slack_to_say_who_they_are(slack: FakeSlack, known: Known) -> None:
    slack.api.delays["users.info"] = 0.6
    people = known(SlackTiming(look_up=0.1))

    assert await people.actor(OLGA) == actor(OLGA, OLGA)
    await eventually(lambda: people.name(OLGA) == "Olga")
    assert await people.actor(OLGA) == actor(OLGA, "Olga", Role.ORGANISER)


async def test_channels_and_people_have_names_once_they_were_looked_up(known: Known) -> None:
    people = known()
    assert (people.name(ADA), people.channel_name(CHANNEL)) == ("", "")

    await people.learn([ADA, "U0NOBODY"], [CHANNEL, "C0SECRET"])

    assert (people.name(ADA), people.channel_name(CHANNEL)) == ("Ada Lovelace", "ptg")
    assert (people.name("U0NOBODY"), people.channel_name("C0SECRET")) == ("", "")


async def test_an_identity_leads_to_its_user_in_this_workspace_only(known: Known) -> None:
    people = known()

    assert people.user_of(people.identity(ADA).key) == ADA
    assert [people.user_of(key) for key in ("slack/T9.U001", "slack/~ada", "irc/ada", "irc/T00000001.U001", "")] == [
        ""
    ] * 5


async def test_organisers_are_told_in_private_whoever_was_named_or_else_the_admins_who_came_by(
    slack: FakeSlack, known: Known
) -> None:
    slack.workspace.groups["S0ORGA"] = [ADA, "U001"]
    named, unnamed = known(organisers=("U001", "S0ORGA")), known()
    assert (named.organisers(), unnamed.organisers()) == (["U001"], [])

    await asyncio.gather(*(people.actor(user) for people in (named, unnamed) for user in (ADA, OLGA)))

    assert (named.organisers(), unnamed.organisers()) == (["U001", ADA], [OLGA])


async def test_an_admin_of_another_workspace_is_themselves_there_and_nobody_here(
    slack: FakeSlack, known: Known
) -> None:
    slack.workspace.add_user("U001", "boss", admin=True, team="T00000009")
    people = known()

    found = await people.actor("U001", "T00000009")

    assert found == Actor(Identity("slack", "T00000009.U001", verified=True), "boss", Role.ATTENDEE, nick=None)
    assert people.user_of(found.identity.key) == "U001"  # since they share a channel with the bot
    assert people.organisers() == []


async def test_in_an_organisation_somebody_is_of_each_of_their_workspaces(slack: FakeSlack, known: Known) -> None:
    teams = {"id": "W001", "enterprise_id": "E0001", "teams": ["T00000009", TEAM]}
    slack.workspace.add_user("W001", "boss", admin=True, team="T00000009", enterprise=teams)

    assert await known().actor("W001", "E0001") == actor("W001", "boss", Role.ORGANISER)


@pytest.mark.parametrize(("team", "counts"), [("T00000009", "T00000009"), ("E0001", TEAM), ("", TEAM)])
async def test_where_slack_does_not_say_who_it_is_their_workspace_counts_as_the_message_has_it(
    slack: FakeSlack, known: Known, team: str, counts: str
) -> None:
    slack.api.failures["users.info"].append("internal_error")

    found = await known().actor("U001", team)

    assert found == Actor(Identity("slack", f"{counts}.U001", verified=True), "U001", nick=None)


@pytest.mark.parametrize(
    ("display", "name"),
    [
        ("Ada \u202e\x07 Lovelace", "Ada Lovelace"),
        ("Zoë 🚀 (they/them)", "Zoë 🚀 (they/them)"),
        ("\u200b\u202e", "U001"),
        ("&lt;!here&gt;", "<!here>"),
        ("#nova", "#nova"),
        ("أدا", "أدا"),
    ],
)
async def test_odd_names_read_as_they_are_without_what_nobody_sees(
    slack: FakeSlack, known: Known, display: str, name: str
) -> None:
    slack.workspace.add_user("U001", "login", display)

    assert (await known().actor("U001")).name == name


async def test_guests_are_attendees(slack: FakeSlack, known: Known) -> None:
    slack.workspace.add_user("U001", "guest", restricted=True)

    assert await known().actor("U001") == actor("U001", "guest")


async def test_nobody_waits_longer_for_more_groups(slack: FakeSlack, known: Known) -> None:
    slack.workspace.groups |= {"S0ORGA": [], "S0MODS": ["U001"]}
    slack.workspace.add_user("U001", "grace")
    slack.api.delays["usergroups.users.list"] = 5.0
    people = known(replace(TIMING, look_up=0.2), organisers=("S0ORGA",), moderators=("S0MODS",))

    began = asyncio.get_running_loop().time()
    await people.actor("U001")

    assert asyncio.get_running_loop().time() - began < 0.4


async def test_more_people_than_slack_tells_of_one_by_one_are_asked_for_together(
    slack: FakeSlack, known: Known
) -> None:
    users = [slack.workspace.add_user(f"U{number:03}", f"nick{number}").id for number in range(450)]
    slack.api.limits["users.info"] = 60.0
    people = known()

    found = await asyncio.gather(*(people.actor(user) for user in users))

    assert [actor.name for actor in found] == [f"nick{number}" for number in range(450)]
    assert asked(slack, "users.list") == 3
    assert await people.actor("U0NOBODY") == actor("U0NOBODY", "U0NOBODY")
    assert asked(slack, "users.list") == 3


async def test_where_the_list_cannot_be_had_either_people_are_known_by_their_ids(
    slack: FakeSlack, known: Known
) -> None:
    slack.api.failures["users.info"].extend(["ratelimited", "ratelimited"])
    slack.api.failures["users.list"].append("internal_error")
    people = known()

    assert await people.actor(ADA) == actor(ADA, ADA)
    await asyncio.sleep(0.7)
    assert await people.actor(ADA) == actor(ADA, "Ada Lovelace")
