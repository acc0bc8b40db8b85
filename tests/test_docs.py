"""The documentation names every command, and says of each what the program itself says.

``python -m tests.test_docs`` writes the tables of the README and docs/commands.md anew.
"""

import re
from pathlib import Path

import pytest

from ptgbot.app import registry_of
from ptgbot.core.clock import Event
from ptgbot.core.commands import Command, Door, Registry
from ptgbot.core.help import Rest

ROOT = Path(__file__).parent.parent
MARKS = ("<!-- commands: written by python -m tests.test_docs -->", "<!-- end of commands -->")
DOORS = {
    Door.TRACK: "About a track",
    Door.USER: "For everybody",
    Door.ADMIN: "For organisers (op in the channel)",
}


def registry() -> Registry:
    return registry_of(Event(), Rest())


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def _usage(command: Command) -> str:
    return f"`{_cell(command.usage)}`"


def readme_table(commands: Registry) -> str:
    """Return the README's table: every command with what it does."""
    rows = ["| say | it |", "|---|---|"]
    rows += [
        f"| {_usage(command)} | {_cell(command.summary)} |"
        for door in DOORS
        for command in commands.commands
        if command.door is door
    ]
    return "\n".join(rows)


def reference(commands: Registry) -> str:
    """Return the sections of docs/commands.md: every command with all there is to say about it."""
    parts = []
    for door, title in DOORS.items():
        parts.append(f"## {title}")
        for command in commands.commands:
            if command.door is not door:
                continue
            lines = [f"### {_usage(command)}", "", f"{command.summary[:1].upper()}{command.summary[1:]}."]
            if command.note:
                lines[-1] += f" {command.note}"
            if command.aliases:
                family = command.name.rpartition(" ")[0]
                names = ", ".join(f"`{f'{family} {alias}'.strip()}`" for alias in command.aliases)
                lines += ["", f"The same: {names}."]
            example = " ".join([door.value.replace("TRACK", "nova") + command.name, command.example]).strip()
            lines += ["", f"Example: `{example}`"]
            parts.append("\n".join(lines))
    return "\n\n".join(parts)


def _between(path: Path) -> str:
    text = path.read_text(encoding="utf-8")
    begin, end = (re.escape(mark) for mark in MARKS)
    found = re.search(f"{begin}\n(.*?)\n{end}", text, re.DOTALL)
    assert found is not None, f"{path} has no place for the commands"
    return found[1]


def _write(path: Path, content: str) -> None:
    text = path.read_text(encoding="utf-8")
    old, new = (f"{MARKS[0]}\n{part}\n{MARKS[1]}" for part in (_between(path), content))
    path.write_text(text.replace(old, new), encoding="utf-8")


GENERATED = {"README.md": readme_table, "docs/commands.md": reference}


@pytest.mark.parametrize("name", GENERATED)
def test_the_commands_in_the_documentation_are_those_of_the_program(name: str) -> None:
    assert _between(ROOT / name) == GENERATED[name](registry())


def test_every_document_is_reached_from_the_readme_and_every_link_leads_somewhere() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    for document in sorted((ROOT / "docs").glob("*.md")):
        assert f"(docs/{document.name})" in readme
    for document in [ROOT / "README.md", *(ROOT / "docs").glob("*.md")]:
        for target in re.findall(r"\]\((?!https?://|#)([^)#]+)", document.read_text(encoding="utf-8")):
            assert (document.parent / target).exists(), f"{document.name} links to {target}"


if __name__ == "__main__":
    for name, write in GENERATED.items():
        _write(ROOT / name, write(registry()))
