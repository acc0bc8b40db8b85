"""Documents as JSON values and back."""

from typing import Any, TypeVar

import orjson
from pydantic import TypeAdapter, ValidationError

from ptgbot.core.documents import Document

__all__ = ["decode", "encode"]

D = TypeVar("D", bound=Document)

_ADAPTERS: dict[type, TypeAdapter[Any]] = {}


def encode(value: Any) -> bytes:
    """Return JSON for documents, and for lists and objects that hold them."""
    return orjson.dumps(value)


def decode(type_: type[D], raw: Any) -> D:
    """Return a document from its JSON value.

    Args:
        type_: The document's type.
        raw: What JSON gave.

    Raises:
        ValueError: It does not fit the type; the text says where.
    """
    adapter = _ADAPTERS.get(type_)
    if adapter is None:
        adapter = _ADAPTERS[type_] = TypeAdapter(type_)
    try:
        document: D = adapter.validate_python(raw)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise ValueError(f"{place}: {first['msg']}" if place else first["msg"]) from None
    return document
