"""Open spaces: how posts about them are found and read, and who looks at them."""

from datetime import time, timedelta
from zoneinfo import ZoneInfo

from pydantic import BaseModel, Field

from ptgbot.config.kinds import EventDays, Flag, Hashtags, Hours, Leads, Minutes, Phrases, Rooms, SlackChannel
from ptgbot.features.openspaces.rules import Rules

__all__ = ["OpenSpaceKeys", "rules_of"]


class OpenSpaceKeys(BaseModel):
    """The settings ``openspaces.…``; each may be left out."""

    openspaces_words: Phrases = Field(
        (),
        alias="openspaces.words",
        description="Words and hashtags by which posts about open spaces are found on X and in Slack; the hashtags"
        " among them on Mastodon too.",
    )
    openspaces_hashtags: Hashtags = Field(
        (),
        alias="openspaces.hashtags",
        description="More hashtags that are followed on Mastodon and X, with or without `#`.",
    )
    openspaces_days: EventDays = Field(
        (),
        alias="openspaces.days",
        description="The dates on which there are open spaces; without it, every day of the schedule.",
    )
    openspaces_hours: Hours = Field(
        (time(8), time(20)),
        alias="openspaces.hours",
        description="Between which hours open spaces are; settles whether `at 3` is in the morning or the afternoon.",
        json_schema_extra={"default": '`["08:00", "20:00"]`'},
    )
    openspaces_rooms: Rooms = Field(
        (),
        alias="openspaces.rooms",
        description='The rooms for open spaces: names, or `{"name": "9", "aliases": ["09"]}`.',
    )
    openspaces_minutes: Minutes = Field(
        45, alias="openspaces.minutes", description="How long an open space is where its post does not say."
    )
    openspaces_leads: Leads = Field(
        (15,), alias="openspaces.leads", description="How many minutes before an open space the bot reminds of it."
    )
    openspaces_auto_send: Flag = Field(
        default=True,
        alias="openspaces.auto_send",
        description="Whether reminders of open spaces about which there is no doubt go out without anybody's approval.",
    )
    openspaces_reply: Flag = Field(
        default=True,
        alias="openspaces.reply",
        description="Whether the author of a post is told once what will happen and how to change it.",
    )
    openspaces_slack_channel: SlackChannel = Field(
        "",
        alias="openspaces.slack_channel",
        description="The channel in Slack in which posts about open spaces are read.",
    )
    openspaces_outgoing_channel: SlackChannel = Field(
        "", alias="openspaces.outgoing_channel", description="The channel in Slack that shows what will go out."
    )
    openspaces_review_channel: SlackChannel = Field(
        "",
        alias="openspaces.review_channel",
        description="The channel in Slack in which people settle what is in doubt.",
    )
    openspaces_conflict_channel: SlackChannel = Field(
        "",
        alias="openspaces.conflict_channel",
        description="The channel in Slack that shows open spaces for which the room is taken; it may be the same one.",
    )


def rules_of(keys: OpenSpaceKeys, zone: ZoneInfo) -> Rules:
    """Return how posts about open spaces are read.

    Args:
        keys: The settings.
        zone: The event's zone.

    Raises:
        ValueError: Two rooms share a name; the text begins with the key.
    """
    return Rules(
        zone=zone,
        days=keys.openspaces_days,
        hours=keys.openspaces_hours,
        rooms=keys.openspaces_rooms,
        duration=timedelta(minutes=keys.openspaces_minutes),
        words=keys.openspaces_words,
    )
