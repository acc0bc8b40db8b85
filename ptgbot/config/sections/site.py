"""The published site: where it is and how it looks."""

from pathlib import Path

from pydantic import BaseModel, Field

from ptgbot.config.kinds import Colour, Command, ExistingFolder, Folder, Links, Minutes, ReadableFile, Url

__all__ = ["SiteKeys"]


class SiteKeys(BaseModel):
    """The settings of the site."""

    site_dir: Folder = Field(Path("html"), description="Where the site is published.")
    site_url: Url = Field("", description="Where people find the site, for links to it.")
    site_logo: ReadableFile = Field(None, description="A picture (SVG, PNG, WebP) to show beside the event's name.")
    site_accent: Colour = Field(
        "",
        description="The colour of what the pages set apart: a name, `#rrggbb`, or `rgb()`, `hsl()`, `hwb()`, `lab()`,"
        " `lch()`, `oklab()` or `oklch()`; empty: the design's own.",
    )
    site_footer: Links = Field(
        (),
        description="Links at the foot of every page: what each says, and its address (http, https, mailto, or from"
        " the top of the site on: `static/conduct.pdf`).",
    )
    templates_dir: ExistingFolder = Field(
        None, description="A folder with templates and static files of your own, which come before those of the bot."
    )
    publish_command: Command = Field(
        "", description="A command to run after files of the site changed, such as an rsync; `{site}` is the folder."
    )
    stale_after: Minutes = Field(45, description="After how many minutes what is on now is shown as perhaps over.")
