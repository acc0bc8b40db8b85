"""``~posts``, ``~post``, ``~stage`` and their like: what organisers do about posts."""

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import replace
from datetime import timedelta

from ptgbot.core.after import After
from ptgbot.core.changes import Draft
from ptgbot.core.commands import Arguments, Call, Command, Door, Outcome, Parameter, Refused, quote
from ptgbot.core.documents import View
from ptgbot.core.ids import read_id
from ptgbot.core.messages import Heard
from ptgbot.features.openspaces.deciding import Decision, Desk
from ptgbot.features.openspaces.intake import Intake
from ptgbot.features.openspaces.model import POSTS, Fate, Lane, Post, post_id
from ptgbot.features.openspaces.saying import FORM, DecisionReader, Said
from ptgbot.features.openspaces.telling import Teller
from ptgbot.features.reminders.model import Kind, State, reminders_of

__all__ = ["FetchPost", "PostDecisions", "find_post", "staff_commands"]

FetchPost = Callable[[str], Awaitable[Heard | None]]

LATELY = timedelta(hours=24)  # for which posts without a time are listed
MOST_LINES = 100
_LANES = (Lane.REVIEW, Lane.CONFLICT, Lane.OUTGOING)
_STAGE = "LINK-or-ID [room R] [time T] [day D]"


def number_of(word: str) -> int | None:
    """Return the number of the post that an id names; None where it is none."""
    kind, number = read_id(word.lower().rstrip(",;.")) or ("", 0)
    return number if kind == "p" else None


def find_post(view: View, number: int) -> Post:
    """Return a post by its number.

    Raises:
        Refused: There is none.
    """
    for post in view.where(POSTS, "number", number).values():
        return post
    raise Refused(f"There is no post {post_id(number)}: ~posts shows those that there are.")


class PostDecisions:
    """Decides about posts by their ids, and tells what that does.

    Args:
        desk: Decides.
        places: Where reminders go, as documents name it.
    """

    def __init__(self, desk: Desk, places: Iterable[str]) -> None:
        self._desk = desk
        self._places = tuple(place.removesuffix(":timeline") for place in places)
        self.teller = Teller(desk.event, desk.settings)

    def approve(self, call: Call, draft: Draft, number: int) -> str:
        """Approve a post; return what that does.

        Raises:
            Refused: It cannot be approved.
        """
        return self.decide(call, draft, number, Decision(fate=Fate.APPROVED))

    def deny(self, call: Call, draft: Draft, number: int) -> str:
        """Deny a post; return what that does.

        Raises:
            Refused: It cannot be denied.
        """
        return self.decide(call, draft, number, Decision(fate=Fate.DENIED))

    def cancel(self, call: Call, draft: Draft, number: int) -> str:
        """Cancel an open space; return what that does.

        Raises:
            Refused: It cannot be cancelled.
        """
        return self.decide(call, draft, number, Decision(fate=Fate.CANCELLED))

    def decide(self, call: Call, draft: Draft, number: int, decision: Decision, guess: str = "") -> str:
        """Decide something about a post; return what that does.

        Args:
            call: The command.
            draft: Takes the edits; what it holds already counts.
            number: The post's number.
            decision: What is decided.
            guess: What was guessed about a time.

        Raises:
            Refused: It cannot be so.
        """
        view = After(call.view, draft.edits())
        post = find_post(view, number)
        decided = self._desk.decide(
            view, post, decision, by=call.actor.name, decider=call.actor.identity.key, at=call.at
        )
        if decided == post:
            return f"{post_id(number)} is so already: {self.teller.place(post)} – {self.teller.state(post)}."
        draft.put(POSTS, decided)
        return self.told(call, decided, guess)

    def told(self, call: Call, post: Post, guess: str = "") -> str:
        """Return what a decision about a post does, and how it is taken back."""
        name = post_id(post.number)
        about = f"{self.teller.place(post)}{f' – {guess}' if guess else ''}"
        if post.fate is Fate.APPROVED and post.lane is Lane.OUTGOING:
            return f"{name} is approved: {about}. {self._what_goes(call, post)} ~deny {name} takes it back."
        if post.fate in (Fate.DENIED, Fate.CANCELLED):
            back = f"~approve {name} takes that back." if post.room and post.start else ""
            return f"{name} is {post.fate.value}: {about}. {self._what_went(call, post)} {back}".rstrip()
        how = {
            Lane.OUTGOING: f"~approve {name} lets it go out, ~deny {name} does not.",
            Lane.CONFLICT: f"Choose another room or time: ~post {name} {FORM}",
        }.get(post.lane, f"Say what is missing: ~post {name} {FORM}")
        return f"{name}: {about} – {self.teller.state(post)}. {how}"

    def _what_goes(self, call: Call, post: Post) -> str:
        when = self.teller.reminded(post, call.at)
        if not when:
            return "It has begun, so that nobody is reminded; it is on the pages."
        if not self._places:
            return "Nobody is reminded, since reminders.targets names no place; it is on the pages."
        return f"Everybody is reminded {when}, on {', '.join(self._places)}."

    def _what_went(self, call: Call, post: Post) -> str:
        out = [
            reminder.place.removesuffix(":timeline")
            for reminder in reminders_of(call.view, Kind.OPENSPACE, post_id(post.number))
            if reminder.state in (State.SENT, State.SENDING)
        ]
        if out:
            return f"What is out on {', '.join(dict.fromkeys(out))} cannot be taken back; nothing more goes out."
        return "Nobody is reminded of it."


class _Staff:
    def __init__(self, desk: Desk, intake: Intake, decisions: PostDecisions) -> None:
        self._desk = desk
        self._intake = intake
        self._decisions = decisions
        self._teller = decisions.teller

    # -- ~posts ------------------------------------------------------------------------------------------------------

    def posts(self, call: Call) -> Outcome:
        wanted = call.arguments.text("review|outgoing|conflict").lower()
        lanes = tuple(lane for lane in _LANES if wanted in ("", lane.value))
        if not lanes:
            raise Refused(
                f"'{quote(wanted)}' is none of review, outgoing and conflict: ~posts [review|outgoing|conflict]"
            )
        found = [post for lane in lanes for post in self._listed(call, lane)]
        if not found:
            return Outcome(reply=f"There are no posts{f' in {wanted}' if wanted else ''}.", private=True)
        lines = [self._teller.line(post) for post in found[:MOST_LINES]]
        if len(found) > MOST_LINES:
            lines.append(f"… and {len(found) - MOST_LINES} more: name one lane to see fewer.")
        lines.append("~post ID shows all of one.")
        return Outcome(listing=tuple(lines), private=True)

    def _listed(self, call: Call, lane: Lane) -> list[Post]:
        """Return what is not over in a lane, the soonest first; behind that, what has no time."""
        posts = call.view.where(POSTS, "lane", lane).values()
        shown = [p for p in posts if p.fate in (Fate.OPEN, Fate.APPROVED) and (p.end or p.at + LATELY) > call.at]
        return sorted(shown, key=lambda p: (p.start is None, p.start or p.at, p.number))

    # -- ~post -------------------------------------------------------------------------------------------------------

    def post(self, call: Call) -> Outcome:
        first, *words = call.arguments.words(f"ID [{FORM}]")
        number = number_of(first)
        if number is None:
            raise Refused(f"'{quote(first)}' is no post: ~posts shows their ids, such as p41.")
        post = find_post(call.view, number)
        if not words:
            return Outcome(listing=self._whole(post), private=True)
        said = self._said(call, words, post)
        draft = Draft(call.view)
        reply = self._decisions.decide(call, draft, number, said.decision, said.guess)
        return Outcome(draft.edits(), reply)

    def _said(self, call: Call, words: list[str], post: Post) -> Said:
        return DecisionReader(call.view, call.event, self._desk.settings, call.at).read(words, post)

    def _whole(self, post: Post) -> tuple[str, ...]:
        name = post_id(post.number)
        same = f" It repeats {post.same_as}." if post.same_as else ""
        return (
            f"{name} by {post.name}, {self._teller.clock(post.at)}: {' '.join(post.text.split())}",
            *([post.link] if post.link else []),
            f"{self._teller.place(post)} – {self._teller.state(post)}.{same}",
            f"~post {name} {FORM} decides, with as many of these as you like; so do ~approve {name} and ~deny {name}.",
        )

    # -- ~stage ------------------------------------------------------------------------------------------------------

    def stage(self, call: Call) -> Outcome:
        first, *words = call.arguments.words(_STAGE)
        draft = Draft(call.view)
        post = self._staged(call, draft, first)
        said = self._said(call, words, post)
        if said.decision.fate is not None:
            raise Refused(f"~stage approves it, if it can be: {_STAGE}. ~deny and ~cancel do the rest.")
        draft.put(POSTS, post)
        if draft.edits() and not words and post.lives and post.fate is Fate.APPROVED:
            return Outcome(draft.edits(), self._decisions.told(call, post))
        try:
            decision = replace(said.decision, fate=Fate.APPROVED)
            reply = self._decisions.decide(call, draft, post.number, decision, said.guess)
        except Refused as refusal:
            if not draft.edits():
                raise
            lane = Lane.REVIEW if post.lane is Lane.ASIDE else post.lane
            draft.put(POSTS, replace(post, lane=lane, same_as=""))
            reply = f"{post_id(post.number)} is kept, and not approved: {refusal}"
        return Outcome(draft.edits(), reply)

    def _staged(self, call: Call, draft: Draft, word: str) -> Post:
        """Return the post that a link or an id names, taken in if it was not yet.

        Raises:
            Refused: There is none.
        """
        number = number_of(word)
        if number is not None:
            return find_post(call.view, number)
        held = linked_post(call.view, word)
        if held is not None:
            return held
        heard = call.fetched
        if not isinstance(heard, Heard):
            raise Refused(
                f"I know no post by '{quote(word)}'. Say its id (~posts shows them), or the whole link of a post on a"
                " network that I am on; what it says can also be typed: +openspace TEXT."
            )
        post = self._intake.take(draft, call.view, heard, call.at, addressed=True)
        if post is None:
            raise Refused("That post is a repost, is my own, or its author is ignored: ~unignore lets them be read.")
        return post


def linked_post(view: View, link: str) -> Post | None:
    """Return a stored post by its link; None where there is none."""
    plain = link.rstrip("/").partition("?")[0]
    found = (post for post in view.all(POSTS).values() if post.link and post.link.rstrip("/") == plain)
    return next(found, None)


def staff_commands(
    desk: Desk, intake: Intake, decisions: PostDecisions, fetch: FetchPost | None = None
) -> tuple[Command, ...]:
    """Return the commands with which organisers decide about posts.

    Args:
        desk: Decides.
        intake: Takes posts in.
        decisions: Decides about posts by their ids.
        fetch: Brings a post by its link from the network where it is; None where no network can.
    """
    staff = _Staff(desk, intake, decisions)

    async def bring(arguments: Arguments) -> Heard | None:
        word = arguments.words(_STAGE)[0]
        return None if fetch is None or number_of(word) is not None else await fetch(word)

    return (
        Command(
            Door.ADMIN,
            "posts",
            "shows in private the posts about open spaces that are not over",
            staff.posts,
            (Parameter.word("review|outgoing|conflict", optional=True),),
            example="review",
        ),
        Command(
            Door.ADMIN,
            "post",
            "shows a post, or says its room and time and decides about it",
            staff.post,
            (Parameter.text(f"ID [{FORM}]"),),
            example="p41 room Aspen time 15:30 approve",
            note="Any of it can be left out; deny and cancel stand where approve does.",
        ),
        Command(
            Door.ADMIN,
            "stage",
            "takes in a post by its link, and approves it if its room and time are known and free",
            staff.stage,
            (Parameter.text(_STAGE),),
            example="https://x.com/ada/status/1795 room Aspen time 15:30",
            fetch=bring,
        ),
    )
