"""When to connect again."""

import pytest

from ptgbot.networks.irc import backoff as module
from ptgbot.networks.irc.backoff import Backoff, End
from ptgbot.networks.irc.settings import Timing

FAILED, REFUSED, LASTED = End("no"), End("too fast", unwelcome=True), End("gone", lasted=61.0)


@pytest.fixture
def no_chance(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module._chance, "uniform", lambda low, _high: low)


def pauses(backoff: Backoff, *ends: End) -> list[float]:
    return [backoff.after(end) for end in ends]


@pytest.mark.usefixtures("no_chance")
def test_the_pauses_double_up_to_five_minutes_and_begin_anew_after_a_minute_of_being_there() -> None:
    backoff = Backoff(Timing())
    assert pauses(backoff, *[FAILED] * 11) == [1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300]
    assert pauses(backoff, LASTED, FAILED, FAILED) == [1, 1, 2]


@pytest.mark.usefixtures("no_chance")
def test_a_connection_that_did_not_last_is_one_more_failure() -> None:
    assert pauses(Backoff(Timing()), *[End("gone", lasted=59.0)] * 4) == [1, 2, 4, 8]


@pytest.mark.usefixtures("no_chance")
def test_a_server_that_does_not_want_us_is_left_alone_from_half_a_minute_to_five() -> None:
    backoff = Backoff(Timing())
    assert pauses(backoff, *[REFUSED] * 6) == [30, 60, 120, 240, 300, 300]
    assert pauses(backoff, LASTED, REFUSED) == [1, 30]


@pytest.mark.usefixtures("no_chance")
def test_each_server_is_tried_after_a_second_and_only_a_whole_round_makes_the_pause_grow() -> None:
    backoff = Backoff(Timing(), servers=3)
    assert pauses(backoff, *[FAILED] * 10) == [1, 1, 1, 1, 1, 2, 1, 1, 4, 1]
    assert pauses(backoff, REFUSED) == [30]


def test_chance_makes_a_pause_up_to_a_third_longer_and_never_shorter() -> None:
    found = [Backoff(Timing()).after(FAILED) for _ in range(50)]
    assert all(1 <= pause <= 1.3 for pause in found)
    assert len(set(found)) > 1
    backoff = Backoff(Timing())
    assert max(pauses(backoff, *[FAILED] * 2000)) == 300
