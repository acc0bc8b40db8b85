"""From the JSON on disk to documents: what this version knows, and how older versions' documents become its own."""

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from functools import cache
from types import GenericAlias
from typing import Any, cast

import orjson
from pydantic import TypeAdapter, ValidationError

from ptgbot.core.documents import Document, Table

__all__ = ["Migration", "Schema", "Unreadable"]

# For each table that it alters, by name: a pure function from a raw document of the schema before to one of the next.
# It leaves the document's key as it is.
Migration = Mapping[str, Callable[[dict[str, Any]], dict[str, Any]]]


class Unreadable(Exception):
    """A file that is not ours, or damaged, or of a newer version; its text names the file and the place."""


class Schema:
    """The tables of this version, and the way to them from every older one.

    Args:
        tables: Every table there is.
        migrations: One for each step from a schema to the next, the first from schema 1 to 2.
    """

    def __init__(self, tables: Iterable[Table[Any]], migrations: Sequence[Migration] = ()) -> None:
        self.tables = {table.name: table for table in tables}
        self.version = 1 + len(migrations)
        self._migrations = migrations
        # The validators themselves: each document of each Change is looked at.
        self._one = {
            name: _adapter(cast("Hashable", table.type)).validator.validate_json for name, table in self.tables.items()
        }
        self._many = {name: _adapter(GenericAlias(list, (table.type,))) for name, table in self.tables.items()}

    def check(self, version: object, place: str) -> int:
        """Return the schema of a file.

        Args:
            version: What the file says.
            place: The file, and where in it that is said.

        Raises:
            Unreadable: It is none, or newer than this version of the program.
        """
        if type(version) is not int or version < 1:
            raise Unreadable(f"{place}: there is no schema '{version}'")
        if version > self.version:
            raise Unreadable(
                f"{place}: a newer version of the bot wrote it (schema {version}, this one knows {self.version}); "
                "use that version"
            )
        return version

    def decode(self, table: str, version: int, raws: Sequence[Any]) -> list[Document]:
        """Return documents from their JSON values.

        Args:
            table: The name of the table of all of them.
            version: The schema that they were written in.
            raws: Their values.

        Raises:
            ValueError: One does not fit the table's type, or holds what the type has no place for; its first
                argument is its index, the second says what is wrong.
        """
        if version != self.version:
            raws = self._migrate(table, version, raws)
        try:
            documents: list[Document] = self._many[table].validate_python(raws)
        except ValidationError as error:
            first = error.errors()[0]
            index, *place = first["loc"]
            raise ValueError(index, _sentence(place, first["msg"])) from None
        if orjson.dumps(documents) != orjson.dumps(raws):
            for index, (document, raw) in enumerate(zip(documents, raws, strict=True)):
                place = _surplus(raw, orjson.loads(orjson.dumps(document)))
                if place:
                    raise ValueError(index, _sentence(place, "there is no such field"))
        return documents

    def _migrate(self, table: str, version: int, raws: Sequence[Any]) -> list[Any]:
        steps = [migration[table] for migration in self._migrations[version - 1 :] if table in migration]
        migrated = list(raws)
        for index in range(len(migrated)):
            try:
                for step in steps:
                    migrated[index] = step(migrated[index])
            except (LookupError, TypeError, AttributeError, ValueError) as error:
                reason = f"it cannot be brought from schema {version} to {self.version}: {error!r}"
                raise ValueError(index, reason) from None
        return migrated

    def check_durable(self, table: str, document: Document) -> None:
        """See to it that a document can be read back as it is.

        Raises:
            ValueError: It cannot: a field holds something else than its type says.
            TypeError: Part of it cannot be written as JSON.
        """
        try:
            again = self._one[table](orjson.dumps(document))
        except ValidationError as error:
            first = error.errors()[0]
            reason = _sentence(list(first["loc"]), first["msg"])
            raise ValueError(f"{table}/{document.key} could not be read back: {reason}") from None
        if again != document:
            raise ValueError(f"{table}/{document.key} would not be read back as it is: {again}")


@cache
def _adapter(type_: Any) -> TypeAdapter[Any]:
    return TypeAdapter(type_)


def _sentence(place: Sequence[Any], message: str) -> str:
    where = ".".join(str(part) for part in place)
    return f"{where}: {message}" if where else message


def _surplus(raw: Any, known: Any) -> list[Any]:
    """Return the place of the first key in a JSON value that another one does not have."""
    if isinstance(raw, dict) and isinstance(known, dict):
        pairs = raw.items()
    elif isinstance(raw, list) and isinstance(known, list):
        pairs = dict(enumerate(raw)).items()
        known = dict(enumerate(known))
    else:
        return []
    for key, value in pairs:
        if key not in known:
            return [key]
        if deeper := _surplus(value, known[key]):
            return [key, *deeper]
    return []
