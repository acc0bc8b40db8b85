"""The configuration as a whole: every setting, checked, and what the parts of the program need of them."""

from collections.abc import Mapping
from datetime import timedelta
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from pydantic import BaseModel, ConfigDict, PrivateAttr, SecretStr, model_validator
from pydantic.fields import FieldInfo

from ptgbot.config.checks import Misfits, misfits
from ptgbot.config.sections import irc
from ptgbot.config.sections.event import EventKeys
from ptgbot.config.sections.irc import IRCKeys
from ptgbot.config.sections.mastodon import MastodonKeys
from ptgbot.config.sections.openspaces import OpenSpaceKeys, rules_of
from ptgbot.config.sections.reminders import ReminderKeys
from ptgbot.config.sections.site import SiteKeys
from ptgbot.config.sections.slack import SlackKeys
from ptgbot.config.sections.store import StoreKeys
from ptgbot.config.sections.x import XKeys
from ptgbot.config.values import paths
from ptgbot.core.casemapping import distinct
from ptgbot.core.clock import Event
from ptgbot.core.messages import Target
from ptgbot.features.openspaces.rules import Rules
from ptgbot.features.openspaces.settings import OpenSpaceSettings
from ptgbot.features.reminders.settings import TIMELINE, ReminderSettings

if TYPE_CHECKING:  # the networks are slow to load, and not everybody has them
    from ptgbot.networks.mastodon.settings import MastodonSettings
    from ptgbot.networks.x.settings import XSettings

__all__ = ["FIELDS", "MODEL", "Config"]

MODEL = ConfigDict(
    frozen=True,
    extra="forbid",
    hide_input_in_errors=True,  # else an error would show a secret
    validate_default=True,
    validate_by_name=True,
    validate_by_alias=True,
)


# pydantic takes the fields of the last base first: that is their order in the documentation.
class Config(
    OpenSpaceKeys, ReminderKeys, EventKeys, SiteKeys, StoreKeys, MastodonKeys, XKeys, SlackKeys, IRCKeys, BaseModel
):
    """Every setting, checked. Paths are absolute; a setting's key is its alias, or else its name.

    ``load`` makes them; tests can use ``Config.model_validate({"irc_nick": ..., "event.name": ...})``.
    """

    model_config = MODEL

    _store: Path = PrivateAttr()
    _sources: Mapping[str, str] = PrivateAttr(default_factory=dict)

    @model_validator(mode="before")
    @classmethod
    def _have_no_irc_where_slack_is_enough(cls, data: Any) -> Any:
        if not isinstance(data, dict) or not _is_set(data.get("slack.bot_token", data.get("slack_bot_token"))):
            return data
        without = (*irc.NEEDED, *(f"{key}s" for key in irc.NEEDED))  # by alias and by name
        return data if any(key in data for key in without) else {**data, **dict.fromkeys(irc.NEEDED)}

    @model_validator(mode="after")
    def _fit_together(self) -> Self:
        if lines := misfits(self):
            raise Misfits(lines)
        self._store = paths.store_path(self.db_filename, self.site_dir)
        return self

    @property
    def on_irc(self) -> bool:
        """Whether the bot is on IRC."""
        return bool(self.irc_nick)

    @property
    def on_slack(self) -> bool:
        """Whether the bot is in Slack."""
        return _is_set(self.slack_bot_token)

    @property
    def on_x(self) -> bool:
        """Whether the bot has an account on X."""
        return _is_set(self.x_api_key)

    @property
    def on_mastodon(self) -> bool:
        """Whether the bot has an account on Mastodon."""
        return bool(self.mastodon_url)

    @property
    def store_path(self) -> Path:
        """The file that holds the state; never inside ``site_dir``."""
        return self._store

    @property
    def imported_source(self) -> Path | None:
        """The file that ``db_filename`` names inside ``site_dir``; None where it names the store itself.

        It is taken over where there is no store yet, and only ever written as a page afterwards.
        """
        return None if paths.same(self._store, self.db_filename) else self.db_filename

    @property
    def sources(self) -> Mapping[str, str]:
        """Key → where its value came from, for the keys that somebody set."""
        return self._sources

    @cached_property
    def event(self) -> Event:
        """The conference, as the rest of the program knows it."""
        return Event(self.event_name, self.event_timezone, self.event_first_day, self.site_url)

    @cached_property
    def x(self) -> "XSettings | None":
        """The account on X; None without one."""
        if not self.on_x:
            return None
        from ptgbot.networks.x.settings import API_URL, XSettings

        return XSettings(
            api_key=self.x_api_key.get_secret_value(),
            api_secret=self.x_api_secret.get_secret_value(),
            access_token=self.x_access_token.get_secret_value(),
            access_secret=self.x_access_secret.get_secret_value(),
            bearer_token=self.x_bearer_token.get_secret_value(),
            api_url=self.x_api_url or API_URL,
            dry_run=self.x_dry_run,
            words=self.openspaces_words,
            hashtags=self.openspaces_hashtags,
        )

    @cached_property
    def mastodon(self) -> "MastodonSettings | None":
        """The account on Mastodon; None without one."""
        if not self.on_mastodon:
            return None
        from ptgbot.networks.mastodon.settings import MastodonSettings

        return MastodonSettings(
            url=self.mastodon_url,
            access_token=self.mastodon_access_token.get_secret_value(),
            visibility=self.mastodon_visibility,
            dry_run=self.mastodon_dry_run,
            hashtags=(*self.openspaces_hashtags, *(word for word in self.openspaces_words if word.startswith("#"))),
        )

    @cached_property
    def reminders(self) -> ReminderSettings:
        """When and where to remind; channels on IRC are spelt as ``irc_channel`` has them."""
        return ReminderSettings(
            slots=self.reminders_slots,
            targets=tuple(self._target(text) for text in self.reminders_targets),
            grace=timedelta(minutes=self.reminders_grace),
            quiet=self.reminders_quiet,
            nudges=self.reminders_nudges,
            newday_at=self.event_newday_at,
            approve=self.announce_approve,
            irc_channels=self.irc_channels,
        )

    @cached_property
    def open_space_rules(self) -> Rules:
        """How posts about open spaces are read."""
        return rules_of(self, self.event_timezone)

    @cached_property
    def openspaces(self) -> OpenSpaceSettings:
        """What is wanted of open spaces."""
        return OpenSpaceSettings(
            rules=self.open_space_rules,
            hashtags=self.openspaces_hashtags,
            leads=self.openspaces_leads,
            auto_send=self.openspaces_auto_send,
            reply=self.openspaces_reply,
            slack_channel=self.openspaces_slack_channel,
            outgoing_channel=self.openspaces_outgoing_channel,
            review_channel=self.openspaces_review_channel,
            conflict_channel=self.openspaces_conflict_channel,
        )

    def _target(self, text: str) -> Target:
        network, _, name = text.partition(":")
        if network == "irc":
            name = next((channel for channel in self.irc_channels if len(distinct((channel, name))) == 1), name)
        return Target(network, name or TIMELINE)


def _is_set(secret: object) -> bool:
    """Return whether a secret is there, on its way to be checked too."""
    return bool(secret.get_secret_value() if isinstance(secret, SecretStr) else secret)


FIELDS: Mapping[str, FieldInfo] = {field.alias or name: field for name, field in Config.model_fields.items()}
