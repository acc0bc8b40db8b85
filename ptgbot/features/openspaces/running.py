"""``~openspaces``, ``~ignore`` and ``~unignore``: how open spaces are run."""

from collections import Counter

from ptgbot.core.changes import Draft
from ptgbot.core.commands import Call, Command, Door, Outcome, Parameter, Refused, quote
from ptgbot.core.documents import View
from ptgbot.features.openspaces.deciding import Desk
from ptgbot.features.openspaces.model import CHOICES, IGNORED, POSTS, Choices, Fate, Ignored, Lane, Post, post_id
from ptgbot.features.openspaces.settings import auto_send, rules_now
from ptgbot.features.openspaces.staff import find_post, number_of

__all__ = ["running_commands"]

_NAME = "NAME"


class _Running:
    def __init__(self, desk: Desk, places: tuple[str, ...]) -> None:
        self._desk = desk
        self._places = tuple(place.removesuffix(":timeline") for place in places)

    def openspaces(self, call: Call) -> Outcome:
        words = [word.lower() for word in call.arguments.words("auto on|off")]
        if not words:
            return Outcome(listing=self._state(call.view, call), private=True)
        if len(words) != 2 or words[0] != "auto" or words[1] not in ("on", "off"):
            raise Refused("Say ~openspaces, ~openspaces auto on or ~openspaces auto off.")
        wanted = words[1] == "on"
        before = auto_send(call.view, self._desk.settings)
        draft = Draft(call.view)
        draft.put(CHOICES, Choices(wanted))
        already = " already" if before is wanted else ""
        back = "off" if wanted else "on"
        what = (
            "what is clear goes out without anybody's approval"
            if wanted
            else "nothing goes out that nobody approved; what is approved stays so"
        )
        return Outcome(draft.edits(), f"Auto is {words[1]}{already}: {what}. ~openspaces auto {back} changes that.")

    def _state(self, view: View, call: Call) -> tuple[str, ...]:
        settings = self._desk.settings
        rules = rules_now(view, call.event, settings)
        found = [
            *(f"'{word}'" for word in rules.words),
            *(f"'#{tag}'" for tag in settings.hashtags),
            *([f"{settings.slack_channel} in Slack"] if settings.slack_channel else []),
        ]
        lanes = Counter(_standing(post) for post in view.all(POSTS).values() if post.end is None or post.end > call.at)
        counted = ", ".join(f"{count} {name}" for name, count in sorted(lanes.items())) or "none"
        leads = ", ".join(str(lead) for lead in settings.leads) or "none"
        rooms = ", ".join(room.name for room in rules.rooms) or "none"
        days = ", ".join(day.isoformat() for day in rules.days) or "every day"
        places = ", ".join(self._places) or "nowhere: reminders.targets is not set"
        auto = "on" if auto_send(view, settings) else "off"
        return (
            f"Posts are found by {', '.join(found) or 'nothing but +openspace TEXT'}.",
            f"Rooms: {rooms}. Days: {days}.",
            f"Reminders {leads} minutes before, to {places}. Auto is {auto} (~openspaces auto on|off).",
            f"Posts that are not over: {counted}. ~posts shows them.",
        )

    # -- who is ignored ----------------------------------------------------------------------------------------------

    def ignore(self, call: Call) -> Outcome:
        name = call.arguments.text(_NAME)
        if not name:
            listed = ", ".join(sorted(map(_shown, call.view.all(IGNORED).values())))
            return Outcome(reply=f"Ignored: {listed or 'nobody'}. ~ignore NAME adds somebody.", private=True)
        found = _authors(call.view, name)
        draft = Draft(call.view)
        for key, shown in found.items():
            if call.view.get(IGNORED, key) is None:
                draft.put(IGNORED, Ignored(key, shown))
        shown = ", ".join(f"{shown} on {key.partition('/')[0]}" for key, shown in found.items())
        if not draft.edits():
            return Outcome(reply=f"{shown} is ignored already. ~unignore {name} ends that.", private=True)
        open_ = [p for key in found for p in call.view.where(POSTS, "author", key).values() if _is_open(p, call)]
        ids = " ".join(post_id(post.number) for post in sorted(open_, key=lambda post: post.number))
        still = f" What is here already stays: ~deny {ids} keeps it from going out." if ids else ""
        reply = f"{shown} is ignored: new posts of theirs are dropped.{still} ~unignore {name} takes it back."
        return Outcome(draft.edits(), reply, private=True)

    def unignore(self, call: Call) -> Outcome:
        name = call.arguments.text(_NAME)
        wanted = _plain(name)
        draft = Draft(call.view)
        for key, ignored in call.view.all(IGNORED).items():
            if wanted in (_plain(key), _plain(_account(key)), _plain(ignored.name), _plain(_shown(ignored))):
                draft.remove(IGNORED, key)
        if not draft.edits():
            raise Refused(f"'{quote(name)}' is not ignored: ~ignore shows who is.")
        return Outcome(draft.edits(), f"{name} is read again. ~ignore {name} takes it back.", private=True)


def _standing(post: Post) -> str:
    if post.fate is not Fate.OPEN:
        return post.fate.value
    return "aside" if post.lane is Lane.ASIDE else f"in {post.lane.value}"


def _is_open(post: Post, call: Call) -> bool:
    is_open = post.fate in (Fate.OPEN, Fate.APPROVED) and post.lane is not Lane.ASIDE
    return is_open and (post.end is None or post.end > call.at)


def _plain(name: str) -> str:
    return name.lower().replace("@", "").strip()


def _account(key: str) -> str:
    return key.partition("/")[2]


def _shown(ignored: Ignored) -> str:
    return f"{ignored.name or _account(ignored.author)} on {ignored.author.partition('/')[0]}"


def _authors(view: View, name: str) -> dict[str, str]:
    """Return whom a name means: the keys of their identities, and what they are called.

    Raises:
        Refused: Nobody who posted is called so, and it does not say on which network that name is.
    """
    number = number_of(name)
    if number is not None:
        post = find_post(view, number)
        return {post.author: post.name}
    wanted = _plain(name)
    found = {
        post.author: post.name
        for post in view.all(POSTS).values()
        if wanted in (_plain(post.name), _plain(post.author))
    }
    if found:
        return found
    network, slash, account = name.partition("/")
    if not slash or not account or not network.isalpha():
        raise Refused(
            f"Nobody called '{quote(name)}' posted anything yet. Say it with the network, such as x/@spam, or the id of"
            " a post of theirs."
        )
    return {f"{network.lower()}/@{_plain(account)}": f"@{_plain(account)}"}


def running_commands(desk: Desk, places: tuple[str, ...]) -> tuple[Command, ...]:
    """Return the commands with which organisers say how open spaces are run.

    Args:
        desk: Decides about posts.
        places: Where reminders go, as documents name it.
    """
    running = _Running(desk, places)
    return (
        Command(
            Door.ADMIN,
            "openspaces",
            "shows how posts are found and what there is; 'auto' says whether what is clear goes out by itself",
            running.openspaces,
            (Parameter.text("auto on|off", optional=True),),
            example="auto off",
        ),
        Command(
            Door.ADMIN,
            "ignore",
            "drops the posts of somebody from now on; without a name, shows whose",
            running.ignore,
            (Parameter.text(_NAME, optional=True),),
            example="x/@spam",
            note="NAME is what they are called, or the id of a post of theirs.",
        ),
        Command(
            Door.ADMIN,
            "unignore",
            "has the posts of somebody read again",
            running.unignore,
            (Parameter.text(_NAME),),
            example="x/@spam",
        ),
    )
