"""``link`` and ``unlink``."""

from ptgbot.core.changes import Draft
from ptgbot.core.commands import Call, Command, Door, Outcome, Parameter, Refused
from ptgbot.features.linking.codes import LIFE, Codes
from ptgbot.features.linking.model import LINKS, Link, linked

__all__ = ["linking_commands"]

_MINUTES = int(LIFE.total_seconds() // 60)


def _check_verified(call: Call) -> None:
    if not call.actor.identity.verified:
        # Whoever took the nick would be taken for the same person.
        raise Refused("I can only link you once you are logged in to this network. Log in, then say 'link' again.")


def linking_commands(codes: Codes) -> tuple[Command, ...]:
    """Return the commands ``link`` and ``unlink``.

    Args:
        codes: The codes that are given out.
    """

    def join_or_give(call: Call) -> Outcome:
        code = call.arguments.text("CODE")
        if code and not call.private:
            void = " That one is void now." if codes.burn(code) else ""
            raise Refused(f"A code is for me alone: say it in a private message.{void}")
        _check_verified(call)
        if code:
            return _join(call, code)
        others = ", ".join(other.shown for other in linked(call.view, call.actor.identity.key))
        known = f" You are linked with {others} already." if others else ""
        made = codes.give(call.actor, call.at)
        how = f"Say 'link {made}' to me in private on the other network within {_MINUTES} minutes, as yourself."
        return Outcome(reply=f"{how}{known}", private=True)

    def _join(call: Call, code: str) -> Outcome:
        found = codes.take(code, call.actor, call.at)
        if found is None:
            raise Refused("I do not know that code, or it is too old. Say 'link' on the other network for a new one.")
        identity, name = found
        if identity == call.actor.identity:
            raise Refused("That is your own code from here: say it on the other network.")
        draft = Draft(call.view)
        here, there = call.view.get(LINKS, call.actor.identity.key), call.view.get(LINKS, identity.key)
        person = there.person if there else here.person if here else call.new_id()
        # Both may have been linked before: all of theirs are one person now.
        for old in (here, there):
            for other in call.view.where(LINKS, "person", old.person).values() if old else ():
                draft.put(LINKS, Link(other.identity, person, other.name))
        draft.put(LINKS, Link(identity.key, person, name))
        draft.put(LINKS, Link(call.actor.identity.key, person, call.actor.name))
        return Outcome(draft.edits(), f"You and {name} on {identity.network} are one person to me now.", private=True)

    def unlink(call: Call) -> Outcome:
        own = call.view.get(LINKS, call.actor.identity.key)
        if own is None:
            return Outcome(reply="You are not linked with anybody.", private=True)
        draft = Draft(call.view)
        draft.remove(LINKS, own.key)
        others = linked(call.view, own.key)
        if len(others) == 1:  # nobody is linked with nobody
            draft.remove(LINKS, others[0].key)
        return Outcome(draft.edits(), "You are on your own here again; nothing else has changed.", private=True)

    return (
        Command(
            Door.USER,
            "link",
            "makes you one person here and on another network: gives a code, or takes that from there",
            join_or_give,
            (Parameter.text("CODE", optional=True),),
            example="K7QM2XWA",
            note="Check-ins, subscriptions and rights stay apart; 'my data' and 'forget me' take in both.",
        ),
        Command(Door.USER, "unlink", "parts you here from who you are on other networks", unlink),
    )
