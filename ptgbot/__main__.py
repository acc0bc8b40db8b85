"""``python -m ptgbot``: the same as ``ptgbot``."""

from ptgbot.cli import main

__all__: list[str] = []

if __name__ == "__main__":
    main(prog_name="ptgbot")
