"""Posts as an instance keeps them and gives them out.

https://docs.joinmastodon.org/entities/Status/
"""

import html
import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any

__all__ = ["Status", "render", "tags"]

_MARKED = re.compile(
    r"(?P<link>https?://[^\s<>\"]*[\w/=])|(?<![\w/=])@(?P<user>\w+)(?:@(?P<domain>[\w.-]*\w))?|#(?P<tag>\w+)"
)


@dataclass(frozen=True)
class Status:
    """A post.

    Args:
        id: Its id, a snowflake.
        at: When it was made.
        text: What was sent.
        visibility: Who sees it.
        key: What a repeat was known by.
        reblog: Whether it is somebody else's.
        answers: The id of the post that it answers, and the id of whose that is.
    """

    id: str
    at: datetime
    text: str
    visibility: str = "public"
    key: str = ""
    reblog: bool = False
    answers: tuple[str, str] = ("", "")

    def described(self, account: dict[str, Any]) -> dict[str, Any]:
        """Return it as the API shows it."""
        return {
            "id": self.id,
            "created_at": self.at.strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z",
            "in_reply_to_id": self.answers[0] or None,
            "in_reply_to_account_id": self.answers[1] or None,
            "sensitive": False,
            "spoiler_text": "",
            "visibility": self.visibility,
            "language": "en",
            "uri": f"{account['url']}/statuses/{self.id}",
            "url": f"{account['url']}/{self.id}",
            "replies_count": 0,
            "reblogs_count": 0,
            "favourites_count": 0,
            "content": render(self.text),
            "reblog": None,
            "application": {"name": "ptgbot", "website": None},
            "account": account,
            "media_attachments": [],
            "mentions": [],
            "tags": [{"name": tag, "url": f"https://here/tags/{tag}"} for tag in tags(self.text)],
            "emojis": [],
            "card": None,
            "poll": None,
        }


def tags(text: str) -> list[str]:
    """Return the hashtags in a text, as Mastodon compares them."""
    return list(dict.fromkeys(match["tag"].lower() for match in _MARKED.finditer(text) if match["tag"]))


def render(text: str) -> str:
    """Return a text as the HTML that Mastodon makes of it."""
    parts, done = [], 0
    for match in _MARKED.finditer(text):
        parts += [html.escape(text[done : match.start()]), _rendered(match)]
        done = match.end()
    whole = "".join([*parts, html.escape(text[done:])]).strip()
    paragraphs = [part.replace("\n", "<br />") for part in re.split(r"\n{2,}", whole)]
    return "".join(f"<p>{part}</p>" for part in paragraphs)


def _rendered(match: re.Match[str]) -> str:
    if match["user"]:
        where = f"https://{match['domain'] or 'here'}/@{match['user']}"
        return f'<span class="h-card"><a href="{where}" class="u-url mention">@<span>{match["user"]}</span></a></span>'
    if match["tag"]:
        tag = match["tag"]
        return f'<a href="https://here/tags/{tag.lower()}" class="mention hashtag" rel="tag">#<span>{tag}</span></a>'
    link = match["link"]
    prefix = re.match(r"https?://(?:www\.)?", link)
    assert prefix is not None
    shown, rest = link[prefix.end() :][:30], link[prefix.end() :][30:]
    escaped = [html.escape(part) for part in (link, prefix[0], shown, rest)]
    kind = "ellipsis" if rest else ""
    return (
        f'<a href="{escaped[0]}" target="_blank" rel="nofollow noopener noreferrer"><span class="invisible">'
        f'{escaped[1]}</span><span class="{kind}">{escaped[2]}</span><span class="invisible">{escaped[3]}</span></a>'
    )
