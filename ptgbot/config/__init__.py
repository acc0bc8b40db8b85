"""The configuration: a JSON file, the environment and files of secrets, checked as a whole.

``sections/`` has the settings themselves, ``values/`` how each kind of value is read.
"""

from ptgbot.config.description import describe
from ptgbot.config.errors import ConfigError
from ptgbot.config.loading import load
from ptgbot.config.model import FIELDS, Config
from ptgbot.config.open_spaces import open_space_rules
from ptgbot.config.reference import Setting, settings_reference

__all__ = ["FIELDS", "Config", "ConfigError", "Setting", "describe", "load", "open_space_rules", "settings_reference"]
