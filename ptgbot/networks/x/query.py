"""What is looked for on X, as X wants to be asked.

https://docs.x.com/x-api/posts/search/integrate/build-a-query; the rules of the stream are the same.
"""

import re
from collections.abc import Iterable

__all__ = ["MOST", "queries"]

MOST = 512  # characters of one query
_NO_REPOSTS = " -is:retweet"
_NOT_IN_A_PHRASE = re.compile(r'["\\]+')


def queries(words: Iterable[str], hashtags: Iterable[str], name: str = "") -> tuple[str, ...]:
    """Return queries that find every post that is looked for, and no reposts.

    Args:
        words: Words, phrases and hashtags that posts have.
        hashtags: More hashtags, with or without ``#``.
        name: The account whose posts people answer, without the @; empty where it is not known.

    Returns:
        The queries; none where nothing is looked for.
    """
    terms = [term for word in words for term in _terms(word)]
    terms += [f"#{tag.lstrip('#')}" for tag in hashtags]
    if not terms:
        return ()
    if name:
        terms.append(f"to:{name}")  # so that those who announced something can answer
    found: list[str] = []
    for term in dict.fromkeys(terms):
        longer = f"{found[-1]} OR {term}" if found else term
        if found and len(f"({longer}){_NO_REPOSTS}") <= MOST:
            found[-1] = longer
        else:
            found.append(term)
    return tuple(f"({terms}){_NO_REPOSTS}" for terms in found)


def _terms(word: str) -> list[str]:
    """Return what finds a word; a word alone does not find the hashtag of that name."""
    word = " ".join(_NOT_IN_A_PHRASE.sub(" ", word).split())
    if not word:
        return []
    if word.startswith("#") and _is_plain(word[1:]):
        return [word]
    return [f'"{word}"', *([f"#{word}"] if _is_plain(word) and not word.isdigit() else [])]


def _is_plain(word: str) -> bool:
    return bool(re.fullmatch(r"\w+", word))
