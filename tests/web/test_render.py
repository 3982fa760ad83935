"""Templates: settled at load time, escaped, complete in every language, each page with its own slice."""

import zlib
from dataclasses import replace
from pathlib import Path

import pytest
from jinja2 import UndefinedError

from jiwar.i18n import LANGUAGES
from jiwar.web.components import components_page
from jiwar.web.drawings import CARDS, DRAWINGS, drawing
from jiwar.web.icons import ICONS, icon
from jiwar.web.look import load_look
from jiwar.web.render import MARK, Filled, Pages
from tests.web.pages import NONCE, Elements, classes_in, frame, language, pages, reader, style_of

BUDGET = 14 * 1024
HOME = """{% extends "_base.html" %}
{% from "_macros.html" import row, tile, section %}
{% block main %}<h1>{{ title }}</h1>{% call section(_("New")) %}<ul class="{{ c("list") }}">
{{ row("/a", title, "x", lead=tile("a", 2, true), unread=12) }}</ul>{% endcall %}{% endblock %}"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "home_like.html").write_text(HOME, encoding="utf-8")
    return tmp_path


def _write(folder: Path, text: str) -> Pages:
    (folder / "made.html").write_text(text, encoding="utf-8")
    return pages(load_look(), folder)


def _rendered(folder: Path, source: str, code: str = "ar", **context: object) -> str:
    return _write(folder, source).fragment("made.html", reader(code), frame(), **context)


def test_every_page_loads_in_every_language() -> None:
    pages().load_all()


@pytest.mark.parametrize("code", LANGUAGES)
def test_a_page_says_its_language_and_direction(folder: Path, code: str) -> None:
    html = pages(None, folder).render("home_like.html", reader(code), frame(), title="t").body.decode()
    tag, attributes = Elements(html).found[0]
    assert (tag, attributes["lang"], attributes["dir"]) == ("html", code, language(code).dir)


def test_the_title_is_the_cover_and_nothing_else(folder: Path) -> None:
    html = pages(None, folder).render("home_like.html", reader("ar"), frame(), title="حديث").body.decode()
    assert html.split("<title>")[1].split("</title>")[0] == "دفتر"


def test_close_is_the_first_thing_that_can_be_reached(folder: Path) -> None:
    html = pages(None, folder).render("home_like.html", reader("ar"), frame(), title="t").body.decode()
    reached = [(tag, a) for tag, a in Elements(html).found if tag in {"a", "button", "form"}]
    assert [tag for tag, _ in reached[:2]] == ["form", "button"]
    assert (reached[0][1]["method"], reached[0][1]["action"]) == ("post", "/close")


def test_the_bar_shows_only_the_tabs_that_exist(folder: Path) -> None:
    made = pages(None, folder)
    html = made.render(
        "home_like.html", reader("ar"), frame(tabs=("home", "more"), tab="more"), title="t"
    ).body.decode()
    links = [a["href"] for tag, a in Elements(html).found if tag == "a" and a.get("class") == "tab"]
    current = [a["href"] for tag, a in Elements(html).found if a.get("aria-current") == "page"]
    assert (links, current) == (["/home", "/more"], ["/more"])


def test_the_reader_s_theme_size_and_digits_stand_on_the_page(folder: Path) -> None:
    chosen = replace(reader("ar"), theme="dark", size="larger", digits="latin")
    html = pages(None, folder).render("home_like.html", chosen, frame(), title="t").body.decode()
    assert set((Elements(html).found[0][1]["class"] or "").split()) == {"dark", "larger", "western"}
    assert '<meta name="color-scheme" content="dark">' in html
    assert ">12<" in html


def test_labels_are_translated_and_their_values_escaped(folder: Path) -> None:
    text = '{{ _("Close") }}|{{ _p("weather", "Clear") }}|{{ _("%(step)s of %(steps)s", step=n(2), steps=who) }}'
    assert _rendered(folder, text, who="<b>") == "إغلاق|صحو|٢ من &lt;b&gt;"
    assert _rendered(folder, text, "en", who="5") == "Close|Clear|2 of 5"


def test_what_people_wrote_is_escaped(folder: Path) -> None:
    assert _rendered(folder, "{{ text }}", text="<script>&") == "&lt;script&gt;&amp;"


def test_an_undefined_name_is_an_error(folder: Path) -> None:
    with pytest.raises(UndefinedError):
        _rendered(folder, "{{ nothing }}")


@pytest.mark.parametrize(
    "text",
    [
        '{{ c("no-such-class") }}',
        '{{ icon("lock") }}',
        '{{ drawing("rainbow") }}',
        "{{ c(name) }}",
        "{{ _(name) }}",
        '{% from "_macros.html" import no_such %}',
        '{% from "_macros.html" import row as line %}',
        '{% import "_macros.html" as m %}',
    ],
)
def test_a_wrong_template_stops_the_start(folder: Path, text: str) -> None:
    with pytest.raises((LookupError, ValueError)):
        _write(folder, text).load_all(["ar"])


def test_numbers_days_and_counts_follow_the_reader(folder: Path) -> None:
    text = "{{ n(12) }}|{{ day(reader.today) }}|{{ when(reader.today, 3) }}|{{ moment(reader.today, 1) }}"
    assert _rendered(folder, text) == "١٢|اليوم|العصر|صباح اليوم"


@pytest.mark.parametrize("template", ["home_like.html", "components.html"])
def test_page_and_style_know_the_same_classes(folder: Path, template: str) -> None:
    """Renamed by a hub: nothing on the page lacks a rule, no rule waits for what the page can't have."""
    plain = load_look()
    look = load_look({name: f"q{number}" for number, name in enumerate(sorted(plain.known()))})
    made = pages(look, folder)
    nine = [str(number) for number in range(9)]
    html = made.render(template, reader("ar"), frame(), title="t", nine=nine).body.decode()
    can_have = {look.names[name] for name in made.classes(template)}
    assert Elements(html).classes() <= can_have
    assert classes_in(style_of(html)) <= can_have
    assert can_have <= set(look.names.values())
    assert not Elements(html).classes() & plain.known()


def test_a_slice_is_smaller_than_the_sheet(folder: Path) -> None:
    made, look = pages(None, folder), load_look()
    whole = look.style(look.known())
    assert len(made.style("home_like.html")) < len(whole) / 2
    assert ".bub" not in made.style("home_like.html")
    assert ".row" in made.style("home_like.html")


@pytest.mark.parametrize("code", LANGUAGES)
def test_a_page_stays_within_the_budget(folder: Path, code: str) -> None:
    body = pages(None, folder).render("home_like.html", reader(code), frame(), title="t").body
    assert len(zlib.compress(body)) < BUDGET / 2


def test_style_and_nonce_belong_together(folder: Path) -> None:
    page = pages(None, folder).render("home_like.html", reader("en"), frame(), title="t")
    assert page.nonce == NONCE
    assert f'<style nonce="{NONCE}">' in page.body.decode()
    assert "<script" not in page.body.decode()


def test_the_script_is_there_only_when_asked_for(folder: Path) -> None:
    page = pages(None, folder).render("home_like.html", reader("en"), frame(script="/live.js"), title="t")
    assert page.script
    assert '<script src="/live.js" defer></script>' in page.body.decode()


@pytest.mark.parametrize("code", LANGUAGES)
def test_the_components_page_shows_them_light_and_dark(code: str) -> None:
    html = components_page(pages(), reader(code), frame()).body.decode()
    assert {"light", "dark", "key", "bub", "band", "pick", "step", "d", "empty", "pages"} <= Elements(html).classes()
    ids = [a["id"] for _, a in Elements(html).found if "id" in a]
    assert len(ids) == len(set(ids))


def test_icons_and_drawings_stay_small() -> None:
    look = load_look()
    assert len(ICONS) >= 20
    assert max(len(icon(name, look.class_names)) for name in ICONS) < 500
    assert max(len(drawing(name, look.class_names)) for name in {**DRAWINGS, **CARDS}) <= 1200


def test_what_is_filled_in_stands_where_the_template_has_it_as_often_as_it_does(folder: Path) -> None:
    made = _write(folder, "<p>{{ one }}</p>{% if none %}never{% endif %}<b>{{ two }}{{ one }}</b>")
    parts = {"one": Filled([b"<i>\xd8\xb3</i>", "<u>&amp;</u>"]), "two": Filled([b"2"]), "none": Filled([])}
    page = made.render("made.html", reader("ar"), frame(), **parts)
    assert page.body.decode() == "<p><i>س</i><u>&amp;</u></p><b>2<i>س</i><u>&amp;</u></b>"


def test_nothing_that_somebody_wrote_is_taken_for_a_hole(folder: Path) -> None:
    made = _write(folder, "<p>{{ text }}</p>{{ one }}")
    text = f"{MARK}one{MARK} {MARK} one{MARK} {MARK}{'0' * len(NONCE)} one{MARK}"
    page = made.render("made.html", reader("ar"), frame(), text=text, one=Filled([b"part"]))
    assert page.body.decode() == f"<p>{text}</p>part"


def test_what_is_filled_in_somewhere_else_is_a_mistake_and_no_page(folder: Path) -> None:
    with pytest.raises(TypeError, match="by its name alone"):
        _rendered(folder, "{{ one.of }}", one={"of": Filled([b"part"])})
