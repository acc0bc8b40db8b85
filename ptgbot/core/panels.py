"""What one person can see and press where a network has more than lines of text: plain data, in no network's terms.

Every button and every form gives a command, in the words that somebody would type; so there is one way to do a thing.
"""

from collections.abc import Mapping
from dataclasses import dataclass

__all__ = ["Button", "Choice", "Field", "Form", "Panel", "Section"]


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
    """

    name: str
    label: str
    choices: tuple[Choice, ...] = ()
    initial: str = ""
    hint: str = ""
    optional: bool = False


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
        """Return the command for what was filled in; each value becomes one line, and cannot be read as a place."""
        command = ""
        rest = self.command
        while rest:
            before, brace, after = rest.partition("{")
            command += before
            if not brace:
                break
            name, _, rest = after.partition("}")
            command += " ".join(values.get(name, "").split())
        return " ".join(command.split())


@dataclass(frozen=True, slots=True)
class Button:
    """Something to press: it gives a command, or opens a form.

    Args:
        label: What it says.
        command: The command that it gives; empty where it opens a form.
        form: The name of the form that it opens; empty where it gives a command.
        primary: Whether it stands out.
    """

    label: str
    command: str = ""
    form: str = ""
    primary: bool = False


@dataclass(frozen=True, slots=True)
class Section:
    """A heading, lines of plain text, and buttons."""

    heading: str
    lines: tuple[str, ...] = ()
    buttons: tuple[Button, ...] = ()


@dataclass(frozen=True, slots=True)
class Panel:
    """All that one person sees."""

    sections: tuple[Section, ...]
