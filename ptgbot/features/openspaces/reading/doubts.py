"""Words that make a post one for a person to judge: what takes it back, leaves it open or asks."""

import re
from collections.abc import Sequence

from ptgbot.features.openspaces.reading.text import DAY, ROOM, TIME

__all__ = ["doubts", "unread_time"]

_MARKS = f"[{ROOM}{TIME}{DAY}]"
_TO_MARKS = rf"(?=[\s,:;\-]*(?:(?:at|on|in|from|@)\s)?{_MARKS})"

_BACK = re.compile(
    r"(?<![^\W_])(?:cancel\w*|moved?|moves|moving|relocat\w+|re-?schedul\w+|postpone\w*|delay(?:ed|s)?"
    r"|push(?:ed|ing) back|called off|yesterday'?s?|last night"
    r"|was|were|wasn't|weren't|instead|no longer|not any ?more|earlier today|ago|replace[sd]|replacements?"
    rf"|replacing(?= (?:the|our|my|this|it)\b| {_MARKS})|swapped"
    rf"|(?:room|slot|time) swap|swap(?:ping)? (?:rooms?|slots?|times?)|swapping(?= {ROOM})|switch(?:ed"
    r"|ing)? (?:to|rooms?)|scrap(?:ped|ping)|scratch that"
    r"|changed|change of|(?:room|time|venue|schedule|location|plan) changes?|changing rooms?|correction"
    r"|corrected|typo|i meant|oops|ignore (?:that|my|this|the (?:last|previous|earlier|old|first|other))"
    r"|disregard|previously|originally|formerly|used to be|rather than"
    r"|wrong (?:room|time|day|date|place|venue|floor|info\w*)|wrong(?=\s?[.!:,;)\n]|$)|(?<!not to be )missed"
    r"|new (?:time|room|place|location|date|venue|day)|(?:updated?|edit)(?=\s?:)|over already|already over|withdrawn"
    r"|aborted|thanks? (?:you )?for coming|loved|enjoyed|attended|running late|minutes late|change(?=\s?:)"
    r"|(?:session|event|meetup|space|talk|slot|post|tweet|is|are|been|got) (?:removed|deleted|dropped)"
    r"|(?<!right )now (?:in|at|@)"
    r"|abgesagt|verschoben|verschieb\w+|verleg\w+|fällt\s[^.!?\n]{0,20}\baus|fällt aus|entfällt|ausgefallen"
    r"|gestern|stattdessen|anstatt|anstelle|vorgestern"
    r"|annulée?s?|déplac\w+|annul(?:er|ons|ation)|reportée?s?|avant-hier|au lieu|à la place|changement|était"
    r"|cancelad[oa]s?|anulad[oa]s?|suspendid[oa]s?|movid[oa]|aplazad[oa]|pospuest[oa]|trasladad[oa]|ayer|en lugar"
    r"|en vez|cambi[oó]|cambiad[oa]|estaba|fue|mueven?|movemos|cambia(?:mos)?"
    r"|annullat[oa]|spostat[oa]|rinviat[oa]|ieri|invece|adiad[oa]|ontem|afgelast|verplaatst|gisteren"
    r"|in plaats van|geannuleerd"
    r"|odwołan\w+|przeniesion\w+|wczoraj|inställ[td]|flyttad?|igår|aflyst|avlyst|zrušen\w*|přesunut\w*|отмен\w+"
    r"|перен[её]с\w+|вчера)(?![^\W_])"
    r"|取消|中止|変更|昨日|改到|昨天|취소|변경|어제",
    re.IGNORECASE,
)
_OPEN = re.compile(
    r"(?<![^\W_])(?:maybe|perhaps|possibly|probably|(?<!you )might|tentative\w*"
    r"|(?<!topic )(?<!topics )(?<!agenda )(?<!speaker )(?<!speakers )(?<!title )(?<!details )tb[adc]"
    r"|to be (?:confirmed|announced"
    r"|decided|determined)|not sure|unsure|unconfirmed"
    r"|proposed|proposal|subject to|depending|if (?:there|we|enough|anyone|nobody|no one|it|rain\w*"
    r"|the weather)|unless|either|any ?time|sometime|around then|both days"
    rf"|(?:again|daily){_TO_MARKS}|(?<={_MARKS})(?:,?\s(?:once |and )?(?:again|daily))"
    r"|every day|each day|next (?:week|month|year)|week-?ends?|fin de semana|following (?:day|week)"
    r"|day after|(?:day|tag|jour|día) (?:\d|one|two|three|four)\b|(?:first|second|third|last) day|same (?:time"
    r"|place|room)"
    r"|vielleicht|eventuell|evtl|vermutlich|wahrscheinlich|nächste woche|wochenende|jeden (?:tag|morgen)"
    r"|täglich|wieder"
    r"|peut-être|probablement|la semaine prochaine|tous les jours|chaque jour|encore une fois|quizás?|tal vez"
    r"|probablemente|todos los días|cada día|otra vez"
    r"|forse|talvez|misschien|może|anyone know\w*|does any\w+ know|who knows|wonder\w*|looking for a room"
    r"|can we|could we|should we|shall we|wish)(?![^\W_])"
    r"|(?<![^\W_])midnight(?![^\W_])|(?<![^\W_])(?:mitternacht|minuit|medianoche)(?![^\W_])",
    re.IGNORECASE,
)
_OTHER_CLOCK = re.compile(
    r"(?<![^\W_])(?:half past|half-past|quarter (?:to|past)|halb (?:\d|[a-zäöü]+)|viertel (?:vor|nach)"
    r"|dreiviertel|et demie|y media|moins le quart|menos cuarto"
    r"|(?:at|um|a las) (?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|eins|zwei|drei|vier"
    r"|fünf|sechs|sieben|acht|neun|zehn|elf|zwölf|una|dos|tres"
    r"|cuatro|cinco|seis|siete|ocho|nueve|diez|once|doce)(?![^\W_])(?! (?:of|more|table|place|point|time"
    r"|another|big|single))"
    r"|(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirty|fifteen)[ \-]?(?:[ap]\.?m\b|o'?clock)"
    r"|(?:at|um|@|kl\.?|à) ?(?!20[12]\d)(?:[01]\d|2[0-3])[0-5]\d(?![\w.,:%])|(?:at|um|@|kl\.?|à"
    r"|às) ?\d{1,2}\.[0-5]\d(?![\w.%]))"
    r"|\d\s?[時时点點시]|\bgodz\w*\.? ?\d|\bkl(?:o|\.|okken)? ?\d|\bв \d|\bo \d{1,2}(?![\w:.,])|\bо \d",
    re.IGNORECASE,
)
_NOT = re.compile(
    r"(?<![^\W_])(?:not|n't|don't|isn't|aren't|won't|can't|cannot|doesn't|didn't|nicht|kein\w*|pas|ne|no"
    r"|without|avoid|except)\s"
    r"(?:(?:in|at|on|@|um|à|a las|the|en|dans|im|be|meet\w*|gather\w*|happen\w*|take\w* place|do\w*|hold\w*|come|go|to"
    rf"|today|am|for)[\s{DAY}]*)*[{ROOM}{TIME}{DAY}]"
    rf"|[{ROOM}{TIME}{DAY}][^.!?\n]{{0,20}}\b(?:is|are) off(?![^\W_]|[ \-](?:topic|the|to))"
    rf"|[{ROOM}{TIME}{DAY}][^.!?\n]{{0,20}}(?<![^\W_])(?:is not|isn't|not|won't|will not|nicht|doesn't|n'est pas"
    r"|no es)(?! (?:only|just|sure|a |an |to be missed|required|needed|necessary|une? ))(?![^\W_])"
    r"|(?<![^\W_])(?:not (?:happening|taking place|doing|holding|meeting|going to|running|able to)"
    r"|won't (?:happen|be|take|make|do|run|meet)|isn't happening|no (?:open ?space|session|meeting|meetup|workshop"
    r"|class|sprint|talk)s?|kein(?:e[nrms]?)? (?:open[ \-]?space|treffen|session|sitzung"
    r"|meetup|workshop|runde|vortrag)s?"
    r"|pas d(?:e |')(?:open ?space|session|séance|atelier|réunion|rencontre)s?"
    r"|no hay (?:open ?space|sesión|taller|reunión|encuentro|charla)"
    r"|will not|findet nicht|n'aura pas|no habrá|not going)(?![^\W_])",
    re.IGNORECASE,
)
_PLACE = re.compile(
    r"(?<![^\W_])(?:next to|opposite|near|outside|behind|beside|across from|between|above|below|under"
    r"|in front of|neben|gegenüber|vor|hinter|vor dem|à côté de|devant|derrière"
    r"|al lado de|cerca de|frente a|nearby|(?:down|away|across|over|up|upstairs) from|adjacent to|not)(?:\sthe"
    rf"|\sder|\sdem|\sla|\sle)?\s{ROOM}"
    rf"|{ROOM}\s(?:is\s|was\s|ist\s|est\s|está\s)?(?:closed|locked|taken|occupied|full|unavailable|booked"
    r"|reserved|busy|(?:available|free)(?=\s?(?:[?!.,\ue002]|at\b|now\b|today\b|$))|too|belegt|besetzt|frei"
    r"|gesperrt|voll|occupée|libre|fermée|complète|cerrada|ocupada)"
    r"(?![^\W_])",
    re.IGNORECASE,
)
_BOUND = re.compile(rf"{TIME}\s?(?:at the )?(?:latest|earliest)\b", re.IGNORECASE)
_FREE = re.compile(
    rf"{ROOM}[^.!?\n]{{0,15}}\b(?:is|be|still|currently|gets?)\s(?:free|available|empty|booked|taken)\b", re.IGNORECASE
)
_INVITES = re.compile(
    r"[\s\"'¿*_()\-—,:;]*(?:want|wanna|interested|fancy|care|up for|ready|who(?:'s| is)? (?:wants|up|in|else)"
    r"|why not|like|love|curious|anyone (?:up|want|interested|else|fancy|keen)"
    r"|anybody (?:up|want|interested)|keen|feel like|join|come|got|need|new to|tired of|lust|hast du lust"
    r"|habt ihr lust|wer (?:hat|will|kommt|möchte|macht)|envie|qui (?:veut|vient)|quieres|queréis|te apuntas"
    r"|ganas)\b",
    re.IGNORECASE,
)
_ASKS = re.compile(r"\b(?:know|free|available|is it|or)\b", re.IGNORECASE)
_TITLE = re.compile(rf"{_MARKS}[)\]\"]?\s?[\-—|:]\s(?P<title>[^{ROOM}{TIME}{DAY}]+)$")
_ABOUT_THE_REST = re.compile(
    r"\b(?:it|that|this|there|still|right|correct|ok|okay|anyone|anybody|someone|confirm\w*|sure|works?|happening|on|room"
    r"|time|when|where|know|knows|free|available|taken|see|coming|here|same|which|now|das|es|noch|wo|wann|jemand|stimmt"
    r"|ça|encore|où|quand|quelqu'un|eso|alguien|dónde|cuándo|sigue)\b",
    re.IGNORECASE,
)
_SENTENCE_END = re.compile(r"(?:[!?\n]|(?<![ap]\.m)(?<!\brm)(?<!\d)\.(?=\s))")
_READ = re.compile(f"[{ROOM}{TIME}{DAY}]")

_ENGLISH = re.compile(r"\b(?:the|and|is|of|to|we|was|for|with|it|this)\b", re.IGNORECASE)
_GERMAN = re.compile(
    r"\b(?:uhr|um|wir|und|der|die|das|raum|ist|heute|im|euch|ihr|für|mit|ein|eine|offene[rn]?|treffen|morgen|alle)\b",
    re.IGNORECASE,
)
_FRENCH = re.compile(r"\b(?:salle|le|la|les|et|était|avec|pour|dans|une|nous|vous|à)\b", re.IGNORECASE)
_TAKES_PLACE = re.compile(r"\bfinde[tn]?\b|\bstattfinde", re.IGNORECASE)


def doubts(text: str, tags: Sequence[str] = ()) -> list[str]:
    """Return why a person must look at a post, in words; nothing where nothing speaks against it.

    Args:
        text: The text, with rooms, days and times blanked.
        tags: Its hashtags: "#cancelled" takes back as well as the word does.
    """
    found = [f'it says "{match[0].strip()}"' for match in _BACK.finditer(text) if not _is_german_what(text, match[0])]
    found += [f'it says "#{tag}"' for tag in tags if _BACK.fullmatch(tag)]
    found += _foreign(text)
    found += [f'it says "{match[0].strip()}"' for match in _OPEN.finditer(text)]
    found += [f'it says "{_shown(match[0])}"' for match in _OTHER_CLOCK.finditer(text)]
    if _NOT.search(text):
        found.append("it says where or when it is not")
    if _BOUND.search(text):
        found.append("it says only the first or the last moment")
    if _PLACE.search(text) or _FREE.search(text):
        found.append("it says something else about the room")
    if _asks(text):
        found.append("it asks a question")
    return list(dict.fromkeys(found))


def unread_time(text: str) -> str:
    """Return what is a time in words or in a form that we do not read; empty where there is none."""
    match = _OTHER_CLOCK.search(text)
    return _shown(match[0]) if match else ""


def _is_german_what(text: str, word: str) -> bool:
    return word.casefold() == "was" and len(_GERMAN.findall(text)) >= 2 and len(_ENGLISH.findall(text)) <= 1


def _foreign(text: str) -> list[str]:
    """Return words that take back in one language and mean something else in another."""
    found = []
    words = set(re.findall(r"[^\W\d_]+", text.casefold()))
    german = len(_GERMAN.findall(text))
    if "hier" in words and not (german and not _FRENCH.search(text)):
        found.append("hier")
    if words & {"war", "waren"} and german:
        found.append("war")
    if "statt" in words and german and not _TAKES_PLACE.search(text):
        found.append("statt")
    if "era" in words and re.search(r"\b(?:sala|las|el|los|alle)\b", text, re.IGNORECASE):
        found.append("era")
    return [f'it says "{word}"' for word in found]


def _asks(text: str) -> bool:
    """Tell whether a room or a time stands in a question that is no invitation."""
    at = text.find("?")
    while at >= 0:
        start = max((match.end() for match in _SENTENCE_END.finditer(text, 0, at)), default=0)
        question = text[start:at]
        if (
            _READ.search(question)
            and not _is_title(question)
            and not (_INVITES.match(question) and not _ASKS.search(question))
        ):
            return True
        at = text.find("?", at + 1)
    return False


def _is_title(question: str) -> bool:
    """Tell whether only the title of the open space asks, as in "Room 14, 3pm - Is Python fast enough?"."""
    title = _TITLE.search(question)
    return title is not None and len(title["title"].split()) > 2 and not _ABOUT_THE_REST.search(title["title"])


def _shown(text: str) -> str:
    return text.replace(ROOM, "").replace(TIME, "").replace(DAY, "").strip()
