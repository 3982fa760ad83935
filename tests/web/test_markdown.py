"""People's texts become HTML that holds only what the list lets through, and that fetches nothing."""

from __future__ import annotations

from collections.abc import Callable
from html.parser import HTMLParser
from urllib.parse import urlsplit

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from jiwar.web.markdown import LARGEST, LONGEST, MOST_COLUMNS, REL, SCHEMES, TAGS, plain, prose

ALLOWED = {"a": {"href", "rel"}, "ol": {"start"}}
FETCHING = {
    "img",
    "script",
    "iframe",
    "link",
    "style",
    "object",
    "embed",
    "video",
    "audio",
    "source",
    "form",
    "input",
}
PIECES = [
    *("# ", "## ", "> ", "- ", "1. ", "\n", "\n\n", "    ", "```", "`", "*", "**", "_", "~~", "|", "|-|", "---"),
    *("[", "](", ")", "![", "<", ">", "&", '"', "'", "\\", "&lt;", "&#106;", "&Tab;", ":", "//", "\t", "\x00"),
    *(
        "http://example.org/",
        "https://",
        "javascript:alert(1)",
        "data:text/html,",
        "vbscript:",
        "mailto:a@example.org",
    ),
    *("<script>", "</p>", "<img src=x onerror=y>", "<a href=", "<!--", "-->", "<![CDATA[", "<svg/onload=", "<style>"),
    *("[a]: http://example.org/x", "[^1]", "www.example.org", "سلام", "word", " ", "😀", "\u202e"),
]
texts = st.one_of(st.lists(st.sampled_from(PIECES), max_size=24).map("".join), st.text(max_size=80))


class Tree(HTMLParser):
    """Collects tags and attributes, and that every tag is closed where it was opened."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.words = ""
        self.feed(str(html))  # A piece of markup would escape what it is added to.
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))
        if tag not in ("br", "hr"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.words += data

    def handle_comment(self, data: str) -> None:
        raise AssertionError(data)

    def handle_decl(self, decl: str) -> None:
        raise AssertionError(decl)


@given(texts)
@example("<script>alert(1)</script>")
@example("[x](javascript:alert(1))")
@example("![a](http://example.org/b.png)")
@example('<a href="http://example.org" onclick="x">y</a>')
@example("[![a](http://example.org/b.png)](http://example.org)")
def test_nothing_outside_the_list_comes_through(text: str) -> None:
    for render in (prose, plain):
        tree = Tree(render(text))
        assert tree.open == []
        for tag, attributes in tree.found:
            assert tag in TAGS
            assert tag not in FETCHING
            assert set(attributes) <= ALLOWED.get(tag, set()) | {"dir"}
            assert attributes.get("dir", "auto") == "auto"
            if tag == "a" and "href" in attributes:
                assert urlsplit(attributes["href"] or "").scheme in SCHEMES
                assert attributes["rel"] == REL


@pytest.mark.parametrize("render", [prose, plain])
def test_regression_a_name_before_the_host_does_not_pass_for_it(render: Callable[[str], str]) -> None:
    html = render("https://good.example@evil.example/x")
    assert "(evil.example)" in Tree(html).words or "<a" not in html


@given(texts)
@example("https://&lt;")
def test_every_link_shows_where_it_leads(text: str) -> None:
    for render in (prose, plain):
        tree = Tree(render(text))
        for tag, attributes in tree.found:
            parts = urlsplit(attributes.get("href") or "") if tag == "a" else None
            if parts and parts.scheme in ("http", "https") and (parts.hostname or "").isascii():
                host = parts.hostname or ""
                assert "%" in host or host in tree.words.lower()


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("مرحبا\nبكم", "<p>مرحبا<br>\nبكم</p>"),
        ("# عنوان", '<h3 dir="auto">عنوان</h3>'),
        ("###### صغير", '<h6 dir="auto">صغير</h6>'),
        ("![قطّة](http://example.org/cat.png)", "<p>قطّة</p>"),
        ("**نعم** *ربما* ~~لا~~", "<p><strong>نعم</strong> <em>ربما</em> <del>لا</del></p>"),
        ("أنا <3", "<p>أنا &lt;3</p>"),
        ("<b>x</b>", "<p>&lt;b&gt;x&lt;/b&gt;</p>"),
        ("[هنا](/close)", "<p>هنا</p>"),
        ("[هنا](//example.org)", "<p>هنا</p>"),
    ],
)
def test_posts_are_written_in_markdown(text: str, html: str) -> None:
    assert prose(text) == html


@pytest.mark.parametrize(
    ("text", "beside"),
    [
        ("[هنا](http://example.org/a)", "<bdi>(example.org)</bdi>"),
        ("[http://example.com](http://example.org)", "<bdi>(example.org)</bdi>"),
        ("[هنا](http://example.com@example.org)", "<bdi>(example.org)</bdi>"),
        ("[هنا](http://пример.рф)", "<bdi>(xn--e1afmkfd.xn--p1ai)</bdi>"),
        ("[هنا](mailto:a@example.org)", "<bdi>(a@example.org)</bdi>"),
        ("http://example.org/a", "</a></p>"),
        ("www.example.org", "</a></p>"),
    ],
)
def test_a_link_shows_its_host_beside_it(text: str, beside: str) -> None:
    assert beside in prose(text)


def test_a_message_keeps_its_lines_and_links_its_addresses() -> None:
    assert plain("*شوفوا*\nhttps://example.org/a?b=1.") == (
        f'*شوفوا*<br><a href="https://example.org/a?b=1" rel="{REL}">https://example.org/a?b=1</a>.'
    )


@pytest.mark.parametrize("mark", [">", "> ", "- ", "[", "*a ", "![", "1. ", "|a", "[](", "~", "`", "h://", "a_"])
def test_a_text_that_nests_without_end_is_cut(mark: str) -> None:
    assert len(prose(mark * LONGEST)) < 20 * LONGEST


@pytest.mark.parametrize("before", ["", "> ", "  "])
@pytest.mark.parametrize("columns", [MOST_COLUMNS + 1, 40, 1_500])
def test_a_table_of_more_columns_than_anybody_reads_is_none(columns: int, before: str) -> None:
    edge = f"{before}{'a|' * columns}\n{before}{'-|' * columns}\n"
    html = prose(edge + f"{before}a\n" * ((12_000 - len(edge)) // (len(before) + 2)))
    assert "<table>" not in html
    assert len(html) < 10 * LONGEST


def test_a_table_of_many_columns_stands() -> None:
    table = prose(f"{'|a' * MOST_COLUMNS}|\n{'|-' * MOST_COLUMNS}|\n{'|b' * MOST_COLUMNS}|")
    assert table.count("<td") == table.count("<th ") == MOST_COLUMNS


def test_a_text_that_would_grow_out_of_proportion_is_shown_as_it_was_typed() -> None:
    text = f"{'|a' * MOST_COLUMNS}|\n{'|-' * MOST_COLUMNS}|\n" + "a\n" * 6_000
    assert prose(text) == plain(text)
    assert len(prose(text)) < LARGEST
