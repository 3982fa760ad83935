"""What the tests of pages share: the real templates under a hub's own class names, and a reader of each language."""

import re
from html.parser import HTMLParser
from pathlib import Path

from jiwar.i18n import Language, load_languages
from jiwar.web.frame import Frame, Reader
from jiwar.web.loading import FOLDER
from jiwar.web.look import Look, load_look
from jiwar.web.paths import Paths
from jiwar.web.render import Pages

NONCE = "AAAAAAAAAAAAAAAAAAAAAA"
TODAY = 20_500
PATHS = Paths({name: f"/{name}" for name in ("home", "talk", "help", "occasions", "more", "safety", "close")})
LANGUAGES = load_languages()


def pages(look: Look | None = None, *folders: Path) -> Pages:
    return Pages(look or load_look(), LANGUAGES, lambda: NONCE, (FOLDER, *folders))


def reader(code: str) -> Reader:
    return Reader(language(code), TODAY)


def language(code: str) -> Language:
    return LANGUAGES[code]


def frame(**changes: object) -> Frame:
    known = {"cover": "دفتر", "url": PATHS.url, "token": "t0ken", "tabs": ("home", "talk", "more"), "tab": "talk"}
    return Frame(**{**known, "weather": "open", **changes})  # type: ignore[arg-type]


class Elements(HTMLParser):
    """Collects every start tag of a page as (tag, attributes)."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))

    def classes(self) -> set[str]:
        return {name for _, attributes in self.found for name in (attributes.get("class") or "").split()}


def style_of(html: str) -> str:
    return "".join(re.findall(r"<style[^>]*>(.*?)</style>", html, flags=re.DOTALL))


def classes_in(css: str) -> set[str]:
    selectors = re.findall(r"[^{}]+(?=\{)", css)
    return {name for selector in selectors for name in re.findall(r"\.([A-Za-z][\w-]*)", selector)}
