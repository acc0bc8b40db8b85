"""What X's refusals mean."""

import re
import time
from collections.abc import Mapping
from email.utils import formatdate

import pytest
from hypothesis import given
from hypothesis import strategies as st
from multidict import CIMultiDict

from ptgbot.core.protocols import Doubt, NotTaken, TooFast
from ptgbot.networks.account import Barred
from ptgbot.networks.x.errors import Duplicate, refusal
from tests.fake_x import answers

NOW = 1_795_000_000
DATE = formatdate(NOW, usegmt=True)


def refused(status: int, body: object = None, headers: Mapping[str, str] | None = None) -> Exception:
    return refusal(status, CIMultiDict(headers or {}), body)


@pytest.mark.parametrize(
    ("status", "body", "kind", "words"),
    [
        (401, answers.UNAUTHORIZED, Barred, "X does not know the keys.*make new keys"),
        (402, answers.NO_CREDITS, NotTaken, "credits .* are used up; buy some"),
        (403, answers.DUPLICATE, Duplicate, "the same text"),
        (403, {"errors": [{"code": 187, "message": "Status is a …"}]}, Duplicate, "the same text"),
        (403, answers.SUSPENDED, Barred, "suspended.*appeal"),
        (403, {"errors": [{"code": 64, "message": "Your account is …"}]}, Barred, "suspended"),
        (403, answers.LOCKED, Barred, "locked.*log in at x.com"),
        (403, answers.READ_ONLY, NotTaken, "may only read; give it 'Read and write'"),
        (403, answers.NOT_ENROLLED, NotTaken, "plan .* does not allow this.*attached to a Project"),
        (403, answers.NOT_PERMITTED, NotTaken, "You are not permitted to perform this action"),
        (403, None, NotTaken, "does not say why"),
        (404, "<html>", NotTaken, "x.api_url"),
        (400, answers.TOO_LONG, NotTaken, "text is too long"),
        (400, {"errors": [{"message": "one"}, {"message": "two"}]}, NotTaken, "one; two"),
        (302, None, NotTaken, "X answers 302$"),
        (429, answers.CAPPED, NotTaken, "used up what its plan allows.*Monthly"),
        (408, None, ConnectionError, "X answers 408"),
        (503, answers.UNAVAILABLE, ConnectionError, "X answers 503"),
        (500, None, Doubt, "X answers 500"),
        (502, "<html>", Doubt, "X answers 502"),
        (504, None, Doubt, "X answers 504"),
    ],
)
def test_a_refusal_says_what_it_means(status: int, body: object, kind: type[Exception], words: str) -> None:
    error = refused(status, body)

    assert type(error) is kind
    assert re.search(words, str(error))


def limits(**resets: tuple[int, int]) -> dict[str, str]:
    """Return headers of limits, of each what remains and the seconds until its reset."""
    headers = {"Date": DATE}
    for name, (remaining, seconds) in resets.items():
        beginning = {"rate": "x-rate-limit", "app": "x-app-limit-24hour", "user": "x-user-limit-24hour"}[name]
        headers |= {f"{beginning}-remaining": str(remaining), f"{beginning}-reset": str(NOW + seconds)}
    return headers


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        (limits(rate=(0, 300)), 300),
        (limits(rate=(99, 900), user=(0, 1200)), 1200),
        (limits(rate=(0, 300), app=(0, 600), user=(5, 1200)), 600),
        (limits(rate=(99, 900)), 900),  # none is used up: it is said all the same
        (limits(user=(0, 80_000)), 3600),
        (limits(rate=(0, -5)), 1),
        ({"Date": DATE, "x-rate-limit-reset": str(NOW + 30)}, 30),
        ({"Date": DATE, "x-rate-limit-reset": "soon"}, 60),
        ({}, 60),
    ],
)
def test_x_says_by_its_own_clock_how_long_to_wait(headers: dict[str, str], seconds: float) -> None:
    error = refused(429, answers.TOO_MANY, headers)

    assert isinstance(error, TooFast)
    assert error.seconds == seconds


def test_without_x_s_clock_ours_counts() -> None:
    error = refused(429, answers.TOO_MANY, {"x-rate-limit-reset": str(int(time.time()) + 1000)})

    assert isinstance(error, TooFast)
    assert 900 < error.seconds <= 1000


@pytest.mark.parametrize("minutes", [-30, 30])
def test_a_clock_that_is_wrong_is_told_before_the_keys_are_doubted(minutes: int) -> None:
    error = refused(401, answers.UNAUTHORIZED, {"Date": formatdate(time.time() + 60 * minutes, usegmt=True)})

    assert type(error) is Barred
    assert str(error) == "this machine's clock is wrong by 30 minutes, for which X refuses everything; set it"


def test_x_s_own_words_are_kept_short() -> None:
    assert str(refused(400, {"detail": "a\n\tb " * 1000})) == f"X answers 400: {('a b ' * 50)[:200]}"


json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["errors", "code", "message", "detail", "type", "title"]), inner)
    ),
    max_leaves=8,
)


@given(st.integers(300, 599), json, st.dictionaries(st.sampled_from(["Date", "x-rate-limit-reset"]), st.text()))
def test_whatever_is_answered_means_something(status: int, body: object, headers: dict[str, str]) -> None:
    assert isinstance(refused(status, body, headers), (NotTaken, TooFast, ConnectionError))
