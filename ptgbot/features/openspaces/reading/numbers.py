"""Numbers that are neither a room nor a time: prices, versions, stars, phone numbers."""

import re

from ptgbot.features.openspaces.reading.text import NOISE, blank

__all__ = ["without_numbers"]

_MONEY_WORDS = "eur|euros?|usd|dollars?|bucks|chf|gbp|pounds?|cents?|francs?|franken|yen|kr|sek"
_VERSIONED = (
    "python|py|cpython|pypy|django|flask|fastapi|pandas|numpy|pydantic|angular|react|vue|node|nodejs|php|java|ruby|rails|perl|rust|go|c\\+\\+|kotlin|swift|ubuntu|debian"
    "|fedora|windows|ios|android|postgres|postgresql|mysql|sqlite|redis|kubernetes|k8s|docker|linux|kernel|gpt|llama|claude|web|http|html|css|ipv|usb|pep|rfc|version|ver\\.?"
    "|v|release|top|level|floor|chapter|part|teil|episode|season|table|booth|stand|tisch|stage|track|line|gate|step|tip|iso|area|pycon|europycon|numéro|étage|stock"
)
_TIME = (
    r"(?!\d|[:h]\d\d|\s?[ap]\.?m\b|\s?[ap]\.m|\s?h\b|\s?h(?:rs|eures|oras)\b|\s?uhr\b|\s?o'?\s?clock\b"
    r"|\s?-\s?\d{1,2}(?:[:.]\d\d)?\s?(?:[ap]\.?m|uhr|h\b)|-\d{1,2}:\d\d|\w)"
)
_AMOUNT = r"(?<![\d.,:h])\d(?:[\d.,]*\d)?+"  # "16:30, $5" has but one
_NUMBERS = re.compile(
    rf"(?P<money>[$€£¥]\s?\d[\d.,]*k?|{_AMOUNT}\s?(?:[$€£¥](?!\s?\d)|(?:{_MONEY_WORDS})\b))"
    rf"|{_AMOUNT}k?(?:/\d+)?\s?(?:[★⭐☆]+|(?:github\s)?(?:stars?|sterne|étoiles|estrellas|forks|downloads|likes"
    rf"|followers)\b)|[★⭐☆]\s?\d(?:[\d.,]*\d)?+k?{_TIME}"
    rf"|{_AMOUNT}\s?(?:%|percent\b|prozent\b|°)"
    r"|\+\d[\d\s().\-]{6,}\d|(?<!\d)\(?\d{3}\)?[\-. ]\d{3}[\-. ]\d{4}(?!\d)|\b\d{3}-\d{4}\b(?!-)"
    rf"|(?<![^\W_])(?:{_VERSIONED})[ \-]?v?\d+(?:\.(?:\d+|x))*{_TIME}(?:\s?(?:/|to|and|&|->|vs\.?|or|-|und|et"
    rf"|y)\s?v?\d+(?:\.\d+)*{_TIME})?"
    r"|(?<![\w.,:])(?!\d{1,2}\.\d{1,2}\.(?:20)?\d\d(?![\d.]))v?\d+\.\d+\.\d+(?:\.\d+|[a-z]+\d*)*(?![\w.:]"
    r"|\s?[ap]\.?m\b)"
    r"|(?<![\w.,:])-?\d{1,3}\.\d{3,}\b",
    re.IGNORECASE,
)


def without_numbers(text: str) -> str:
    """Return a text in which such numbers are blanked."""
    for match in list(_NUMBERS.finditer(text)):
        text = blank(text, match.start(), match.end(), NOISE)
    return text
