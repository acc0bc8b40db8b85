r"""People's patterns: RE2 in any case, with letters and digits of every script, and problems in words for people.

RE2's syntax: https://github.com/google/re2/wiki/Syntax. Its ``\w`` and ``\d`` know ASCII alone. So does its ``\b``, and
stays so: there is nothing else without width to put in its place.
"""

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

import re2

__all__ = ["Pattern", "Token", "compile_pattern", "pattern_advice", "pattern_problem", "tokens"]

Pattern = Any  # re2's compiled pattern, which has no public type

_MAX_PATTERN = 400
_MAX_PIECE = 20  # characters; what is never closed is all the rest
_MAX_MEMORY = 1 << 18  # bytes that one compiled pattern may take

_WORD = r"\p{L}_\p{N}"  # the blanks of a range cannot reach into it: neither end is one character
_INSIDE = {r"\w": _WORD, r"\d": r"\p{Nd}", r"\D": r"\P{Nd}"}
_OUTSIDE = {r"\w": f"[{_WORD}]", r"\W": f"[^{_WORD}]", r"\d": r"\p{Nd}", r"\D": r"\P{Nd}"}

_TOKEN = re.compile(
    r"""
    (?P<quote>\\Q.*?(?:\\E|\Z))
  | (?P<escape>\\(?:[pP](?:\{[^}]*\}|.)|x(?:\{[^}]*\}|..)|[0-7]{1,3}|.))
  | (?P<class>\[\^?\]?(?:\[:\^?\w*:\]|\\.|[^]\\])*\])
  | (?P<flags>\(\?[a-zA-Z-]*\))
  | (?P<open>\((?:\?(?:P?<\w+>|[a-zA-Z-]*:))?)
  | (?P<close>\))
  | (?P<bar>\|)
  | (?P<repeat>(?:[*+?]|\{\d+(?:,\d*)?\})\??)
  | (?P<other>[.^$])
  | (?P<literal>.)
    """,
    re.VERBOSE | re.DOTALL,
)


class Token(NamedTuple):
    """A piece of a pattern.

    Args:
        kind: ``quote``, ``escape``, ``class``, ``flags``, ``open``, ``close``, ``bar``, ``repeat``, ``other`` or
            ``literal``.
        text: The piece.
    """

    kind: str
    text: str


def tokens(pattern: str) -> Iterator[Token]:
    """Yield the pieces of a pattern that RE2 takes."""
    for found in _TOKEN.finditer(pattern):
        kind = found.lastgroup or "literal"
        text = found.group()
        if kind == "escape" and len(text) == 2 and text.isascii() and not text[1].isalnum():
            kind = "literal"
        yield Token(kind, text)


def _options() -> Any:
    options = re2.Options()
    options.case_sensitive = False
    options.log_errors = False
    options.max_mem = _MAX_MEMORY
    return options


class _Impossible(ValueError):
    """What a pattern asks for is not possible; the text says what and why."""


def _translated(pattern: str) -> str:
    r"""Return a pattern in which ``\w``, ``\W``, ``\d`` and ``\D`` know every script.

    Raises:
        _Impossible: It names what is no part of a word in a class that is turned round.
    """
    return "".join(
        _class(text) if kind == "class" else _OUTSIDE.get(text, text) if kind == "escape" else text
        for kind, text in tokens(pattern)
    )


def _class(text: str) -> str:
    parts = re.findall(r"\[:\^?\w*:\]|\\.|[^\\]", text, re.DOTALL)
    inside = "".join(_INSIDE.get(part, part) for part in parts)
    if r"\W" not in parts:
        return inside
    if text.startswith("[^"):
        raise _Impossible(r"\W inside of [^…] is not possible here; \p{L} is any letter, and \p{N} any number")
    # RE2 has no union of classes: an alternative is one. The blank in its place is no part of a word either.
    rest = "".join(r"\s" if part == r"\W" else _INSIDE.get(part, part) for part in parts)
    return f"(?:{rest}|[^{_WORD}])"


def _compiled(pattern: str) -> Pattern:
    return re2.compile(pattern, _options())


def compile_pattern(pattern: str) -> Pattern | None:
    """Return a stored pattern, compiled; None where this version of RE2 takes it no longer."""
    try:
        return _compiled(_translated(pattern))
    except (re2.error, ValueError):
        pass
    try:
        return _compiled(pattern)
    except (re2.error, ValueError):
        return None


def pattern_problem(pattern: str) -> str:
    """Return why a pattern cannot be used, or nothing if it can. What is behind a colon quotes from it."""
    if len(pattern) > _MAX_PATTERN:
        return f"it is longer than {_MAX_PATTERN} characters"
    try:
        _compiled(pattern)
        _compiled(_translated(pattern))
    except UnicodeEncodeError:
        return "it holds half of a character"
    except _Impossible as error:
        return str(error)
    except re2.error as error:
        reason = error.args[0] if error.args else b""
        return _in_our_words(reason.decode(errors="replace") if isinstance(reason, bytes) else str(reason))
    return ""


_WHY = "because patterns are matched in one pass that no text can make slow"
_AHEAD = f"a lookahead (?=…) is not possible here, {_WHY}; try the words one after the other, as in 'nova.*cells'"
_NOT = f"'not followed by' and 'not after' are not possible here, {_WHY}; try to name what you do want"
_BEHIND = f"a lookbehind (?<=…) is not possible here, {_WHY}; try it with what stands before as a part of it"
_BACK = f"a backreference is not possible here, {_WHY}; try to write the words again"
_GROUPS = (
    ("(?=", _AHEAD),
    ("(?!", _NOT),
    ("(?<=", _BEHIND),
    ("(?<!", _NOT),
    ("(?P", _BACK),
    ("(?>", "an atomic group (?>…) is not possible here, and nothing is gained by one; try a group without '?>'"),
)
_WORDS = {
    "missing )": "a ( is never closed",
    "unexpected )": "a ) was never opened",
    "missing ]": "a [ is never closed",
    "no argument for repetition operator": "there is nothing before a sign that repeats",
    "invalid character class range": "it names a range or a kind of characters that there is not",
    "invalid repetition size": "it repeats more than 1,000 times, or fewer times at most than at least",
    "pattern too large - compile failed": "it is too large once it is taken apart; try a shorter one",
    "trailing \\": "it ends in a single \\, which needs something behind it",
}


def _in_our_words(reason: str) -> str:
    """Return what RE2 complains of in words for people, and where it is about a piece, that piece behind a colon."""
    what, _, piece = reason.partition(": ")
    if what == "invalid perl operator":
        for sign, text in _GROUPS:
            if piece.startswith(sign):
                return text
        return f"such a group is not possible here: {piece}"
    if what == "invalid escape sequence":
        if re.fullmatch(r"\\[1-9]", piece) or piece in (r"\k", r"\g"):
            return _BACK
        return f"there is no such escape: {piece}"
    if what == "bad repetition operator":
        if piece.endswith("+"):
            return f"a possessive {piece} is not possible here, and nothing is gained by one; try {piece[:-1]}"
        return f"two signs that repeat follow each other: {piece}"
    known = _WORDS.get(what, what or "it is no RE2 regular expression")
    return f"{known}: {piece}" if piece and len(piece) <= _MAX_PIECE else known


# One topic for each letter and digit, and one of a character that nobody types: together they have nothing in common
# but what all topics have.
_PROBES = tuple(f"#{c} {verb} {c}" for c in "abcdefghijklmnopqrstuvwxyz0123456789\ue000" for verb in ("now", "next"))


# What people put around a pattern because other programs want it there.
_WRAPPED = re.compile(
    r"""/(?P<slashed>[^/]+)/[gimsux]{0,3}|(?P<mark>["'`])(?P<quoted>.+)(?P=mark)|[“”„‘’«»](?P<curly>.+)[“”‘’«»]"""
)


def _unwrapped(pattern: str) -> str:
    """Return advice on slashes or quotes around a pattern; nothing where there are none."""
    found = _WRAPPED.fullmatch(pattern)
    if found is None:
        return ""
    signs = "slashes" if found["slashed"] else "quotes"
    inner = found["slashed"] or found["quoted"] or found["curly"]
    return f"The {signs} count as part of the pattern: leave them out, as in: subscribe {inner}"


def pattern_advice(pattern: str) -> str:
    """Return what somebody should know about a pattern that they can use, in sentences; nothing where it is plain."""
    advice = []
    compiled = compile_pattern(pattern)
    if compiled is not None and all(compiled.search(probe) for probe in _PROBES):
        advice.append("It matches whatever is said: you will hear of every topic.")
    edges = any(token in (("escape", r"\b"), ("escape", r"\B")) for token in tokens(pattern))
    if edges and not pattern.isascii():
        advice.append(r"Beware: \b takes only a-z, 0-9 and _ for parts of words; try it without.")
    return " ".join([*advice, *filter(None, [_unwrapped(pattern)])])
