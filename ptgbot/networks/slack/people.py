"""Who somebody in Slack is: their name for people to read, and what they may do; and what channels are called."""

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from slack_sdk.web.async_client import AsyncWebClient

from ptgbot.core.identity import Actor, Identity, Role, account_of
from ptgbot.networks.slack.errors import CallFailed, called
from ptgbot.networks.slack.lookups import MOST, Lookup
from ptgbot.networks.slack.settings import SlackSettings, SlackTiming
from ptgbot.networks.slack.text import clean, unescape

__all__ = ["People", "Person"]

PAGE = 200  # people that Slack tells of at once


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody in the workspace, or of another one with which a channel is shared.

    Args:
        id: Slack's id of them.
        name: What they call themselves.
        team: Their workspace, where it is another one; empty for the bot's own.
        admin: Whether they are an admin or owner of the bot's workspace.
    """

    id: str
    name: str
    team: str = ""
    admin: bool = False


class People:
    """Knows people, user groups and the names of channels; what it asked Slack it believes for a while.

    Args:
        client: The Web API.
        settings: Who may do what.
        timing: For how long an answer is believed.
        network: The network's name in identities.
    """

    def __init__(self, client: AsyncWebClient, settings: SlackSettings, timing: SlackTiming, network: str) -> None:
        self._client = client
        self._settings = settings
        self._timing = timing
        self._network = network
        patience = {"life": timing.person, "patience": timing.look_up, "again": timing.look_up_again}
        self._people = Lookup("the person", self._ask_person, **patience)
        self._groups = Lookup("the user group", self._ask_group, **patience)
        self._channels = Lookup("the channel", self._ask_channel, **patience)
        self._everybody: asyncio.Task[dict[str, Person]] | None = None  # who they are, as asked for lately
        self._admins: dict[str, None] = {}  # those whom the bot met
        self.team = ""  # the workspace's id
        self.me = ""  # the bot's own user id
        self.url = ""  # the workspace's address, with a slash at its end

    # -- what is known ----------------------------------------------------------------------------------------------

    def name(self, user: str) -> str:
        """Return the name of somebody who was looked up; empty where nobody was."""
        person = self._people.known(user)
        return "" if person is None else person.name

    def channel_name(self, channel: str) -> str:
        """Return what a channel is called that was looked up; empty where none was."""
        return self._channels.known(channel) or ""

    def identity(self, user: str, team: str = "") -> Identity:
        """Return the identity of a user: the workspace vouches for it; their own one, where that is named."""
        return Identity(self._network, f"{team or self.team}.{user}", verified=True)

    def user_of(self, key: str) -> str:
        """Return the user of an identity's key; empty where it is nobody's in this workspace, or whom it met."""
        team, _, user = account_of(key).partition(".")
        person = self._people.known(user)
        is_met = team == self.team or (person is not None and person.team == team)
        return user if key.startswith(f"{self._network}/") and is_met else ""

    @staticmethod
    def user_in(key: str) -> str:
        """Return the user of the key of an identity of somebody who just wrote, from whichever workspace."""
        return account_of(key).partition(".")[2]

    def link(self, channel: str, ts: str, thread: str = "") -> str:
        """Return the address of a message, as ``chat.getPermalink`` would, without a call for each.

        Args:
            channel: The channel's id.
            ts: The message's ts.
            thread: The ts of the thread in which it stands; empty for none.
        """
        if not self.url:
            return ""
        inside = f"?thread_ts={thread}&cid={channel}" if thread and thread != ts else ""
        return f"{self.url}archives/{channel}/p{ts.replace('.', '')}{inside}"

    def organisers(self) -> list[str]:
        """Return the users whom the configuration makes organisers, else the admins who are known."""
        listed = dict.fromkeys(user for user in self._settings.organisers if not _is_group(user))
        for group in filter(_is_group, self._settings.organisers):
            listed |= dict.fromkeys(sorted(self._groups.known(group) or ()))
        return list(listed or self._admins)

    # -- what Slack is asked ----------------------------------------------------------------------------------------

    async def actor(self, user: str, team: str = "") -> Actor:
        """Return somebody with their name and what they may do at this moment.

        Where Slack does not tell, they are known by their id, and have no right that depends on its answer.

        Args:
            user: Slack's id of them.
            team: The workspace of which Slack said in passing that they are; it counts where Slack does not tell more.
        """
        person, role = await asyncio.gather(self._people.find(user), self._listed_role(user))
        if person is None:
            # Of an organisation of several workspaces it says the organisation.
            return Actor(self.identity(user, team if team.startswith("T") else ""), user, role, nick=None)
        self._admins.pop(user, None)
        if person.admin:
            role, self._admins[user] = Role.ORGANISER, None
        return Actor(self.identity(user, person.team), person.name, role, nick=None)

    async def learn(self, users: Iterable[str], channels: Iterable[str]) -> None:
        """Look up people and channels whose names are about to be read."""
        asked = [self._people.find(user) for user in users]
        await asyncio.gather(*asked, *(self._channels.find(channel) for channel in channels))

    async def _listed_role(self, user: str) -> Role:
        roles = ((Role.ORGANISER, self._settings.organisers), (Role.MODERATOR, self._settings.moderators))
        groups = dict.fromkeys(group for _, listed in roles for group in listed if _is_group(group))
        found = await asyncio.gather(*map(self._groups.find, groups))
        members = dict(zip(groups, found, strict=True))
        for role, listed in roles:
            if user in listed or any(user in (members.get(group) or ()) for group in listed):
                return role
        return Role.ATTENDEE

    async def _ask_person(self, user: str) -> Person:
        try:
            answer = await called(self._client.users_info(user=user))
        except CallFailed as error:
            # So many came at once that Slack will not tell of one after the other.
            person = (await self._ask_everybody()).get(user) if error.wait else None
            if person is None:
                raise
            return person
        return self._person(answer["user"])

    async def _ask_everybody(self) -> dict[str, Person]:
        """Return everybody in the workspace; several who want to know that at once ask once."""
        if self._everybody is None:
            self._everybody = asyncio.ensure_future(self._list())
            self._everybody.add_done_callback(self._listed)
        return await asyncio.shield(self._everybody)

    async def _list(self) -> dict[str, Person]:
        found: dict[str, Person] = {}
        cursor = ""
        while len(found) < MOST:
            try:
                answer = await called(self._client.users_list(limit=PAGE, cursor=cursor))
            except CallFailed as error:
                if not error.wait:
                    raise
                await asyncio.sleep(error.wait)
                continue
            page = [self._person(member) for member in answer["members"]]
            for person in page:
                self._people.remember(person.id, person)
            found |= {person.id: person for person in page}
            cursor = (answer.get("response_metadata") or {}).get("next_cursor") or ""
            if not cursor:
                break
        return found

    def _listed(self, listing: "asyncio.Task[dict[str, Person]]") -> None:
        """Have the list asked for again when it is old, and soon where that failed."""
        failed = listing.cancelled() or listing.exception() is not None
        life = self._timing.look_up_again if failed else self._timing.person
        asyncio.get_running_loop().call_later(life, setattr, self, "_everybody", None)

    def _person(self, found: Mapping[str, Any]) -> Person:
        user = str(found["id"])
        profile = found.get("profile") or {}
        name = profile.get("display_name") or profile.get("real_name") or found.get("real_name") or found.get("name")
        name = " ".join(clean(unescape(str(name or ""))).split())
        name = name if any(letter.isprintable() and letter != " " for letter in name) else ""
        # In an organisation of several workspaces somebody is in some of them, whichever one is named first.
        team, teams = str(found.get("team_id") or self.team), (found.get("enterprise_user") or {}).get("teams") or ()
        if team != self.team and self.team not in teams:
            return Person(user, name or user, team)  # an admin there has no rights here
        return Person(user, name or user, admin=bool(found.get("is_admin") or found.get("is_owner")))

    async def _ask_group(self, group: str) -> frozenset[str]:
        answer = await called(self._client.usergroups_users_list(usergroup=group))
        return frozenset(answer["users"])

    async def _ask_channel(self, channel: str) -> str:
        answer = await called(self._client.conversations_info(channel=channel))
        return str(answer["channel"].get("name", ""))

    # -- what changed -----------------------------------------------------------------------------------------------

    def forget(self, user: str) -> None:
        """Look somebody up again the next time: they changed."""
        self._people.forget(user)

    def forget_groups(self) -> None:
        """Look up every user group again the next time."""
        self._groups.forget()

    async def close(self) -> None:
        """Give up what is still being asked."""
        if self._everybody is not None and not self._everybody.done():
            self._everybody.cancel()
            await asyncio.wait([self._everybody])
        for lookup in (self._people, self._groups, self._channels):
            await lookup.close()


def _is_group(listed: str) -> bool:
    return listed.startswith("S")
