"""No key gets into the log, whatever happens and however much is logged."""

import logging

import pytest

from ptgbot.core.protocols import Doubt, NotTaken
from tests.fake_x import answers
from tests.fake_x.server import KEYS, FakeX, Fault
from tests.networks.x.running import TIMELINE, Organisers, eventually, running


async def test_no_key_and_no_signature_is_in_the_log_or_told(
    x: FakeX, organisers: Organisers, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    async with running(x.settings(), organisers) as network:
        await network.post(TIMELINE, "one", ticket="1")
        x.faults = [Fault(takes=True)]
        with pytest.raises(Doubt):
            await network.post(TIMELINE, "two", ticket="2")
        network._rests_until = 0.0
        assert await network.find(TIMELINE, "2", "two", x.posts[0].at)
        x.refuses_posts = 403, answers.NOT_PERMITTED
        with pytest.raises(NotTaken):
            await network.post(TIMELINE, "three", ticket="3")
        x.revoked = True
        with pytest.raises(ConnectionError):
            await network.post(TIMELINE, "four", ticket="4")
        await eventually(lambda: x.asked.count("GET /2/users/me") >= 2)

    said = caplog.text + "".join(organisers.told)
    assert "posts go out as @event" in said
    assert [word for word in (*KEYS.values(), "oauth_", "OAuth", "Authorization") if word in said] == []
    assert repr(x.settings()).count("the-") == 0


def test_libraries_that_write_requests_into_the_log_are_kept_from_it() -> None:
    import ptgbot.networks.x.api  # noqa: F401 - for what it does when it is loaded

    for name in ("tweepy.asynchronous.client", "tweepy.client", "oauthlib.oauth1.rfc5849"):
        assert not logging.getLogger(name).isEnabledFor(logging.INFO)
