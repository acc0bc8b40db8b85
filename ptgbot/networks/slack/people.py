"""Who somebody in Slack is: their name for people to read, and what they may do; and what channels are called."""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass

from slack_sdk.web.async_client import AsyncWebClient

from ptgbot.core.identity import Actor, Identity, Role, account_of
from ptgbot.networks.slack.errors import called
from ptgbot.networks.slack.lookups import Lookup
from ptgbot.networks.slack.settings import SlackSettings, SlackTiming
from ptgbot.networks.slack.text import unescape

__all__ = ["People", "Person"]


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody in the workspace.

    Args:
        id: Slack's id of them.
        name: What they call themselves.
        admin: Whether they are an admin or owner of the workspace.
    """

    id: str
    name: str
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
        self._network = network
        patience = {"life": timing.person, "patience": timing.look_up, "again": timing.look_up_again}
        self._people = Lookup("the person", self._ask_person, **patience)
        self._groups = Lookup("the user group", self._ask_group, **patience)
        self._channels = Lookup("the channel", self._ask_channel, **patience)
        self.team = ""  # the workspace's id
        self.me = ""  # the bot's own user id

    # -- what is known ----------------------------------------------------------------------------------------------

    def name(self, user: str) -> str:
        """Return the name of somebody who was looked up; empty where nobody was."""
        person = self._people.known(user)
        return "" if person is None else person.name

    def channel_name(self, channel: str) -> str:
        """Return what a channel is called that was looked up; empty where none was."""
        return self._channels.known(channel) or ""

    def identity(self, user: str) -> Identity:
        """Return the identity of a user: the workspace vouches for it."""
        return Identity(self._network, f"{self.team}.{user}", verified=True)

    def user_of(self, key: str) -> str:
        """Return the user of an identity's key; empty where it is nobody's in this workspace."""
        team, _, user = account_of(key).partition(".")
        return user if key.startswith(f"{self._network}/") and team == self.team else ""

    def organisers(self) -> list[str]:
        """Return the users whom the configuration makes organisers, else the admins who are known."""
        listed = dict.fromkeys(user for user in self._settings.organisers if not _is_group(user))
        for group in filter(_is_group, self._settings.organisers):
            listed |= dict.fromkeys(sorted(self._groups.known(group) or ()))
        return list(listed) or [person.id for person in self._people.values() if person.admin]

    # -- what Slack is asked ----------------------------------------------------------------------------------------

    async def actor(self, user: str) -> Actor:
        """Return somebody with their name and what they may do at this moment.

        Where Slack does not tell, they are known by their id, and have no right that depends on its answer.
        """
        person, role = await asyncio.gather(self._people.find(user), self._listed_role(user))
        if person is None:
            return Actor(self.identity(user), user, role, nick=None)
        return Actor(self.identity(user), person.name, Role.ORGANISER if person.admin else role, nick=None)

    async def learn(self, users: Iterable[str], channels: Iterable[str]) -> None:
        """Look up people and channels whose names are about to be read."""
        asked = [self._people.find(user) for user in users]
        await asyncio.gather(*asked, *(self._channels.find(channel) for channel in channels))

    async def _listed_role(self, user: str) -> Role:
        for role, listed in (
            (Role.ORGANISER, self._settings.organisers),
            (Role.MODERATOR, self._settings.moderators),
        ):
            groups = await asyncio.gather(*(self._groups.find(group) for group in listed if _is_group(group)))
            if user in listed or any(user in (members or ()) for members in groups):
                return role
        return Role.ATTENDEE

    async def _ask_person(self, user: str) -> Person:
        answer = await called(self._client.users_info(user=user))
        found = answer["user"]
        profile = found.get("profile") or {}
        name = profile.get("display_name") or profile.get("real_name") or found.get("real_name") or found.get("name")
        name = " ".join(unescape(str(name or "")).split())
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
        for lookup in (self._people, self._groups, self._channels):
            await lookup.close()


def _is_group(listed: str) -> bool:
    return listed.startswith("S")
