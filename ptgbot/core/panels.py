"""What one person can see and press where a network has more than lines of text: plain data, in no network's terms.

Every button and every form gives a command, in the words that somebody would type; so there is one way to do a thing.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from ptgbot.core.identity import Role

__all__ = ["Button", "Card", "Choice", "Entry", "Field", "Form", "Panel", "Section", "Sign", "filled"]

_PLACE = re.compile(r"\{([^{}]*)\}")


def filled(command: str, values: Mapping[str, str]) -> str:
    """Return a command with what was filled in; each value becomes one line, and cannot be read as a place.

    Args:
        command: The command with the names of fields in braces, such as ``#{track} now {text}``.
        values: What was filled in, by the names of the fields.
    """
    return " ".join(_PLACE.sub(lambda place: values.get(place[1], ""), command).split())


class Entry(Enum):
    """How something is filled in where there is no list to pick from."""

    TEXT = "text"
    DATE = "date"  # as 2026-11-23
    TIME = "time"  # as 14:05, to the minute


class Sign(Enum):
    """What a card shows at a glance."""

    WAITS = "waits"
    GOOD = "good"
    ENDED = "ended"
    WARNS = "warns"
    MOVED = "moved"


@dataclass(frozen=True, slots=True)
class Choice:
    """One of several that can be picked.

    Args:
        value: What it puts into the command.
        label: What people read.
        group: Under which heading it stands; empty for none.
    """

    value: str
    label: str
    group: str = ""


@dataclass(frozen=True, slots=True)
class Field:
    """Something to fill in.

    Args:
        name: The place in the form's command that it fills.
        label: What people read beside it.
        choices: What can be picked; empty for free text.
        initial: What is filled in already.
        hint: An example, or what it is for.
        optional: Whether it may stay empty.
        entry: How it is filled in where there are no choices.
    """

    name: str
    label: str
    choices: tuple[Choice, ...] = ()
    initial: str = ""
    hint: str = ""
    optional: bool = False
    entry: Entry = Entry.TEXT


@dataclass(frozen=True, slots=True)
class Form:
    """Fields that together make a command.

    Args:
        name: Its name, by which it is found again.
        title: Its heading, at most 24 characters, which is what Slack has room for.
        command: The command with the names of fields in braces, such as ``#{track} now {text}``.
        fields: What there is to fill in.
        submit: What the button says.
    """

    name: str
    title: str
    command: str
    fields: tuple[Field, ...]
    submit: str = "Save"

    def filled(self, values: Mapping[str, str]) -> str:
        """Return the command for what was filled in (see ``filled`` of this module)."""
        return filled(self.command, values)


@dataclass(frozen=True, slots=True)
class Button:
    """Something to press: it gives a command, or opens a form.

    Args:
        label: What it says.
        command: The command that it gives; empty where it opens a form.
        form: The name of the form that it opens; empty where it gives a command.
        primary: Whether it stands out.
        danger: Whether it stands out as something that ends what was to be.
        needs: The fields of its card that have to be filled in for it.
    """

    label: str
    command: str = ""
    form: str = ""
    primary: bool = False
    danger: bool = False
    needs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Section:
    """A heading, lines of plain text, and buttons."""

    heading: str
    lines: tuple[str, ...] = ()
    buttons: tuple[Button, ...] = ()


@dataclass(frozen=True, slots=True)
class Card:
    """One message about one thing, for several people to act on; it is edited as that thing changes.

    The commands of its buttons may have the names of its fields in braces (see ``filled``).

    Args:
        name: The id by which people name what it is about, such as ``p41``.
        version: What tells it from an older card about the same.
        heading: What it is about, at most 150 characters, which is what Slack has room for.
        quote: What somebody wrote; empty where nobody did.
        lines: What else there is to know.
        fields: What there is to pick, with what is so at the moment.
        buttons: What there is to press.
        sign: How things stand, at a glance.
        footer: How things stand, who decided that and when, in words.
        elsewhere: The channel in which it stands by now; empty while it is this one.
        role: Who may press.
        since: From when on it may have been posted (aware, UTC).
    """

    name: str
    version: str
    heading: str
    quote: str = ""
    lines: tuple[str, ...] = ()
    fields: tuple[Field, ...] = ()
    buttons: tuple[Button, ...] = ()
    sign: Sign = Sign.WAITS
    footer: str = ""
    elsewhere: str = ""
    role: Role = Role.ORGANISER
    since: datetime | None = None

    @property
    def text(self) -> str:
        """All of it that is no field and no button, for those who see or hear only text."""
        return "\n".join(filter(None, (self.heading, self.quote, *self.lines, self.footer)))

    def lacking(self, button: Button, values: Mapping[str, str]) -> tuple[str, ...]:
        """Return the labels of the fields that a button needs and that are empty."""
        labels = {field.name: field.label for field in self.fields}
        return tuple(labels.get(name, name) for name in button.needs if not values.get(name, "").strip())


@dataclass(frozen=True, slots=True)
class Panel:
    """All that one person sees."""

    sections: tuple[Section, ...]
