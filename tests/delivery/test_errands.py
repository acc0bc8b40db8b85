"""What wants to know whether it went out is told, in order, all that becomes of it."""

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime

from ptgbot.core.messages import Priority, Send, Target
from ptgbot.core.protocols import Doubt, NotTaken, TooFast
from ptgbot.delivery.lane import MAX_AGE, MOST_NOTIFICATIONS
from tests.delivery.simulated import TimedNetwork, notification, sending, simulated

BEGAN = datetime(2026, 11, 23, 9, tzinfo=UTC)


class _Errand:
    """Keeps what it is told."""

    ticket = "t1"
    body = "the photo"

    def __init__(self, text: str = "the photo", *, doubtful: bool = False, again: bool = False) -> None:
        self.text = text
        self.heard: list[str] = []
        self.doubtful_since = BEGAN if doubtful else None
        self._again = again

    async def begin(self) -> str:
        self.heard.append("begin")
        self.doubtful_since = None
        return self.text

    def went(self, receipt: str) -> None:
        self.heard.append(f"went {receipt}".strip())

    def doubted(self) -> None:
        self.heard.append("doubted")
        self.doubtful_since = BEGAN

    def put_off(self, why: str) -> None:
        self.heard.append(f"put off: {why}")

    def unanswered(self) -> bool:
        self.heard.append("unanswered")
        return self._again

    def refused(self, why: str) -> None:
        self.heard.append(f"refused: {why}")

    def away(self) -> None:
        self.heard.append("away")


class _Network(TimedNetwork):
    """A network that fails as told, and knows or does not know what is there."""

    def __init__(self, *errors: Exception | None, found: str | None = None) -> None:
        super().__init__(burst=100)
        self.has_receipts = True
        self.found = found
        self.asked: list[tuple[str, str, str, datetime]] = []
        self._errors: Iterator[Exception | None] = iter(errors)

    async def post(self, target: Target, line: str, *, ticket: str = "") -> str:
        error = next(self._errors, None)
        if error is not None:
            raise error
        return await super().post(target, line, ticket=ticket)

    async def find(self, target: Target, ticket: str, body: str, since: datetime) -> str | None:
        self.asked.append((target.name, ticket, body, since))
        return self.found


def _send(errand: _Errand, to: str = "#ptg", *, identity: str = "") -> Send:
    return Send(Target("irc", to, identity), errand.body, Priority.NOTIFICATION, errand=errand, apart=True)


async def _heard(network: _Network, errand: _Errand, seconds: float = 5.0) -> list[str]:
    """Return what an errand heard within some seconds."""
    async with sending(network) as queue:
        queue.submit(_send(errand))
        await asyncio.sleep(seconds)
    return errand.heard


@simulated
async def test_it_is_begun_when_it_goes_and_told_its_receipt() -> None:
    network = _Network()
    assert await _heard(network, _Errand("in 3 minutes: the photo")) == ["begin", "went irc-1"]
    assert network.posted == [("#ptg", "in 3 minutes: the photo")]


@simulated
async def test_it_is_not_begun_while_the_link_is_down_and_knows_by_itself_how_late_it_may_be() -> None:
    network, errand = _Network(), _Errand()
    network.up.clear()
    async with sending(network) as queue:
        queue.submit(_send(errand))
        await asyncio.sleep(2 * MAX_AGE)
        assert errand.heard == []
        network.up.set()
        await asyncio.sleep(1)
    assert errand.heard == ["begin", "went irc-1"]


@simulated
async def test_one_that_is_not_to_go_out_any_more_is_posted_nowhere() -> None:
    network = _Network()
    assert await _heard(network, _Errand("")) == ["begin"]
    assert network.posted == []


@simulated
async def test_one_whose_link_broke_before_it_went_is_put_off_and_begun_again() -> None:
    heard = await _heard(_Network(ConnectionError("no link")), _Errand())
    assert heard == ["begin", "put off: no link", "begin", "went irc-1"]


@simulated
async def test_one_that_comes_too_fast_is_put_off_for_as_long_as_the_network_wants() -> None:
    network, errand = _Network(TooFast(30)), _Errand()
    assert await _heard(network, errand, 29) == ["begin", "put off: asked to wait 30 s"]
    network, errand = _Network(TooFast(30)), _Errand()
    assert (await _heard(network, errand, 31))[2:] == ["begin", "went irc-1"]


@simulated
async def test_one_that_the_network_does_not_take_is_refused_with_its_reason() -> None:
    assert await _heard(_Network(NotTaken("too long")), _Errand()) == ["begin", "refused: too long"]


@simulated
async def test_one_that_may_be_out_is_looked_for_and_not_posted_where_it_is_found() -> None:
    network = _Network(found="irc-77")
    assert await _heard(network, _Errand(doubtful=True)) == ["went irc-77"]
    assert (network.posted, network.asked) == ([], [("#ptg", "t1", "the photo", BEGAN)])


@simulated
async def test_one_that_may_be_out_is_posted_where_it_is_not_found() -> None:
    assert await _heard(_Network(found=""), _Errand(doubtful=True)) == ["begin", "went irc-1"]


@simulated
async def test_where_the_network_cannot_tell_the_errand_says_whether_to_post_it() -> None:
    for again, heard in ((True, ["unanswered", "begin", "went irc-1"]), (False, ["unanswered"])):
        assert await _heard(_Network(found=None), _Errand(doubtful=True, again=again)) == heard


@simulated
async def test_one_that_falls_into_doubt_is_looked_for_before_it_is_tried_again() -> None:
    network = _Network(Doubt("silent"), found="irc-9")
    assert await _heard(network, _Errand()) == ["begin", "doubted", "went irc-9"]


@simulated
async def test_one_for_somebody_who_is_away_is_told_so_and_not_kept() -> None:
    network, errand = _Network(), _Errand()
    network.away.add("ada")
    async with sending(network) as queue:
        queue.submit(_send(errand, "ada", identity="irc/~ada"))
        await asyncio.sleep(1)
    assert (errand.heard, network.posted) == (["away"], [])


@simulated
async def test_one_that_did_not_reach_somebody_is_told_so() -> None:
    network, errand = _Network(), _Errand()
    async with sending(network) as queue:
        queue.submit(_send(errand, "ada", identity="irc/~ada"))
        await asyncio.sleep(1)
        queue.missed(Target("irc", "ada"))
    assert errand.heard == ["begin", "went irc-1", "away"]


@simulated
async def test_one_for_a_network_that_is_not_there_is_refused() -> None:
    errand = _Errand()
    async with sending(_Network()) as queue:
        queue.submit(Send(Target("x", "timeline"), "the photo", Priority.NOTIFICATION, errand=errand))
    assert errand.heard == ["refused: there is no network 'x' in the configuration"]


@simulated
async def test_it_is_never_dropped_to_make_room_and_never_merged() -> None:
    network, errand = _Network(), _Errand()
    network.up.clear()
    async with sending(network) as queue:
        queue.submit(_send(errand, "ada", identity="irc/~ada"))
        for number in range(MOST_NOTIFICATIONS):
            queue.submit(notification(f"text {number}"))
        network.up.set()
        await asyncio.sleep(5)
    assert (errand.heard, network.posted[0]) == (["begin", "went irc-1"], ("ada", "the photo"))


@simulated
async def test_the_rest_of_a_long_one_goes_like_everything_else() -> None:
    text = " ".join(["photo"] * 100)
    network, errand = _Network(None, ConnectionError("no link")), _Errand(text)
    assert await _heard(network, errand) == ["begin", "went irc-1"]
    assert " ".join(line for _, line in network.posted) == text
