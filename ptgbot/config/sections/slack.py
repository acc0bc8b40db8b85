"""Slack: which app the bot is, where it listens, and who may do what."""

from pydantic import BaseModel, Field, SecretStr

from ptgbot.config.kinds import Port, Secret, SlackChannels, SlackMode, SlackPeople, Url

__all__ = ["SlackKeys"]


class SlackKeys(BaseModel):
    """The settings ``slack.…``."""

    slack_bot_token: Secret = Field(
        SecretStr(""), alias="slack.bot_token", description="The token of the app's bot (`xoxb-…`); empty: no Slack."
    )
    slack_app_token: Secret = Field(
        SecretStr(""), alias="slack.app_token", description="The app's own token (`xapp-…`), which socket mode needs."
    )
    slack_signing_secret: Secret = Field(
        SecretStr(""), alias="slack.signing_secret", description="The app's signing secret, which HTTP mode needs."
    )
    slack_mode: SlackMode = Field(
        "socket", alias="slack.mode", description="Whether the bot connects to Slack, or Slack to the bot."
    )
    slack_port: Port = Field(3000, alias="slack.port", description="Where HTTP mode listens.")
    slack_channels: SlackChannels = Field(
        (), alias="slack.channels", description="The channels in which commands are read, such as C0123ABCDEF."
    )
    slack_announce: SlackChannels = Field(
        (),
        alias="slack.announce",
        description="The channels in which a message for each track says what is now and next, and is kept up to date.",
    )
    slack_organisers: SlackPeople = Field(
        (),
        alias="slack.organisers",
        description="Who are organisers in Slack, besides the workspace's admins and owners.",
    )
    slack_moderators: SlackPeople = Field(
        (), alias="slack.moderators", description="Who may speak for tracks in Slack while that takes voice."
    )
    slack_api_url: Url = Field(
        "", alias="slack.api_url", description="Where Slack's Web API is; for tests. Empty: at Slack."
    )
