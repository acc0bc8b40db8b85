"""Words for rooms, days and hours in the languages that posts are read in."""

from collections.abc import Iterator
from typing import Final, NamedTuple

__all__ = ["DAY_WORDS", "MONTHS", "RECURRING", "ROOM_WORDS", "SHORT_DAYS", "DayWord", "Part"]

ROOM_WORDS: Final = (
    "rooms?|rms?|raum|räumen?|raeumen?|saal|zimmer|salles?|salas?|sal[oó]n(?:es)?|aulas?|habitaci[oó]n|zaal|ruimte"
    "|lokaal"
)


class Part(NamedTuple):
    """A part of a day, with the hours in which it begins and ends."""

    first: int
    last: int


MORNING, AFTERNOON, EVENING = Part(0, 13), Part(12, 19), Part(17, 24)


class DayWord(NamedTuple):
    """What a word says about the day.

    Args:
        offset: Days from the post's own; None for a weekday.
        weekday: Monday is 0.
        part: The part of that day which it names, too.
    """

    offset: int | None = None
    weekday: int | None = None
    part: Part | None = None


_WEEKDAYS = (
    "monday tuesday wednesday thursday friday saturday sunday",
    "montag dienstag mittwoch donnerstag freitag samstag sonntag",
    "- - - - - sonnabend -",
    "lundi mardi mercredi jeudi vendredi samedi dimanche",
    "lunes martes miércoles jueves viernes sábado domingo",
    "- - miercoles - - sabado -",
    "lunedì martedì mercoledì giovedì venerdì sabato domenica",
    "lunedi martedi mercoledi giovedi venerdi - -",
    "segunda-feira terça-feira quarta-feira quinta-feira sexta-feira sábado domingo",
    "maandag dinsdag woensdag donderdag vrijdag zaterdag zondag",
    "måndag tisdag onsdag torsdag fredag lördag söndag",
    "mandag tirsdag onsdag torsdag fredag lørdag søndag",
    "poniedziałek wtorek środa czwartek piątek sobota niedziela",
    "- - środę - - sobotę niedzielę",
    "pondělí úterý středa čtvrtek pátek sobota neděle",
    "- - středu - - sobotu neděli",
    "понедельник вторник среда четверг пятница суббота воскресенье",
    "- - среду - пятницу субботу -",
)

# Short names of days are words, names and seas besides: they count only beside a date or a time.
SHORT_DAYS: Final = {
    **dict.fromkeys(("mon", "mo", "lun"), 0),
    **dict.fromkeys(("tue", "tues", "di", "mar"), 1),
    **dict.fromkeys(("wed", "weds", "mi", "mer", "mie", "mié"), 2),
    **dict.fromkeys(("thu", "thur", "thurs", "do", "jeu", "jue"), 3),
    **dict.fromkeys(("fri", "fr", "ven", "vie"), 4),
    **dict.fromkeys(("sat", "sa", "sam", "sab", "sáb"), 5),
    **dict.fromkeys(("sun", "so", "dim", "dom"), 6),
}

_OFFSETS = {
    0: "today todays heute aujourd'hui hoy oggi hoje vandaag idag dzisiaj dziś dnes сегодня avui",
    1: "tomorrow tomorrows tmrw tmr tmw tmrrw tomorow tommorow tommorrow tomorrrow 2morrow morgen "
    "demain mañana manana domani amanhã imorgon jutro zítra завтра demà",
    2: "übermorgen uebermorgen après-demain apres-demain dopodomani overmorgen pojutrze pozítří послезавтра",
}

_GERMAN_PARTS = {
    "morgen": MORNING,
    "vormittag": MORNING,
    "mittag": Part(11, 15),
    "nachmittag": AFTERNOON,
    "abend": EVENING,
    "nacht": EVENING,
}


def _day_words() -> Iterator[tuple[str, DayWord]]:
    for offset, words in _OFFSETS.items():
        yield from ((word, DayWord(offset)) for word in words.split())
    for word in ("tonight", "tonights", "tonite", "2nite", "stasera", "vanavond"):
        yield word, DayWord(0, part=EVENING)
    yield "vanmiddag", DayWord(0, part=AFTERNOON)
    for language in _WEEKDAYS:
        for number, word in enumerate(language.split()):
            if word != "-":
                yield word, DayWord(weekday=number)
    for number, word in enumerate(_WEEKDAYS[1].split()):
        yield from ((f"{word}{part}", DayWord(weekday=number, part=hours)) for part, hours in _GERMAN_PARTS.items())


DAY_WORDS: Final = dict(_day_words())
RECURRING: Final = frozenset(f"{word}s" for language in _WEEKDAYS for word in language.split())

_MONTHS = (
    "january february march april may june july august september october november december",
    "jan feb mar apr - jun jul aug sep oct nov dec",
    "- - - - - - - - sept - - -",
    "januar februar märz - mai juni juli - - oktober - dezember",
    "jänner - maerz - - - - - - okt - dez",
    "janvier février mars avril - juin juillet août - octobre novembre décembre",
    "- fevrier - avr - - juil aout septembre - - decembre",
    "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
    "ene - - abr - - - ago setiembre - - dic",
    "gennaio febbraio - aprile maggio giugno luglio - settembre ottobre novembre dicembre",
    "janeiro fevereiro março - maio junho julho - setembro outubro novembro dezembro",
    "januari februari maart - mei - - augustus - - - -",
)

MONTHS: Final = {
    word: number for language in _MONTHS for number, word in enumerate(language.split(), start=1) if word != "-"
}
