"""People's texts as HTML: Markdown in posts, plain lines with links in messages.

- comrak renders and shows raw HTML as the text it is; nh3 then lets through what stands in the list below, and
  nothing else. Neither alone is trusted.
- Nothing is fetched: a picture becomes the words that describe it.
- A link shows where it leads: the host stands behind it unless the text is the address. Only the web and mail.
- Each block finds its own direction.
"""

from __future__ import annotations

import re
from html import escape, unescape
from urllib.parse import unquote, urlsplit

import comrak
import nh3
from markupsafe import Markup

LONGEST = 16_000
"""Characters; a longer text is cut, so that no text can hold the hub up."""
DEEPEST = 40
"""Marks that nest, at the start of one line; more of them are left out for the same reason."""
MOST_COLUMNS = 12
"""Of a table: its rows are filled up to so many cells, however short they are, and that grows with the square."""
LARGEST = 200_000
"""Characters of markup; a text that would become more is shown as plain lines. No ordinary text comes near."""
SCHEMES = {"http", "https", "mailto"}
BLOCKS = ("ul", "ol", "blockquote", "h3", "h4", "h5", "h6", "td", "th")
"""These carry dir=auto. Paragraphs find their direction by style instead: a block with dir is passed over when the
one around it looks for its own, and the marks of a list stand on the side of the list."""
TAGS = {*BLOCKS, "p", "li", "a", "b", "bdi", "br", "code", "del", "em", "hr", "pre", "strong"} | {
    "table", "thead", "tbody", "tr"
}  # fmt: skip
REL = "noreferrer noopener nofollow"

_HEADING = re.compile(r"<(/?)h([1-6])>")
_PICTURE = re.compile(r'<img src="[^"]*" alt="([^"]*)"(?: title="[^"]*")? />')
_LINK = re.compile(r'<a href="([^"]*)"(?: title="[^"]*")?>(.*?)</a>', re.DOTALL)
_TAG = re.compile(r"<[^>]*>")
_NESTING = re.compile(
    rf"^((?:[ \t]*(?:>|[-+*]|\d{{1,9}}[.)])){{{DEEPEST}}})(?:[ \t]*(?:>|[-+*]|\d{{1,9}}[.)]))+", re.M
)
_BRACKETS = re.compile(rf"([\[\]*_~`!]){{{DEEPEST},}}")
_TABLE = re.compile(r"^[ \t\v\f>+*\d.)|:-]+$", re.M)
_ADDRESS = re.compile(r"https?://[^\s<>\"'()\[\]{}«»“”]*[^\s<>\"'()\[\]{}«»“”.,;:!?،؛؟]")


def _extensions() -> comrak.ExtensionOptions:
    options = comrak.ExtensionOptions()
    options.strikethrough = options.table = options.autolink = True
    return options


def _rendering() -> comrak.RenderOptions:
    options = comrak.RenderOptions()
    options.hardbreaks = options.escape = True
    return options


_EXTENSIONS, _RENDERING, _PARSING = _extensions(), _rendering(), comrak.ParseOptions()
_CLEANER = nh3.Cleaner(
    tags=TAGS,
    attributes={"a": {"href"}, "ol": {"start"}},
    set_tag_attribute_values={tag: {"dir": "auto"} for tag in BLOCKS},
    link_rel=REL,
    url_schemes=SCHEMES,
    url_relative="deny",
    strip_comments=True,
)


def prose(text: str) -> Markup:
    """A post's Markdown as HTML."""
    html = comrak.render_markdown(_bounded(text), _EXTENSIONS, _PARSING, _RENDERING)
    if len(html) > LARGEST:
        return plain(text)
    html = _PICTURE.sub(r"\1", html)
    html = _HEADING.sub(lambda found: f"<{found.group(1)}h{min(int(found.group(2)) + 2, 6)}>", html)
    html = _LINK.sub(_link, html)
    return Markup(_CLEANER.clean(html).strip())  # noqa: S704 - this is what the list lets through


def _bounded(text: str) -> str:
    """The text without what would cost more than its length: marks without end, tables without edge."""
    flat = _BRACKETS.sub(lambda found: found.group(1) * DEEPEST, _NESTING.sub(r"\1", text[:LONGEST]))
    return _TABLE.sub(lambda found: "|".join(found.group().split("|")[: MOST_COLUMNS + 2]), flat)


def plain(text: str) -> Markup:
    """A message: its lines and its links, and nothing else."""
    html, end = [], 0
    for found in _ADDRESS.finditer(text[:LONGEST]):
        address = escape(found.group())
        html += [escape(text[end : found.start()]), _link_to(address, address)]
        end = found.end()
    html.append(escape(text[end:LONGEST]))
    return Markup(_CLEANER.clean("".join(html).replace("\n", "<br>")))  # noqa: S704 - this is what the list lets through


def _link(found: re.Match[str]) -> str:
    return _link_to(found.group(1), found.group(2))


def _link_to(href: str, shown: str) -> str:
    """A link with its host beside it; one that leads nowhere we know is only its text."""
    address = unescape(href)
    host = _host(address)
    if not host:
        return shown
    visible = unescape(_TAG.sub("", shown)).strip()
    # What stands before an @ is no host, and looks like one.
    bare = address.partition(":")[2].removeprefix("//")
    is_address = visible in (address, bare) and "@" not in urlsplit(address).netloc
    beside = "" if is_address else f" <bdi>({escape(host)})</bdi>"
    return f'<a href="{href}">{shown}</a>{beside}'


def _host(address: str) -> str:
    """Where an address leads, as a browser would ask for it; empty for what is no address of ours."""
    try:
        parts = urlsplit(address)
        if parts.scheme not in SCHEMES:
            return ""
        if parts.scheme == "mailto":
            return parts.path
        return unquote(parts.hostname or "").encode("idna").decode()
    except (ValueError, UnicodeError):
        return ""
