"""``help`` and ``more``: how people find out what they can say."""

from collections import OrderedDict

from ptgbot.core.commands import Call, Command, Door, Outcome, Parameter, Refused, Registry, quote
from ptgbot.core.grammar import Reading
from ptgbot.core.identity import Actor, Role

__all__ = ["Rest", "help_commands", "unknown"]

PAGE_LINES = 10
_PEOPLE = 500  # how many people's rests are kept


class Rest:
    """What is left of the long lists that people asked for."""

    def __init__(self) -> None:
        self._lines: OrderedDict[str, tuple[str, ...]] = OrderedDict()

    def page(self, actor: Actor, lines: tuple[str, ...]) -> tuple[str, ...]:
        """Return as many lines as go out at once, and keep the rest for ``more`` until there is another rest."""
        if len(lines) <= PAGE_LINES:
            return lines
        self._lines.pop(actor.identity.key, None)
        self._lines[actor.identity.key] = lines[PAGE_LINES:]
        if len(self._lines) > _PEOPLE:
            self._lines.popitem(last=False)
        left = len(lines) - PAGE_LINES
        return (*lines[:PAGE_LINES], f"… {left} more line{'s' * (left > 1)}: say 'more'.")

    def take(self, actor: Actor) -> tuple[str, ...]:
        """Return what is left for somebody."""
        return self._lines.pop(actor.identity.key, ())


def _doors(role: Role) -> list[Door]:
    return [Door.USER, Door.TRACK, *([Door.ADMIN] if role >= Role.ORGANISER else [])]


def _find(call: Call, words: tuple[str, ...]) -> list[Command]:
    sign = words[0][0]
    bare = (words[0].lstrip("+~#") or words[0], *words[1:])
    doors = {"~": [Door.ADMIN], "#": [Door.TRACK, Door.USER], "+": [Door.USER]}.get(sign, list(Door))
    if sign == "#" and len(words) > 1:  # "#TRACK now" as a usage text has it
        found = call.registry.find(Door.TRACK, words[1:])
        if found:
            return [found[0]]
    commands = []
    for door in doors:
        found = call.registry.find(door, bare)
        commands += [found[0]] if found else call.registry.family(door, bare[0])
    return commands


def _explain(command: Command) -> str:
    aliases = f" (also: {', '.join(command.aliases)})" if command.aliases else ""
    note = f" {command.note}" if command.note else ""
    return f"{command.usage}{aliases}: {command.summary}.{note}"


def help_commands(rest: Rest, documentation: str) -> tuple[Command, ...]:
    """Return the commands ``help`` and ``more``.

    Args:
        rest: Where the rests of long lists are kept.
        documentation: Where the documentation is.
    """

    def help_(call: Call) -> Outcome:
        words = call.arguments.words("COMMAND")
        if words:
            commands = _find(call, words)
            if not commands:
                raise Refused(f"I know no command '{quote(' '.join(words))}'. Say 'help' for the list.")
            return Outcome(listing=tuple(_explain(command) for command in commands))
        lead = {
            Door.USER: "Everybody",
            Door.TRACK: "About a track, as in '#TRACK now TEXT'",
            Door.ADMIN: "Organisers",
        }
        lines = [
            f"{lead[door]}: {', '.join(_mark(door) + verb for verb in call.registry.verbs(door))}."
            for door in _doors(call.actor.role)
        ]
        lines[-1] += f" 'help COMMAND' explains one; all of it: {documentation}"
        return Outcome(listing=tuple(lines))

    def more(call: Call) -> Outcome:
        lines = rest.take(call.actor)
        if not lines:
            return Outcome(reply="There is no more.")
        return Outcome(listing=lines, private=True)  # as its beginning was

    return (
        Command(
            Door.USER,
            "help",
            "lists what you can say, or explains one command",
            help_,
            (Parameter.words("COMMAND", optional=True),),
            example="now",
        ),
        Command(Door.USER, "more", "goes on with a long list", more),
    )


def _mark(door: Door) -> str:
    return "" if door is Door.TRACK else door.value


def unknown(registry: Registry, reading: Reading) -> str:
    """Return what to tell somebody whose command is not known."""
    verb = quote(reading.words[0]) if reading.words else ""
    family = registry.family(reading.door, verb) if verb else []
    if family:
        return f"'{verb}' needs one of: {', '.join(command.name.split()[1] for command in family)}."
    verbs = ", ".join(registry.verbs(reading.door))
    if reading.door is Door.TRACK:
        if not verb:
            return f"What about #{reading.track}? Say '#{reading.track} now TEXT', or one of: {verbs}."
        said = quote(" ".join(reading.words))
        return f"Unknown command '{verb}'. Did you mean: #{reading.track} now {said}? I know: {verbs}."
    if reading.door is Door.ADMIN:
        return f"Unknown command '~{verb}'. Organisers can say: {verbs}."
    return f"Unknown command '{verb}'.{_meant(registry, reading.words)} You can say: {verbs}."


def _meant(registry: Registry, words: tuple[str, ...]) -> str:
    """Return a hint where a command for tracks or organisers was said without its sign."""
    if registry.find(Door.TRACK, words[1:]):
        return f" Did you mean: #{quote(' '.join(words))}?"
    found = registry.find(Door.TRACK, words) or registry.find(Door.ADMIN, words)
    return f" Did you mean: {found[0].usage}?" if found else ""
