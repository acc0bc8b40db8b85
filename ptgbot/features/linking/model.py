"""Links between the identities of one person on several networks. They join a person, never rights."""

from dataclasses import dataclass

from ptgbot.core.documents import Table, View, Visibility
from ptgbot.core.identity import Actor, keys_of

__all__ = ["LINKS", "Link", "linked", "person_keys"]


@dataclass(frozen=True, slots=True)
class Link:
    """To which person an identity belongs.

    Args:
        identity: The identity's key.
        person: What all identities of that person have in common; it means nothing by itself.
        name: What the identity was called when it was linked.
    """

    identity: str
    person: str
    name: str

    @property
    def key(self) -> str:
        """The identity's key."""
        return self.identity

    @property
    def shown(self) -> str:
        """The identity for people to read."""
        return f"{self.name} on {self.identity.partition('/')[0]}"


LINKS = Table("links_of_people", Link, Visibility.OWNER, indexes={"person": lambda link: link.person})


def linked(view: View, key: str) -> tuple[Link, ...]:
    """Return the other identities of the person whose identity has a key."""
    own = view.get(LINKS, key)
    if own is None:
        return ()
    found = view.where(LINKS, "person", own.person)
    return tuple(found[other] for other in sorted(found) if other != key)


def person_keys(view: View, actor: Actor) -> tuple[str, ...]:
    """Return the keys of the documents that are somebody's, on every network that they linked."""
    own = keys_of(actor)
    return (*own, *(link.identity for link in linked(view, actor.identity.key) if link.identity not in own))
