"""Mastodon: whose account the bot posts from, who sees that, and whether posts really go out."""

from pydantic import BaseModel, Field, SecretStr

from ptgbot.config.kinds import Flag, Secret, Url, Visibility

__all__ = ["NEEDED", "MastodonKeys"]

NEEDED = ("mastodon.url", "mastodon.access_token")


class MastodonKeys(BaseModel):
    """The settings ``mastodon.…``: all of NEEDED, or none."""

    mastodon_url: Url = Field(
        "",
        alias="mastodon.url",
        description="The Mastodon instance, such as `https://fosstodon.org`; empty: no Mastodon.",
    )
    mastodon_access_token: Secret = Field(
        SecretStr(""),
        alias="mastodon.access_token",
        description="The token of an application that the bot's account has there.",
    )
    mastodon_visibility: Visibility = Field(
        "public",
        alias="mastodon.visibility",
        description="Who sees the posts; `private`: only the account's followers.",
    )
    mastodon_dry_run: Flag = Field(
        default=True,
        alias="mastodon.dry_run",
        description="Whether posts go only to the log and to the organisers, for a rehearsal; false: to everybody.",
    )
