"""Cards as pictures: the blocks that Slack is given, as HTML that looks about as Slack draws them."""

from html import escape
from typing import Any

__all__ = ["page_of"]

_STYLE = """
body { margin: 0; background: #fff; color: #1d1c1d; font: 15px/1.46 Lato, "Noto Sans", "DejaVu Sans", sans-serif; }
main { display: grid; grid-template-columns: 36px 1fr; column-gap: 8px; padding: 12px 20px 16px; width: 600px; }
.face { width: 36px; height: 36px; border-radius: 8px; background: #1f4f46; color: #fff; text-align: center;
  font-weight: 700; line-height: 36px; }
.who b { font-weight: 900; } .who span { color: #616061; font-size: 12px; }
.app { background: #eee; border-radius: 2px; padding: 0 3px; font-size: 10px; margin: 0 4px; }
h1 { font-size: 18px; line-height: 1.33; margin: 6px 0; }
blockquote { margin: 4px 0 8px; border-left: 4px solid #ddd; padding-left: 12px; white-space: pre-wrap; }
p { margin: 2px 0; overflow-wrap: anywhere; } a { color: #1264a3; text-decoration: none; }
.actions { display: flex; flex-wrap: wrap; gap: 8px; margin: 10px 0; }
.actions > * { border: 1px solid #bbb; border-radius: 4px; padding: 3px 12px; font-weight: 700; font-size: 14px; }
.pick::after { content: "▾"; margin-left: 10px; color: #616061; } .empty { color: #868686; font-weight: 400; }
.primary { background: #007a5a; border-color: #007a5a; color: #fff; } .danger { color: #e01e5a; border-color: #e01e5a; }
.context { color: #616061; font-size: 13px; } .channel { background: #e8f5fa; color: #1264a3; padding: 0 2px; }
"""


def page_of(blocks: list[dict[str, Any]], channels: dict[str, str]) -> str:
    """Return a page that shows the blocks of a message.

    Args:
        blocks: The blocks.
        channels: The names of channels, by their ids.
    """
    shown = "\n".join(_block(block, channels) for block in blocks)
    who = '<div class="who"><b>ptgbot</b><span class="app">APP</span><span>10:00</span></div>'
    return (
        f'<!DOCTYPE html><meta charset="utf-8"><title>card</title><style>{_STYLE}</style>'
        f'<main><div class="face">p</div><div>{who}{shown}</div></main>'
    )


def _block(block: dict[str, Any], channels: dict[str, str]) -> str:
    match block["type"]:
        case "header":
            return f"<h1>{escape(block['text']['text'])}</h1>"
        case "actions":
            return f'<div class="actions">{"".join(map(_element, block["elements"]))}</div>'
        case "context":
            return "".join(f'<p class="context">{escape(element["text"])}</p>' for element in block["elements"])
    tags = {"rich_text_quote": "blockquote", "rich_text_section": "p"}
    return "".join(
        f"<{tags[part['type']]}>{''.join(_inline(one, channels) for one in part['elements'])}</{tags[part['type']]}>"
        for part in block["elements"]
    )


def _inline(part: dict[str, Any], channels: dict[str, str]) -> str:
    match part["type"]:
        case "link":
            return f'<a href="{escape(part["url"])}">{escape(part["url"])}</a>'
        case "channel":
            return f'<span class="channel">#{escape(channels[part["channel_id"]])}</span>'
    return escape(part["text"])


def _element(element: dict[str, Any]) -> str:
    if element["type"] == "button":
        return f'<span class="{element.get("style", "plain")}">{escape(element["text"]["text"])}</span>'
    picked = element.get("initial_option", {}).get("text", {}).get("text", "")
    picked = picked or element.get("initial_date") or element.get("initial_time") or ""
    empty = "" if picked else " empty"
    return f'<span class="pick{empty}">{escape(picked or element["placeholder"]["text"])}</span>'
