"""``~remind`` and ``~announce``, and with them every command about reminders."""

from collections.abc import Iterable, Mapping

from ptgbot.core.changes import Draft
from ptgbot.core.commands import Call, Command, Door, Outcome, Parameter, Refused
from ptgbot.core.moments import FORMS, Moment
from ptgbot.core.timewords import words_of_time
from ptgbot.features.reminders.decisions import Others, decision_commands
from ptgbot.features.reminders.listing import reminders_listing
from ptgbot.features.reminders.model import (
    ANNOUNCEMENTS,
    REMINDERS,
    Announcement,
    Approval,
    Kind,
    Reminder,
    announcement_id,
    next_number,
    reminder_id,
)
from ptgbot.features.reminders.personal import personal_commands
from ptgbot.features.reminders.places import Places, say_places
from ptgbot.features.reminders.planning import of_announcement
from ptgbot.features.reminders.settings import ReminderSettings
from ptgbot.features.reminders.when import read_when, tell

__all__ = ["reminder_commands"]

_TIME_TEXT = "TIME TEXT"
_WHOLE = "[at TIME] [to TARGET,TARGET] TEXT"


def _remind(call: Call) -> Outcome:
    words = call.arguments.words(_TIME_TEXT)
    moment = read_when(words, call)
    text = " ".join(words[moment.words_taken :])
    if not text:
        raise Refused(f"What shall I say on {tell(moment.at, call)}? ~remind TIME TEXT")
    draft = Draft(call.view)
    number = next_number(draft, "r")
    here = bool(call.channel)
    draft.put(
        REMINDERS,
        Reminder(
            id=f"{Kind.NOTE}/{number}",
            number=number,
            kind=Kind.NOTE,
            subject=str(number),
            place=f"{call.network}:{call.channel}",
            due=moment.at,
            start=moment.at,
            identity="" if here else call.actor.identity.key,
            name="" if here else call.actor.name,
            text=text,
        ),
    )
    id_ = reminder_id(number)
    where = "here" if here else "to you alone"
    reply = f"{id_}: on {tell(moment.at, call)}, {where}: {text}{_guessed(moment)} ~cancel {id_} takes it back."
    return Outcome(draft.edits(), reply)


def _guessed(moment: Moment) -> str:
    return f" – {moment.guess}" if moment.guess else " –"


class _Announcing:
    """The handler of ``~announce``.

    Args:
        settings: What the event wants of reminders.
        networks: The names of the networks that there are.
    """

    def __init__(self, settings: ReminderSettings, networks: Iterable[str]) -> None:
        self._settings = settings
        self._places = Places(settings.targets, networks, settings.irc_channels)

    def announce(self, call: Call) -> Outcome:
        words = call.arguments.words(_WHOLE)
        moment, places = None, None
        while words:
            if words[0].lower() == "at" and moment is None:
                moment = self._when(words, call)
                words = words[moment.words_taken :]
            elif words[0].lower() == "to" and places is None:
                places, taken = self._places.read(words[1:], call.network)
                words = words[1 + taken :]
            else:
                break
        if not words:
            raise Refused(f"What shall I announce? ~announce {_WHOLE}")
        if moment is None:
            _check_no_time(words)
        if places is None:
            places = self._places.all(f"{call.network}:{call.channel}" if call.channel else "")
        draft = Draft(call.view)
        number = next_number(draft, "a")
        at = call.at if moment is None else moment.at
        announcement = Announcement(number, " ".join(words), at, places)
        draft.put(ANNOUNCEMENTS, announcement)
        return Outcome(draft.edits(), self._told(announcement, moment, call))

    def _when(self, words: tuple[str, ...], call: Call) -> Moment:
        try:
            return read_when(words, call)
        except Refused as refusal:
            if words_of_time(words):
                raise
            raise Refused(f"{refusal} Where 'at' begins your text, put another word before it.") from None

    def _told(self, announcement: Announcement, moment: Moment | None, call: Call) -> str:
        id_ = announcement_id(announcement.number)
        when = tell(announcement.at, call)
        held = [r.place for r in of_announcement(announcement, self._settings) if r.approval is Approval.WAITING]
        now_or_then = f"now ({when})" if moment is None else f"on {when}"
        parts = [f"{id_}: {now_or_then}, to {say_places(announcement.places)}: {announcement.text} –"]
        if moment is not None and moment.guess:
            parts.append(moment.guess)
        if held:
            until = call.event.local(announcement.at + self._settings.grace)
            wait = "waits" if len(held) == 1 else "wait"
            parts.append(f"{say_places(held)} {wait} until {until:%H:%M} for ~approve {id_} or ~deny {id_}.")
        parts.append(f"~cancel {id_} {'stops what is not out yet' if moment is None else 'takes it back'}.")
        return " ".join(parts)


def _check_no_time(words: tuple[str, ...]) -> None:
    """Raise Refused where a text that would go out now begins with a time: what is out cannot be taken back."""
    taken = words_of_time(words)
    if taken:
        raise Refused(
            "Nothing was announced: that begins with a time. To say it then, begin with 'at':"
            f" ~announce at {' '.join(words[:taken])} … To say it now, put another word before it."
        )


def reminder_commands(
    settings: ReminderSettings, networks: Iterable[str] = (), others: Mapping[str, Others] | None = None
) -> tuple[Command, ...]:
    """Return every command about reminders.

    Args:
        settings: What the event wants of reminders.
        networks: The names of the networks that there are.
        others: What decides about ids of other things, by the letter with which they begin.
    """
    return (
        *personal_commands(settings),
        Command(
            Door.ADMIN,
            "remind",
            "says something here at a time; asked for in private, to you alone",
            _remind,
            (Parameter.text(_TIME_TEXT),),
            example="tomorrow 9:00 The buses leave at 18:15",
            note=f"TIME is one of {FORMS}.",
        ),
        Command(
            Door.ADMIN,
            "announce",
            "tells everybody something, now or at a time",
            _Announcing(settings, networks).announce,
            (Parameter.text(_WHOLE),),
            example="at 17:00 to #ptg The group photo is in front of the hotel",
            note="Without 'to' it goes to all of reminders.targets.",
        ),
        Command(
            Door.ADMIN,
            "reminders",
            "shows in private what is planned, what waits for approval and what was missed lately",
            reminders_listing,
            (Parameter.word("#TRACK", optional=True),),
            example="#nova",
        ),
        *decision_commands(settings.grace, others),
    )
