"""X: whose account the bot posts from, and whether posts really go out."""

from pydantic import BaseModel, Field, SecretStr

from ptgbot.config.kinds import Flag, Secret, Url

__all__ = ["NEEDED", "XKeys"]

NEEDED = ("x.api_key", "x.api_secret", "x.access_token", "x.access_secret")


class XKeys(BaseModel):
    """The settings ``x.…``: all of NEEDED, or none."""

    x_api_key: Secret = Field(
        SecretStr(""), alias="x.api_key", description="The key of the app on X (consumer key); empty: no X."
    )
    x_api_secret: Secret = Field(SecretStr(""), alias="x.api_secret", description="The secret of that key.")
    x_access_token: Secret = Field(
        SecretStr(""), alias="x.access_token", description="The token with which the app posts as the bot's account."
    )
    x_access_secret: Secret = Field(SecretStr(""), alias="x.access_secret", description="The secret of that token.")
    x_bearer_token: Secret = Field(
        SecretStr(""), alias="x.bearer_token", description="The app's own token, with which posts of others are read."
    )
    x_api_url: Url = Field("https://api.x.com", alias="x.api_url", description="Where the API of X is; for tests.")
    x_dry_run: Flag = Field(
        default=True,
        alias="x.dry_run",
        description="Whether posts go only to the log and to the organisers, for a rehearsal; false: to everybody.",
    )
