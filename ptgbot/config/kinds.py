"""The kinds of values that settings have: what reads each, and in words what it is.

The words are those of docs/configuration.md.
"""

from datetime import date, time
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

from pydantic import BeforeValidator, SecretStr

from ptgbot.config.values import names, paths, rooms, text, times
from ptgbot.features.openspaces.rules import Room

__all__ = [
    "Backups",
    "Channels",
    "Colour",
    "Command",
    "Day",
    "Days",
    "EventDays",
    "ExistingFolder",
    "Flag",
    "Folder",
    "Grace",
    "Hashtags",
    "Hosts",
    "Hours",
    "Leads",
    "Line",
    "Lines",
    "Links",
    "Minutes",
    "NewFile",
    "Nick",
    "Pace",
    "Patience",
    "Phrases",
    "Port",
    "Quiet",
    "ReadableFile",
    "Rooms",
    "Secret",
    "SlackChannel",
    "SlackChannels",
    "SlackMode",
    "SlackPeople",
    "Targets",
    "TimeOfDay",
    "Url",
    "Visibility",
    "Zone",
]

# Text and numbers.
Line = Annotated[str, BeforeValidator(text.line), "text"]
Phrases = Annotated[tuple[str, ...], BeforeValidator(text.phrases), "list of words"]
Secret = Annotated[SecretStr, BeforeValidator(text.secret), "secret text"]
Flag = Annotated[bool, BeforeValidator(text.flag), "true or false"]
Command = Annotated[str, BeforeValidator(text.command), "text"]
Colour = Annotated[str, BeforeValidator(text.color), "CSS colour"]
Port = Annotated[int, BeforeValidator(text.whole(1, 65535)), "number"]
Lines = Annotated[int, BeforeValidator(text.whole(1, 20)), "number"]
Backups = Annotated[int, BeforeValidator(text.whole(0, 100)), "number"]
Days = Annotated[int, BeforeValidator(text.whole(1, 36500)), "number"]
SlackMode = Annotated[str, BeforeValidator(text.choice("socket", "http")), "`socket` or `http`"]
Visibility = Annotated[
    str, BeforeValidator(text.choice("public", "unlisted", "private")), "`public`, `unlisted` or `private`"
]

# Names and addresses.
Nick = Annotated[str, BeforeValidator(text.left_out(names.nick, "")), "text"]
Hosts = Annotated[tuple[str, ...], BeforeValidator(text.left_out(names.hosts, ())), "list of host names"]
Channels = Annotated[tuple[str, ...], BeforeValidator(text.left_out(names.channels, ())), "list of channels"]
SlackChannel = Annotated[str, BeforeValidator(names.slack_channel), "id of a channel"]
SlackChannels = Annotated[tuple[str, ...], BeforeValidator(names.slack_channels), "list of channels' ids"]
SlackPeople = Annotated[tuple[str, ...], BeforeValidator(names.slack_people), "list of ids of people and user groups"]
Hashtags = Annotated[tuple[str, ...], BeforeValidator(names.hashtags), "list of hashtags"]
Targets = Annotated[tuple[str, ...], BeforeValidator(names.targets), "list of channels and networks"]
Url = Annotated[str, BeforeValidator(names.url), "http or https address"]
Links = Annotated[tuple[tuple[str, str], ...], BeforeValidator(names.links), "object of texts and addresses"]
Rooms = Annotated[tuple[Room, ...], BeforeValidator(rooms.rooms), "list of rooms"]

# Times.
Pace = Annotated[float, BeforeValidator(text.seconds(0.0, 10.0)), "number of seconds"]
Patience = Annotated[float, BeforeValidator(text.seconds(1.0, 600.0)), "number of seconds"]
Minutes = Annotated[int, BeforeValidator(text.whole(1, 1440)), "number of minutes"]
Grace = Annotated[int, BeforeValidator(text.whole(0, 120)), "number of minutes"]
Leads = Annotated[tuple[int, ...], BeforeValidator(text.numbers(1, 1440, 10)), "list of minutes"]
Zone = Annotated[ZoneInfo, BeforeValidator(times.zone), "IANA time zone"]
Day = Annotated[date | None, BeforeValidator(times.day), "date, YYYY-MM-DD"]
EventDays = Annotated[tuple[date, ...], BeforeValidator(times.days), "list of dates, YYYY-MM-DD"]
TimeOfDay = Annotated[time | None, BeforeValidator(times.clock), "time of day, HH:MM"]
Hours = Annotated[tuple[time, time], BeforeValidator(times.hours), "two times of day, HH:MM"]
Quiet = Annotated[tuple[time, time] | None, BeforeValidator(times.quiet), "HH:MM-HH:MM, or `off`"]

# Files.
ReadableFile = Annotated[Path | None, BeforeValidator(paths.readable_file), "path of a file"]
NewFile = Annotated[Path, BeforeValidator(paths.new_file), "path of a file"]
Folder = Annotated[Path, BeforeValidator(paths.folder), "path of a folder"]
ExistingFolder = Annotated[Path | None, BeforeValidator(paths.existing_folder), "path of a folder"]
