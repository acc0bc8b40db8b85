"""``+openspace``: open spaces that people announce to the bot, and what they change about theirs."""

from collections.abc import Sequence
from dataclasses import replace

from ptgbot.core.changes import Cause, Draft
from ptgbot.core.commands import Call, Command, Door, Outcome, Parameter, Refused, quote
from ptgbot.core.messages import Heard
from ptgbot.features.linking.model import person_keys
from ptgbot.features.openspaces.deciding import Desk
from ptgbot.features.openspaces.intake import Intake, is_ignored
from ptgbot.features.openspaces.model import POSTS, Fate, Lane, Post, post_id
from ptgbot.features.openspaces.saying import DecisionReader
from ptgbot.features.openspaces.staff import find_post, number_of
from ptgbot.features.openspaces.telling import Teller

__all__ = ["host_commands"]

_TEXT = "TEXT|cancel|room R|time T"
_CHANGES = ("cancel", "room", "time", "day")
_MOST_WORDS = 4  # of a change that cannot be read; what is longer is the text of a post
EXAMPLE = "+openspace Board games, Room 14, tomorrow 15:00"


class _Hosts:
    def __init__(self, desk: Desk, intake: Intake) -> None:
        self._desk = desk
        self._intake = intake
        self._teller = Teller(desk.event, desk.settings)

    def openspace(self, call: Call) -> Outcome:
        words = call.arguments.words(_TEXT)
        if not words:
            return self._listing(call)
        number = number_of(words[-1])
        rest = words[:-1] if number is not None else words
        if rest and rest[0].lower() in _CHANGES:
            if number is not None or len(rest) <= _MOST_WORDS:
                return self._changed(call, rest, number)
            try:
                return self._changed(call, rest, None)
            except Refused:  # it begins like a change, and goes on as a text
                pass
        elif number is not None and len(words) <= _MOST_WORDS:
            raise Refused(f"What about {post_id(number)}? +openspace cancel, room R or time T, then {post_id(number)}.")
        return self._posted(call, " ".join(words))

    # -- a new one ---------------------------------------------------------------------------------------------------

    def _posted(self, call: Call, text: str) -> Outcome:
        identity = call.actor.identity
        heard = Heard(
            network=identity.network,
            id=call.new_id(),
            author=identity.key.partition("/")[2],
            name=call.actor.name,
            text=text,
            at=call.at,
        )
        if is_ignored(call.view, heard):
            raise Refused("Organisers have your posts ignored: please ask one of them.")
        draft = Draft(call.view)
        post = self._intake.take(draft, call.view, heard, call.at, addressed=True)
        if post is None:
            raise Refused("That begins like a repost: please say it in your own words.")
        if post.same_as:
            first = call.view.get(POSTS, post.same_as)
            assert first is not None
            raise Refused(f"That is {post_id(first.number)} already: {self._teller.place(first)}.")
        if post.lane is Lane.ASIDE:
            raise Refused(f"I find no room and no time in that. Say both, as in: {EXAMPLE}")
        draft.put(POSTS, replace(post, replied=True))  # this command's answer is the reply
        return Outcome(draft.edits(), self._told(call, post), cause=Cause.POST)

    def _told(self, call: Call, post: Post) -> str:
        """Return what will happen to somebody's post, and how they change that."""
        name = post_id(post.number)
        how = f"To change it: +openspace cancel {name}, +openspace room R {name}, +openspace time T {name}."
        about = self._teller.place(post)
        if post.fate is Fate.CANCELLED:
            return f"{name} is cancelled ({about}): nobody is reminded of it any more."
        if post.fate is Fate.APPROVED:
            when = self._teller.reminded(post, call.at)
            told = f"everybody is reminded {when}" if when else "it is on the pages"
            return f"{name}: {about}; {told}. {how}"
        if post.lane is Lane.CONFLICT:
            return f"{name}: {self._teller.why(post)}, so that nobody is reminded of it yet. {how}"
        return f"{name}: {about}; a person looks at it first ({self._teller.why(post)}). {how}"

    # -- those that they have ----------------------------------------------------------------------------------------

    def _own(self, call: Call) -> list[Post]:
        """Return somebody's open spaces that are not over, the soonest first."""
        found = [
            post
            for key in person_keys(call.view, call.actor)
            for post in call.view.where(POSTS, "author", key).values()
        ]
        current = [
            post
            for post in found
            if post.fate in (Fate.OPEN, Fate.APPROVED)
            and post.lane is not Lane.ASIDE
            and (post.end is None or post.end > call.at)
        ]
        return sorted(current, key=lambda post: (post.start is None, post.start or post.at, post.number))

    def _listing(self, call: Call) -> Outcome:
        own = self._own(call)
        if not own:
            return Outcome(
                reply=f"You have announced no open space that is to come. Announce one: {EXAMPLE}", private=True
            )
        lines = [self._teller.line(post) for post in own]
        return Outcome(listing=(*lines, "+openspace cancel ID, room R ID or time T ID changes one."), private=True)

    def _changed(self, call: Call, words: Sequence[str], number: int | None) -> Outcome:
        post = self._named(call, number)
        said = DecisionReader(call.view, call.event, self._desk.settings, call.at).read(words, post, sure=True)
        if said.decision.fate not in (None, Fate.CANCELLED):
            raise Refused("Only organisers approve and deny. You can say: +openspace cancel, room R or time T.")
        who = call.actor
        decided = self._desk.decide(
            call.view, post, said.decision, by=who.name, decider=who.identity.key, at=call.at, host=True
        )
        draft = Draft(call.view)
        draft.put(POSTS, decided)
        if not draft.edits():
            return Outcome(reply=f"It is so already. {self._told(call, post)}")
        return Outcome(draft.edits(), self._told(call, decided), cause=Cause.POST)

    def _named(self, call: Call, number: int | None) -> Post:
        """Return the open space of theirs that somebody means.

        Raises:
            Refused: There is none, or nobody knows which.
        """
        if number is not None:
            post = find_post(call.view, number)
            if post.author not in person_keys(call.view, call.actor):
                raise Refused(f"{post_id(number)} is somebody else's. +openspace shows yours.")
            return post
        own = self._own(call)
        if not own:
            raise Refused(f"You have announced no open space that is to come. Announce one: {EXAMPLE}")
        if len(own) > 1:
            ids = ", ".join(f"{post_id(post.number)} ({quote(post.text)})" for post in own)
            raise Refused(f"Which one? Say its id at the end: {ids}.")
        return own[0]


def host_commands(desk: Desk, intake: Intake) -> tuple[Command, ...]:
    """Return the command with which people announce open spaces.

    Args:
        desk: Decides about posts.
        intake: Takes them in.
    """
    return (
        Command(
            Door.USER,
            "openspace",
            "announces an open space, or changes yours; without anything, shows yours",
            _Hosts(desk, intake).openspace,
            (Parameter.text(_TEXT, optional=True),),
            example="Board games, Aspen, tomorrow 15:00",
            note="Say one room and one time in TEXT. Where you have several, the id stands at the end: cancel p41.",
        ),
    )
