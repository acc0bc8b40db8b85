"""The state of the event: where it is kept, for how long; and the log."""

from pydantic import BaseModel, Field

from ptgbot.config.kinds import Backups, Days, NewFile, ReadableFile

__all__ = ["StoreKeys"]


class StoreKeys(BaseModel):
    """Where the state is kept, and for how long."""

    db_filename: NewFile = Field(
        description="Where the state is kept. Inside `site_dir` it would be published:"
        " the store is then `<site_dir>-private/<same name>`."
    )
    keep_backups: Backups = Field(
        3, description="How many older checkpoints of the state are kept, for `ptgbot restore`."
    )
    history_days: Days = Field(365, description="For how many days it is kept who changed what.")
    log_config: ReadableFile = Field(
        None, description="A logging configuration in the format of Python's `logging.config.fileConfig`."
    )
