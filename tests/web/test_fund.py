"""The fund on pages: the care team's account of it, and the figures that the group reads."""

from __future__ import annotations

import pytest

from jiwar.circles import roles
from jiwar.circles.rights import PERIOD_DAYS
from jiwar.clock import SetClock
from jiwar.errors import BeforeMyTime
from jiwar.sheets.reading import read
from jiwar.systems.fund import service, view
from jiwar.systems.fund.ledger import Ledger
from jiwar.systems.needs import service as needs
from jiwar.systems.needs.model import NEED
from jiwar.systems.needs.rules import Wish
from jiwar.web import ledger
from jiwar.web.messages import MESSAGES
from tests.web.client import Page, World
from tests.web.seated import Seats, Someone

FOR = "ليلتان في البيت الأصفر، والدفع نقداً."
CURRENCY = "دينار"
UNREAD = (
    "What it is for can't be read here any more. Nobody can agree to that: it can be closed and written down anew."
)


@pytest.fixture
def seats(world: World, language: str) -> Seats:
    return Seats(world, language)


@pytest.fixture
def three(seats: Seats) -> tuple[Someone, Someone, Someone, bytes]:
    """Two of a care team with a fund, a member, their group."""
    palm, circle = seats.founder()
    lamp, fig = seats.joins(palm, circle, "قنديل"), seats.joins(palm, circle, "تينة")
    seats.steward(palm, lamp, circle)
    opens(palm, circle)
    return palm, lamp, fig, circle


def opens(who: Someone, circle: bytes, **changed: str) -> Page:
    page = who.to("care_fund", circle)
    return who.send(page, "care_fund", **{"on": "yes", "currency": CURRENCY, "step": "5", **changed})


def writes(who: Someone, circle: bytes, kind: str, amount: str, text: str = FOR) -> Page:
    return who.send(who.to("fund_new", circle), "fund_new", kind=kind, amount=amount, text=text)


def does(who: Someone, page: Page, do: str, **typed: str) -> Page:
    """Press one of an entry's buttons."""
    form = next(one for one in page.forms if one.fields.get("do") == do and typed.items() <= one.fields.items())
    return who.post(form.action, form.fields)


def fields_of(page: Page) -> dict[str, str]:
    """The fields of an entry's first button, to be sent as no button would."""
    return next(one.fields for one in page.forms if "do" in one.fields)


def entry(who: Someone, circle: bytes, at: int = 0) -> Page:
    """The entry that stands first among those that are open or agreed."""
    return who.get([link for link in who.to("fund_book", circle).links if link.startswith("/fund/")][at])


def balance(who: Someone, circle: bytes) -> int:
    page = view.ledger(roles.open_role(who.circle(circle)))
    assert page is not None
    return page.balance


def passes(who: Someone, days: int) -> None:
    world = who.world
    clock = world.hub.services.clock
    assert isinstance(clock, SetClock)
    for _ in range(days):
        clock.forward(days=1)
        world.run(world.hub.turn_day())
    who.sign_in()
    world.run(service.look_after_everywhere(who.member))


def test_asked_agreed_by_two_handed_over_closed(three) -> None:
    palm, lamp, _, circle = three
    writes(palm, circle, "income", "١٠٠", "حصيلة الجمعة")
    page = writes(palm, circle, "help", "40")
    assert palm.word("Nobody has said yes yet.") in page.text
    page = does(palm, page, "agree")
    assert palm.word("My yes is there. Another one of the care team has to say it too.") in page.text
    assert not [one for one in page.forms if one.fields.get("do") in ("hand", "agree")]
    assert lamp.at("fund_book", circle) in lamp.to("care", circle).links
    page = does(lamp, entry(lamp, circle), "agree")
    assert FOR.split("،")[0] in page.text
    assert "نخلة" in page.text, "who of the team said yes, the team sees"
    page = does(lamp, page, "hand")
    assert (balance(palm, circle), page.status) == (60, 200)
    page = does(lamp, page, "close")
    assert palm.word("What it was for is gone.") in page.text
    assert FOR not in palm.to("fund_book", circle).text


def test_a_second_tap_changes_nothing(three) -> None:
    palm, lamp, _, circle = three
    page = palm.to("fund_new", circle)
    form = page.form(palm.world.site.paths.pattern("fund_new"))
    for _ in range(2):
        assert (
            palm.post(form.action, form.fields | {"kind": "income", "amount": "100", "text": "حصيلة"}).status == 200
        )
    assert balance(palm, circle) == 100
    writes(palm, circle, "help", "40")
    for who, do in (
        (palm, "agree"),
        (palm, "agree"),
        (lamp, "agree"),
        (lamp, "agree"),
        (lamp, "hand"),
        (lamp, "hand"),
    ):
        page = entry(who, circle)
        assert who.post(page.path, fields_of(page) | {"do": do}).status == 200
    assert balance(palm, circle) == 60


def test_what_is_no_amount_is_said_above_the_box(three) -> None:
    palm, _, _, circle = three
    for amount in ("", "0", "-4", "12.5", "12٫5", "أربعون", "40 أو 50", "9999999999", "1٬5"):
        page = writes(palm, circle, "help", amount)
        assert page.status == 400, amount
        assert FOR in page.html, "what was typed is still there"
    assert view.ledger(roles.open_role(palm.circle(circle))) is None


def test_any_digits_and_groups_are_read(three) -> None:
    palm, _, _, circle = three
    for typed in ("١٬٥٠٠", "1,500", "1 500 000", "۲۵"):
        writes(palm, circle, "income", typed)
    assert balance(palm, circle) == 1_503_025


def test_one_yes_hands_nothing_over_whatever_is_sent(three) -> None:
    palm, lamp, _, circle = three
    writes(palm, circle, "income", "100")
    page = does(palm, writes(palm, circle, "help", "40"), "agree")
    sent = fields_of(page) | {"do": "hand"}
    assert palm.post(page.path, sent).status == 403
    assert palm.post(page.path, sent | {"do": "close", "outcome": "arrived"}).status == 400
    assert balance(palm, circle) == 100
    does(lamp, entry(lamp, circle), "close", outcome="refused")
    assert palm.post(page.path, sent).status == 403
    assert balance(palm, circle) == 100


def test_no_more_is_handed_over_than_there_is(three) -> None:
    palm, lamp, _, circle = three
    writes(palm, circle, "income", "30")
    does(palm, writes(palm, circle, "spent", "40"), "agree")
    page = does(lamp, entry(lamp, circle), "agree")
    assert not [one for one in page.forms if one.fields.get("do") == "hand"]
    sent = fields_of(page) | {"do": "hand"}
    assert lamp.post(page.path, sent).status == 403
    assert balance(palm, circle) == 30


def test_what_is_over_can_be_read_page_by_page(three) -> None:
    palm, _, _, circle = three
    for amount in range(1, ledger.MOST_SHOWN + 2):
        writes(palm, circle, "income", str(amount), f"دفعة رقم {amount}.")
    page = palm.to("fund_book", circle)
    assert "دفعة رقم 1." not in page.text
    rest = palm.get(next(link for link in page.links if "part=came" in link))
    assert f"دفعة رقم {ledger.MOST_SHOWN + 1}." in rest.text
    last = palm.get(next(link for link in rest.links if "page=2" in link))
    assert "دفعة رقم 1." in last.text
    assert palm.get(last.path.replace("page=2", "page=x")).status == 200


def test_who_can_not_read_what_it_is_for_is_offered_no_yes(three, monkeypatch: pytest.MonkeyPatch) -> None:
    palm, lamp, _, circle = three
    writes(palm, circle, "help", "40")
    assert lamp.word("I agree") in entry(lamp, circle).text
    monkeypatch.setattr(view, "told", lambda inner, entries: {})
    page = entry(lamp, circle)
    assert lamp.word("I agree") not in page.text
    assert lamp.word(UNREAD) in page.text
    assert lamp.post(page.path, fields_of(page) | {"do": "agree"}).status == 403


def test_who_came_later_is_told_who_carries_the_account_on(three, monkeypatch: pytest.MonkeyPatch) -> None:
    _, lamp, _, circle = three
    said = lamp.word(MESSAGES[BeforeMyTime.code][1])
    assert said not in lamp.to("fund_book", circle).text
    monkeypatch.setattr(view, "is_before_my_time", lambda inner: True)
    page = lamp.to("fund_book", circle)
    assert said in page.text
    assert lamp.word("Write something down") not in page.text
    refused = writes(lamp, circle, "income", "5")
    assert (refused.status, said in refused.text) == (403, True)


def test_an_entry_from_before_says_on_whose_word_it_stands(three, monkeypatch: pytest.MonkeyPatch) -> None:
    palm, lamp, _, circle = three
    writes(palm, circle, "help", "40")
    sentence = "This is older than what can be read here: it stands as %(name)s carried it on, the yeses too."
    words = lamp.word(sentence).split("%(name)s")[0]
    assert words not in entry(lamp, circle).text
    persona = roles.open_role(palm.circle(circle)).log.persona.key
    monkeypatch.setattr(Ledger, "carrier_of", lambda self, number: persona)
    assert words in entry(lamp, circle).text


def test_a_care_team_of_one_is_told_that_two_are_needed(seats: Seats) -> None:
    palm, circle = seats.founder()
    landed = opens(palm, circle)
    told = palm.word("Two have to agree before anything is handed over, and the care team is one person.")
    assert told in landed.text
    assert told in does(palm, writes(palm, circle, "help", "4"), "agree").text


def test_members_read_figures_and_nothing_else(three) -> None:
    palm, _, fig, circle = three
    assert fig.at("fund", circle) in fig.to("group", circle).links
    assert fig.at("fund", circle) in fig.get(fig.world.url("help")).links
    writes(palm, circle, "income", "103", "حصيلة الجمعة")
    page = fig.to("fund", circle)
    assert page.status == 200
    assert CURRENCY not in page.text, "no figures yet"
    does(palm, writes(palm, circle, "help", "40"), "agree")
    passes(palm, PERIOD_DAYS)
    fig.sign_in()
    page = fig.to("fund", circle)
    assert ("١٠٠" if fig.language == "ar" else "100") in page.text
    assert FOR not in page.text
    for name in ("fund_book", "fund_new", "care_fund"):
        assert fig.to(name, circle).status == 404
    secret = palm.about("fund_entry", circle, bytes(16))
    assert fig.get(secret).status == 404


def test_who_asks_the_fund_is_told_that_the_amount_belongs_in_the_words(three) -> None:
    _, _, fig, circle = three
    hint = fig.word("With the amount. No names, no address, no number.")
    assert hint in does(fig, fig.to("fund", circle), "change", kind="money").text
    assert hint not in fig.get("/help/new?show=needs").text


def test_a_request_on_the_board_is_written_down_and_answered_there(three) -> None:
    palm, _, fig, circle = three
    world = palm.world
    obj = world.run(needs.ask(fig.circle(circle), Wish(NEED, FOR, kind="money")))
    world.run(world.hub.services.later.look(world.hub.store, float("inf")))
    page = palm.get(palm.about("need", circle, obj))
    page = does(palm, page, "begin")
    assert FOR in page.html
    page = palm.send(page, "fund_new", amount="40")
    assert palm.about("need", circle, obj) in page.links
    assert palm.word("Write it down for the fund") not in fig.get(fig.about("need", circle, obj)).text


@pytest.mark.parametrize("kind", ["csv", "xlsx", "ods"])
def test_the_account_is_taken_along_and_comes_to_what_there_is(three, kind: str) -> None:
    palm, lamp, fig, circle = three
    writes(palm, circle, "income", "100", "حصيلة الجمعة")
    does(palm, writes(palm, circle, "help", "40"), "agree")
    does(lamp, entry(lamp, circle), "agree")
    does(lamp, entry(lamp, circle), "hand")
    page = palm.get(palm.at("fund_take", circle))
    assert palm.at("fund_take", circle) in palm.to("fund_book", circle).links
    file = palm.send(page, "fund_take", kind=kind)
    assert file.headers["content-disposition"] == f'attachment; filename="table.{kind}"'
    heads, before, came, went, now = [row.cells for row in read(file.body).rows]
    assert CURRENCY in heads[2]
    assert [row[2] for row in (before, came, went, now)] == ["0", "100", "40", "60"]
    assert [bool(row[3]) for row in (came, went)] == [False, True]
    assert went[4] == palm.word("Handed over")
    said = " ".join(cell for row in (before, came, went, now) for cell in row)
    assert FOR not in said, "what it was for goes here after its days, and would stay there"
    token = fig.to("fund", circle).forms[0].fields["token"]
    assert fig.to("fund_take", circle).status == 404
    assert fig.post(fig.at("fund_take", circle), {"token": token, "kind": kind}).status == 404


def test_the_care_team_opens_and_closes_it(three) -> None:
    palm, _, fig, circle = three
    assert opens(palm, circle, currency="").status == 400
    assert opens(palm, circle, step="7").status == 400
    opens(palm, circle, on="no")
    for who, name in ((fig, "fund"), (palm, "fund_book"), (palm, "fund_new")):
        assert who.to(name, circle).status == 404
    assert fig.at("fund", circle) not in fig.to("group", circle).links
    assert palm.at("care_fund", circle) in palm.to("care", circle).links


def test_what_names_something_else_is_not_there(three) -> None:
    palm, _, _, circle = three
    writes(palm, circle, "income", "5")
    for short in (bytes(15) + b"\1", b"\xff" * 16):
        assert palm.get(palm.about("fund_entry", circle, short)).status == 404
    page = palm.to("fund_new", circle)
    form = page.form(palm.world.site.paths.pattern("fund_new"))
    sent = form.fields | {"kind": "help", "amount": "5", "text": FOR, "once": "zz"}
    assert palm.post(page.path, sent).status == 404
