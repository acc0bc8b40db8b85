"""ptgbot: what is discussed now and next at an event, typed in chat and shown on a page."""

from importlib.metadata import PackageNotFoundError, version

__all__ = ["__version__"]

try:
    __version__ = version("ptgbot")
except PackageNotFoundError:  # a source tree that nobody installed
    __version__ = "0+unknown"
