"""The whole program with an account on Mastodon: what organisers announce on IRC is a post there."""

from pathlib import Path

import pytest

from tests.fake_mastodon.instance import TOKEN, fake_mastodon
from tests.fake_mastodon.troubles import page
from tests.live.irc_client import IRCClient
from tests.live.ngircd import Ngircd, requires_ngircd
from tests.networks.mastodon.running import eventually
from tests.program import running, write_config

pytestmark = [pytest.mark.live, requires_ngircd]

CHANNEL = "#ptg"
GREETING = "Welcome to the PTG, with @ada@fosstodon.org: https://ptg.opendev.org/"


@pytest.mark.parametrize("dry_run", [True, False])
async def test_what_is_announced_on_irc_is_a_post_unless_it_is_a_dry_run(tmp_path: Path, dry_run: bool) -> None:
    async with (
        Ngircd() as server,
        IRCClient(server.host, server.port) as olga,
        fake_mastodon() as mastodon,
    ):
        settings = {"url": mastodon.address, "access_token": TOKEN, "visibility": "unlisted", "dry_run": dry_run}
        (tmp_path / "html").mkdir()
        config = write_config(tmp_path, irc_port=server.port, **{f"mastodon.{key}": settings[key] for key in settings})
        await olga.connect("olga")
        await olga.join(CHANNEL)
        mastodon.next("post", page(503))
        async with running(tmp_path, config):
            await olga.expect(rf":ptgbot!\S+ JOIN :?{CHANNEL}.*")
            olga.private("ptgbot", f"~announce to mastodon {GREETING}")
            if dry_run:
                await olga.expect(r":ptgbot!\S+ PRIVMSG olga :.*Dry run: to Mastodon would go: Welcome to the PTG.*")
            else:
                await eventually(lambda: mastodon.posts)

    assert [(post.text, post.visibility) for post in mastodon.posts] == [(GREETING, "unlisted")] * (not dry_run)
    assert bool(mastodon.asked) is not dry_run
