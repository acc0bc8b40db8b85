"""How long X finds a text, counted in another way than the bot does it."""

import re
import unicodedata

__all__ = ["LINKS", "length"]

LINKS = re.compile(
    r"https?://[^\s…]+[\w/=#-]|(?<![\w@./-])(?:[a-z0-9-]+\.)+(?:com|de|info|net|org|py)\b(?:/[\w/-]*)?",
    re.IGNORECASE,
)
_PICTURE = "[\U0001f000-\U0001faff\u2190-\u2bff]"
_EMOJI = re.compile(
    rf"[#*0-9]\ufe0f?\u20e3|[\U0001f1e6-\U0001f1ff]{{2}}|\U0001f3f4[\U000e0061-\U000e007a]+\U000e007f"
    rf"|{_PICTURE}[\ufe0f\U0001f3fb-\U0001f3ff]?(?:\u200d{_PICTURE}[\ufe0f\U0001f3fb-\U0001f3ff]?)*"
)


def length(text: str) -> int:
    """Return what a text weighs: 23 for a link, 2 for an emoji, 1 for most letters of Europe and 2 for all others."""
    composed = unicodedata.normalize("NFC", text)
    without_links, links = LINKS.subn("", composed)
    without_emoji, emoji = _EMOJI.subn("", without_links)
    light = sum(
        1
        for character in without_emoji
        if character < "\u1100"
        or character in "\u2032\u2033\u2034\u2035\u2036\u2037"
        or "\u2000" <= character <= "\u200d"
        or "\u2010" <= character <= "\u201f"
    )
    return links * 23 + emoji * 2 + light + 2 * (len(without_emoji) - light)
