"""The long help pages, read from inside the package."""

import re
from importlib import resources

_COMMENT = re.compile(r"<!--.*?-->\n?", re.DOTALL)


def pages() -> list[str]:
    """Return the topics that have a page."""
    folder = resources.files("dcaguard") / "help"
    return sorted(
        one.name.removesuffix(".md") for one in folder.iterdir() if one.name.endswith(".md")
    )


def page(topic: str) -> str:
    """Return a topic's page as text, without the comments that its generated parts need."""
    text = (resources.files("dcaguard") / "help" / f"{topic}.md").read_text(encoding="utf-8")
    return _COMMENT.sub("", text)
