"""The Jinja2 templates and static files of the site; installed as ``ptgbot.templates``.

Code finds them with ``importlib.resources.files("ptgbot.templates")``.
"""
