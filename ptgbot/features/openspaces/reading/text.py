"""The text of a post in one spelling, with links, hashtags and mentions set apart."""

import html
import re
import unicodedata
from collections.abc import Callable

__all__ = ["DAY", "NOISE", "ROOM", "TIME", "before", "blank", "hashtags", "is_repost", "plain"]

# What was read is replaced by as many of its mark, so that positions stay and neighbours see what stood there.
# They are private to us: a post's own are taken out.
ROOM, DAY, TIME, NOISE = "\ue000", "\ue001", "\ue002", "\ue003"

_TAG = re.compile(
    r"<(?:/?(?:a|b|i|u|s|p|br|em|li|ol|ul|del|div|img|pre|span|code|strong|blockquote|h\d)\b[^<>]*|(?:[@#!]"
    r"|https?:)[^<>]*)>",
    re.IGNORECASE,
)
_CHARACTERS = str.maketrans(
    {
        **dict.fromkeys("‐‑‒–−﹣⁃", "-"),
        **dict.fromkeys("’‘ʼ´`′", "'"),
        **dict.fromkeys("“”„«»″", '"'),
        "―": "—",
        "→": "->",  # "3pm → 4pm" may be from when to when, or from what to what it was changed
        "🔟": "10",
        "\u20e3": None,
    }
)
_SPACES = re.compile(r"[^\S\n]+")
_LINES = re.compile(r" ?\n[\n ]*")

_FAR = 24  # characters; no words that say something of what follows are longer
_TOP_LEVEL = "com|org|net|io|dev|edu|gov|info|social|app|eu"
_LINK = re.compile(
    r"(?<!\w)(?:[a-z][a-z0-9+.\-]{1,20}://|www\.)\S+"
    r"|[\w.+\-]+@[a-z][\w\-]*(?:\.[\w\-]+)*\.[a-z]{2,}\b"
    rf"|(?<![\w@.])(?:[a-z0-9\-]+\.)+(?:[a-z]{{2,}}(?::\d+)?/\S*|(?:{_TOP_LEVEL})\b(?![.\-]\w))",
    re.IGNORECASE,
)
_A_TIME = r"(?:\d{1,4}(?:[:.h]\d\d)?(?:[ap]\.?m?\.?|h|hrs?|uhr|ish)?|noon|midnight|midday)(?![^\W_])"
_MENTION = re.compile(
    rf"(?<![\w@])@(?!{_A_TIME}|(?:room|rm)\b[ .#\-]*\d)\d*[^\W\d]\w*(?:[.\-]\w+)*(?:@[\w\-]+(?:\.[\w\-]+)+)?",
    re.IGNORECASE,
)
_HASHTAG = re.compile(r"(?<![\w&/])#(\w*[^\W\d]\w*)")
_ROOM_BEFORE = re.compile(r"(?:\brooms?|\brm\.?) ?$", re.IGNORECASE)
_REPOST = re.compile(r"\s*RT\s+@", re.IGNORECASE)


def is_repost(text: str) -> bool:
    """Tell whether a text is somebody else's, passed on."""
    return _REPOST.match(text) is not None


def plain(text: str, is_room: Callable[[str], bool] = lambda _: False) -> str:
    """Return a text without links, addresses, hashtags and mentions, in one spelling.

    Digits of every kind, dashes, quotes and spaces become the plain ones; a line's end stays one.

    Args:
        text: The text, also with the markup that a network has (HTML, Slack's angle brackets).
        is_room: Tells whether a word is a room's name: ``room #b112`` has no hashtag in it.
    """
    if "<" in text:
        text = _TAG.sub(lambda tag: "\n" if tag[0][1:2] in "pPbB" else " ", text)
    if "&" in text:
        text = html.unescape(text)
    if not text.isascii():
        text = _one_spelling(text)
    text = _LINK.sub(" ", text) if "." in text or ":" in text else text
    text = _MENTION.sub(" ", text) if "@" in text else text
    text = _without_hashtags(text, is_room) if "#" in text else text
    return _LINES.sub("\n", _SPACES.sub(" ", text.replace("\r", "\n"))).strip()


def hashtags(text: str) -> list[str]:
    """Return the hashtags of a text, without their signs."""
    return _HASHTAG.findall(text) if "#" in text else []


def blank(text: str, start: int, end: int, mark: str) -> str:
    """Return a text with a mark in place of each character from one position to another."""
    return f"{text[:start]}{mark * (end - start)}{text[end:]}"


def before(pattern: re.Pattern[str], text: str, end: int) -> re.Match[str] | None:
    """Return what a pattern that ends with ``$`` finds right before a position."""
    return pattern.search(text, max(0, end - _FAR), end)


def _one_spelling(text: str) -> str:
    text = unicodedata.normalize("NFKC", text.translate(_CHARACTERS)).translate(_CHARACTERS)
    return "".join(_character(each) for each in text)


def _character(each: str) -> str:
    if each.isascii():
        return each
    if each.isdecimal():
        return str(unicodedata.decimal(each))
    # Joiners, variation selectors and directions are invisible; private ones would be taken for our marks.
    return "" if unicodedata.category(each) in ("Cf", "Co", "Cs", "Mn") and each not in "\u0301\u0308" else each


def _without_hashtags(text: str, is_room: Callable[[str], bool]) -> str:
    parts, last = [], 0
    for tag in _HASHTAG.finditer(text):
        parts.append(text[last : tag.start()])
        named = is_room(tag[1]) and _ROOM_BEFORE.search(text, max(0, tag.start() - 8), tag.start())
        parts.append(tag[0] if named else " ")
        last = tag.end()
    return "".join([*parts, text[last:]])
