"""Times on the clock, as they are written; what they mean is for others to say."""

import re
from dataclasses import dataclass, replace
from datetime import time

from ptgbot.features.openspaces.reading.text import DAY, NOISE, ROOM
from ptgbot.features.openspaces.reading.zones import BEHIND, Zone, zone_of

__all__ = ["Clock", "clocks"]

# "15 Uhr 20 Leute" is three o'clock.
_COUNTED_AFTER = (
    r"\s(?:leute|personen|menschen|teilnehm\w+|plätze|stühle|min(?:ute[ns]?|utos)?|personnes|places|participants"
    r"|personas|plazas|people|seats)\b"
)
_ATOM = re.compile(
    r"(?<![^\W_])(?<![$€£¥#+])(?<!\d[.,:])(?:"
    r"(?P<ap_h>\d{1,2})(?:[:.](?P<ap_m>[0-5]\d)(?::[0-5]\d)?)?\s?(?P<ap>[ap])(?:m"
    r"|\.\s?m\b\.?)(?:-?(?P<ap_ish>ish))?(?![^\W_])"
    r"|(?P<uhr_h>\d{1,2})(?:[:.](?P<uhr_m>[0-5]\d))?\s?u(?:h|u)r\b(?:\s(?P<uhr_m2>[0-5]\d)(?![^\W_]|[:.,h]\d|\s?uhr)"
    rf"(?!{_COUNTED_AFTER}))?"
    r"|(?P<hh>[01]\d|2[0-4])(?P<mm>[0-5]\d)\s?(?:hrs?|hours|h|uhr)(?![^\W_])"
    r"|(?P<co_h>\d{1,2}):(?P<co_m>[0-5]\d)(?::[0-5]\d(?:\.\d+)?)?(?:\s?(?:h|hs|hrs)(?![^\W_]))?(?:-?(?P<co_ish>ish))?"
    r"(?!%|:?\d|[^\W_Z])"
    rf"|(?P<h_h>\d{{1,2}})\s?h(?:eures?|oras?|s|rs)?(?:\s?(?P<h_m>[0-5]\d)(?!{_COUNTED_AFTER}))?(?![^\W_]|:\d)"
    r"|(?P<noon>(?:12\s)?noon(?:-?(?P<noon_ish>ish))?|mediod[ií]a|(?<=à )midi|(?<=de )midi|mezzogiorno)(?![^\W_])"
    r"|(?P<oc_h>\d{1,2})\s?o'?\s?clock\b"
    r"|(?P<b_h>\d{1,2})(?:\.(?P<b_m>[0-5]\d))?(?![^\W_]|[.,:/]\d|\s?[%°€$£¥]|\s?'\s?\d)(?P<b_ish>-?ish\b)?"
    r")",
    re.IGNORECASE,
)
_STARTS = re.compile(r"(?:^|[^\w\s]|\s|(?<=\d))(?:@|at|from|um|à|a\slas?)\s?$", re.IGNORECASE)
_ENDS = re.compile(
    r"(?:\b(?:to|until|untill|till?|til|through|bis|hasta(?:\slas?)?|jusqu'à|jusque|fino\sa(?:lle)?|tot)"
    r"|\b(?:end|finish|clos|conclud|stop|leav)\w*(?:\s(?:at|by|around|um))?:?)\s?$",
    re.IGNORECASE,
)
_END_AFTER = re.compile(r"\s?(?:end|ends|finish|close|ende)\b(?!\s?(?:at|by|:|um|\d))", re.IGNORECASE)
_INEXACT = re.compile(
    r"(?:\b(?:(?:earlier|later|sooner) than|around|about|circa|ca\.?|approx\w*\.?|roughly|after|before|by|past"
    r"|almost|nearly|near|between"
    r"|maybe|perhaps|probably|gegen|nach|vor"
    r"|zwischen|etwa|ungefähr|kurz|vers|avant|après|environ|entre|sobre|hacia|antes\sde|después\sde|verso|dopo"
    r"|prima\sdi|rond|half|halb|halv|viertel"
    r"|dreiviertel|quarter|not|nicht|pas|no|kein\w*|bar)(?:\s(?:to|past|nach|vor|at|las?|les?|before|after"
    r"|till?|of|um|à|@))?|~|±)\s?$",
    re.IGNORECASE,
)
_MINUTES_TO = re.compile(
    r"(?<!\bfrom\s)(?<!\bat\s)(?<!@\s)\b(?:5|10|20|25|five|ten|twenty|quarter|half|fünf|zehn)\s(?:to|past|till?"
    r"|before|after|of|vor|nach)\s?$",
    re.IGNORECASE,
)
_PLUS = re.compile(
    r"\s?(?:-?ish\b|or so\b|or later\b|or earlier\b|et demie|y media|et quart|y cuarto|moins|menos|tbc\b|tbd\b"
    r"|c\.\s?t\b|(?:/|(?:or|oder)\s)\s?[ap]\.?m\b|\+(?!\s?\w))|\s?\((?:tbc|tbd|ish|\?)\)",
    re.IGNORECASE,
)
_HALF_OF_DAY = re.compile(
    r"\s(?:(?:in the|du|de la|por la|de l'|della|in der|am)\s?)?"
    r"(?:(?P<am>(?<=in the )morning|(?<=du )matin|(?<=la )mañana|morgens|vormittags|früh|(?<=la )madrugada)"
    r"|(?P<pm>(?<=in the )afternoon|(?<=in the )evening|(?<=l')après-midi|(?<=du )soir|(?<=la )tarde"
    r"|(?<=la )noche|nachmittags|abends|mittags"
    r"|(?<=at )night))\b",
    re.IGNORECASE,
)
_COUNTED = re.compile(
    r"\s(?:(?!(?:s|is|as|us|this|has|was|does|always|sessions?|let's|discuss|sharps?|perhaps|besides|starts"
    r"|begins|meets|opens|comes|dans|sans|vers|tous|nous|vous|mais|plus|puis|alles|etwas|unos|todos|nosotros"
    r"|guys|folks"
    r"|towards|pythonistas)\b)[a-zé]{2,}[^\Ws]s"
    r"|(?:different|other|more|of|or more|people|persons?|men|women|kids|min|mins|km|kg|gb|mb|tb|ms|px|hrs?"
    r"|euros?|usd|dollars?|percent|years?|leute|personen|tage|jahre|personnes"
    r"|jours|ans|personas|años|días|weeks?|to \d+ people|x)\b)"
    r"|-(?:(?!noon|mid)[a-z]|\d+-)",
    re.IGNORECASE,
)
# "14 Uhr 30 Leute": half past two, or thirty people at two?
_SPACED_MINUTES = re.compile(r"\d+\s?(?P<unit>h|u[hu]r)\s\d\d", re.IGNORECASE)
_NOUN = re.compile(r"\s[A-ZÄÖÜ][a-zäöü]")
_CUT = re.compile(r"\d[/&]$")  # "3/4pm" is two times, of which one is not read
_FAR = 24


@dataclass(frozen=True, slots=True)
class Clock:
    """A time of day, as it is written.

    Args:
        start: Where it begins in the text.
        end: Where it ends, its zone included.
        written: As people wrote it.
        hour: The hour that is written.
        minute: The minute.
        half: "a" or "p"; "24" on the 24-hour clock; "" where nothing tells morning from afternoon.
        kind: ``clock``, ``hours`` (3h: may be how long) or ``bare`` (a number).
        prefix: ``start``, ``end`` or "", by the word before.
        zone: The zone written behind; None where there is none.
        doubt: Why it is not certain, in words; empty where it is.
        exists: Whether clocks ever show it; nothing begins at 25:00.
    """

    start: int
    end: int
    written: str
    hour: int
    minute: int = 0
    half: str = ""
    kind: str = "clock"
    prefix: str = ""
    zone: Zone | None = None
    doubt: str = ""
    exists: bool = True

    def readings(self) -> tuple[time, ...]:
        """Return what it may be on the 24-hour clock."""
        if self.half == "24":
            return (time(self.hour, self.minute),)
        morning, afternoon = time(self.hour % 12, self.minute), time(self.hour % 12 + 12, self.minute)
        if self.half:
            return (morning,) if self.half == "a" else (afternoon,)
        return morning, afternoon


def clocks(text: str) -> list[Clock]:
    """Return the times in a text, and the bare numbers that may be some, in order.

    Args:
        text: The text, with rooms, days and numbers that are none blanked.
    """
    found: list[Clock] = []
    done = 0
    for match in _ATOM.finditer(text):
        if match.start() < done:
            continue
        clock = _clock(text, match)
        if clock is not None:
            found.append(clock)
            done = clock.end
    return found


def _clock(text: str, match: re.Match[str]) -> Clock | None:
    clock = _hour(match)
    if clock is None:
        return None
    before = text[max(0, clock.start - _FAR) : clock.start]
    clock = _with_prefix(clock, before)
    end = clock.end
    if half := _HALF_OF_DAY.match(text, end):
        clock = _with_half(clock, "a" if half["am"] else "p")
        end = half.end()
    zone = BEHIND.match(text, end)
    if zone and _is_zone(zone, clock, text):
        clock = replace(clock, zone=zone_of(zone), kind="clock" if clock.kind == "hours" else clock.kind)
        end = zone.end()
    if clock.kind == "bare" and _COUNTED.match(text, end):
        return None
    if (spaced := _SPACED_MINUTES.fullmatch(clock.written)) and (
        _COUNTED.match(text, end) or (spaced["unit"] not in "hH" and _NOUN.match(text, end))
    ):
        clock = replace(clock, doubt=clock.doubt or f"{clock.written} may hold a number of something")
    if _PLUS.match(text, end):
        clock = replace(clock, doubt=clock.doubt or f"{clock.written} is not exact")
    if _END_AFTER.match(text, end) and clock.kind == "clock":
        clock = replace(clock, prefix="end")
    return replace(clock, end=end)


def _is_zone(zone: re.Match[str], clock: Clock, text: str) -> bool:
    """Tell whether a zone is one: "-11:30" is the end of a range, except in what a machine wrote."""
    if zone["offset"] and zone["offset"][0] == "-":
        return text[clock.start - 1 : clock.start] == DAY
    return clock.kind == "clock" or bool(zone["short"] or zone["area"])


def _hour(match: re.Match[str]) -> Clock | None:
    """Return the time of a match, by its form alone."""
    start, end, written = match.start(), match.end(), match[0].strip()
    if match["noon"]:
        doubt = f"{written} is not exact" if match["noon_ish"] else ""
        return Clock(start, end, written, 12, 0, "24", doubt=doubt)
    hour = int(next(filter(None, (match[name] for name in ("ap_h", "uhr_h", "hh", "co_h", "h_h", "oc_h", "b_h")))))
    minute = int(
        next(filter(None, (match[name] for name in ("ap_m", "uhr_m", "uhr_m2", "mm", "co_m", "h_m", "b_m"))), "0")
    )
    clock = Clock(start, end, written, hour, minute)
    if match["ap_ish"] or match["co_ish"] or match["b_ish"]:
        clock = replace(clock, doubt=f"{written} is not exact")
    if hour > 23:
        # "24h" is how long, "24:00" a midnight.
        return (
            replace(clock, hour=0, half="24", doubt=f"{written} is no exact time", exists=False)
            if match["co_h"] or match["uhr_h"]
            else None
        )
    if match["ap"]:
        return _with_half(clock, match["ap"].casefold())
    if match["hh"] or hour >= 13 or written[0] == "0":
        clock = replace(clock, half="24")
    if match["b_h"]:
        return replace(clock, kind="bare")
    if match["h_h"] and not match["h_m"]:
        return replace(clock, kind="hours")
    return clock


def _with_half(clock: Clock, half: str) -> Clock:
    kind = "clock"
    if clock.hour > 12 or (clock.hour == 0 and half == "p"):
        # "15:00 pm" is clear; "15 am" is not.
        doubt = clock.doubt if half == "p" and clock.hour > 12 else f"{clock.written} is no time"
        return replace(clock, half="24", kind=kind, doubt=doubt)
    if clock.hour == 12 and half == "a" and not clock.minute:
        return replace(clock, half=half, kind=kind, doubt=f"{clock.written} is midnight, and not exact")
    return replace(clock, half=half, kind=kind)


def _with_prefix(clock: Clock, before: str) -> Clock:
    if before.endswith((f"{ROOM}-", f"{NOISE}-")):
        clock = replace(clock, doubt=f"what stands before {clock.written} may belong to it")
    if _ENDS.search(before):
        clock = replace(clock, prefix="end")
    elif _STARTS.search(before):
        clock = replace(clock, prefix="start")
    if _MINUTES_TO.search(before) or _INEXACT.search(before.rstrip("@ ") + " "):
        clock = replace(clock, doubt=clock.doubt or f"{clock.written} is not exact")
    elif clock.kind == "clock" and _CUT.search(before):
        clock = replace(clock, doubt=clock.doubt or f"what stands before {clock.written} may belong to it")
    return clock
