"""P7: everything works with JavaScript off, in every language.

Browsers without a script walk a whole story by links and forms alone (`walking.py`), in every language. Every page
has to be reached and every form sent; no page may wait for a script.
"""

from __future__ import annotations

import re
from urllib.parse import parse_qs, urlsplit

import pytest

from jiwar.i18n import LANGUAGES, Language, load_languages
from jiwar.web import live
from jiwar.web.render import Page, Pages
from jiwar.web.routes import ALL
from tests.mutants.mutation import Mutation, Mutations, replaced
from tests.promises.markup import Element
from tests.promises.walking import FROM_THE_SCRIPT, PICTURES, Answer, route_of, walk
from tools.messages import in_source

NOT_BY_LINKS = {
    *FROM_THE_SCRIPT,
    *PICTURES,  # The page around it asks for it.
    "favicon",  # Every browser asks for it by itself; the answer is that there is none.
    "components",  # The development page; a hub that people use doesn't have it.
}
DIRECTION = {"ar": "rtl", "en": "ltr", "fr": "ltr"}
_ARABIC, _LATIN = re.compile(r"[؀-ۿ]{2,}"), re.compile(r"[A-Za-z]{2,}")
OTHER_LETTERS = {"ar": _LATIN, "en": _ARABIC, "fr": _ARABIC}
SENTENCES = {one.text for one in in_source()}
WORKED = (200, 303)


def _rendering(template: str, pattern: str, instead: str) -> Mutation:
    """Pages of a template (of all templates, if none is named) with something replaced."""
    render = Pages.render

    def changed(self, made, /, *args, **context):
        page = render(self, made, *args, **context)
        if template not in ("", made):
            return page
        body = re.sub(pattern, instead, page.body.decode(), flags=re.DOTALL)
        return Page(body.encode(), page.nonce, page.script)

    return replaced(Pages, "render", changed)


MUTATIONS: Mutations = {
    "a form is left to the script": _rendering("group/mine.html", r"<(/?)form\b", r"<\1div"),
    "buttons have lost their form": _rendering("forum/topic.html", r' form="say"', ""),
    "what is new comes by the script alone": _rendering("rooms/chat.html", r'<p class="[^"]*" id="end">.*?</p>', ""),
    "no link leads to a page": _rendering("care/page.html", r'href="/group/[^"]*/rest"', 'href="#main"'),
    "an answer that only the script understands": replaced(live, "is_quiet", lambda visit: True),
    "a button that calls a script": _rendering("", r"<button ", '<button onclick="send()" '),
    "a link that calls a script": _rendering("safety/safety.html", r"<h1>", '<a href="javascript:void 0">+</a><h1>'),
    "Arabic pages speak English": replaced(Language, "gettext", lambda self, message: message),
}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_page_is_reached_by_links_and_forms(language: str) -> None:
    reached = {one.route for one in walk(language).pages if one.page.status in WORKED}
    assert {at.name for at in ALL if at.get} - reached == NOT_BY_LINKS


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_form_stands_on_a_page_and_works(language: str) -> None:
    answers = walk(language).answers
    worked = {one.route for one in answers if one.method == "POST" and one.page.status in WORKED}
    assert {at.name for at in ALL if at.post} - worked == set()
    standing = {route_of(form.action) for one in walk(language).pages for form in one.markup.forms}
    assert {at.name for at in ALL if at.post} - standing == set()


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_button_sends_a_form_that_leads_somewhere(language: str) -> None:
    posts = {at.name for at in ALL if at.post}
    for one in walk(language).pages:
        for form in one.markup.forms:
            assert form.method == "post", str(one)
            assert route_of(form.action) in posts, f"{one}: {form.action}"
            assert form.buttons, f"{one}: nothing sends the form to {form.action}"
        for button in one.markup.of("button"):
            assert one.markup.owner(button) is not None, f"{one}: {button.text} stands in no form"
            assert button.at.get("type", "submit") == "submit", f"{one}: {button.text}"


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_waits_for_a_script(language: str) -> None:
    """No handler, no link to a script, nothing that is hidden until a script shows it.

    `#new` may miss: where everything on a page is new, its beginning is the place.
    """
    for one in walk(language).pages:
        ids = {element.at["id"] for element in one.markup.elements if "id" in element.at}
        for element in one.markup.elements:
            named = {name for name in element.at if name == "hidden" or name.startswith("on")}
            assert not named, f"{one}: {element.tag} {named}"
        for link in one.markup.links:
            path, mark, name = link.at["href"].partition("#")
            assert not path.startswith("javascript:"), f"{one}: {link.text}"
            if mark and name != "new" and route_of(path or one.page.path) == one.route:
                assert name in ids, f"{one}: {link.text} leads to #{name}, which is not there"
        for script in one.markup.of("script"):
            assert route_of(script.at["src"]) in ("script", "browser_script"), str(one)
            assert (script.text, "defer" in script.at) == ("", True)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_page_speaks_the_language_of_who_reads(language: str) -> None:
    """Names and texts of people, and languages that say their own name, are marked as such; the rest is ours."""
    spoken = load_languages()
    for one in walk(language).pages:
        page, wanted = next(one.markup.of("html")), _wanted(one)
        assert (page.at["lang"], page.at["dir"]) == (wanted, DIRECTION[wanted]), str(one)
        for element in one.markup.elements:
            if element.tag not in ("style", "title") and not _of_people(element):
                assert not OTHER_LETTERS[wanted].search(element.own), f"{one} says {element.own.strip()[:80]!r}"
                said = element.own.strip()
                assert said not in SENTENCES or spoken[wanted].gettext(said) == said or wanted == "en", (
                    f"{one}: {said}"
                )


def _wanted(one: Answer) -> str:
    """The door speaks the hub's own language until another one is asked for, or the phone is one that remembers."""
    asked = parse_qs(urlsplit(one.page.path).query).get("l", [""])[0]
    inside = any(route_of(link.at["href"]) == "more" for link in one.markup.links)
    remembered = any(route_of(form.action) == "come_back" for form in one.markup.forms)
    began = one.route.startswith(("founding", "joining", "tour", "forget_me", "sleep", "second", "new_key"))
    return asked or (one.language if inside or remembered or began else "ar")


def _of_people(element: Element) -> bool:
    return any(
        one.tag in ("bdi", "textarea") or {"dir", "lang"} & set(one.at) for one in (element, *element.inside[1:])
    )
