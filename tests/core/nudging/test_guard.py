"""A member chooses where reminders go: the hub goes nowhere that it must not, whatever the address says."""

from __future__ import annotations

import asyncio

import pytest

from jiwar.errors import BadChoice
from jiwar.nudging.guard import Place, addresses_of, is_open, read_mail_address, read_push_address

pytestmark = pytest.mark.anyio
NOWHERE = ".".join("0000")


def test_push_address_is_read() -> None:
    assert read_push_address("https://ntfy.sh/some-topic?up=1", False) == Place(
        True, "ntfy.sh", 443, "/some-topic?up=1"
    )
    assert read_push_address("https://push.example:8443", False) == Place(True, "push.example", 8443, "/")


@pytest.mark.parametrize(
    "address",
    [
        "", "ntfy.sh/topic", "http://ntfy.sh/topic", "ftp://ntfy.sh/", "file:///etc/passwd", "https://", "https:///x",
        "https://user:word@ntfy.sh/", "https://user@ntfy.sh/", "https://ntfy.sh/a b", "https://ntfy.sh/\r\nX: y",
        "https://ntfy.sh/#part", "https://ntfy.sh:x/", "https://ntfy.sh:99999/", "https://نتفي/", "gopher://x/",
        "https://[::1", "HTTPS://ntfy.sh/", "https://ntfy.sh/" + "x" * 600,
    ],
)  # fmt: skip
def test_regression_push_address_that_is_none_is_refused(address: str) -> None:
    with pytest.raises(BadChoice):
        read_push_address(address, False)


@pytest.mark.parametrize(
    "address",
    ["", "someone", "a@b", "a@b@c.org", "a b@c.org", "a@c.org\r\nBcc: d@e.org", "a@c.org,d@e.org", "<a@c.org>",
     "@c.org", "a@c.org\n", "x" * 65 + "@c.org"],
)  # fmt: skip
def test_regression_mail_address_that_is_none_or_several_is_refused(address: str) -> None:
    with pytest.raises(BadChoice):
        read_mail_address(address)


def test_mail_address_is_read() -> None:
    assert read_mail_address("some.one+x@mail.example.org") == "some.one+x@mail.example.org"


@pytest.mark.parametrize("address", ["1.1.1.1", "9.9.9.9", "2606:4700:4700::1111"])
def test_open_addresses_are_open(address: str) -> None:
    assert is_open(address)


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "127.9.9.9", NOWHERE, "10.0.0.1", "172.16.3.4", "192.168.1.1", "169.254.169.254", "100.64.0.1",
        "224.0.0.1", "255.255.255.255", "240.0.0.1", "198.18.0.1", "192.0.2.1", "::1", "::", "fe80::1",
        "fe80::1%eth0", "fec0::1",
        "fc00::1", "fd12::1", "ff02::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::",
        "2001:0:7f00:1::", "::127.0.0.1", "2001:db8::1", "nonsense", "",
    ],
)  # fmt: skip
def test_regression_addresses_inside_are_not_open(address: str) -> None:
    assert not is_open(address)


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "localhost", NOWHERE, "2130706433", "0x7f000001", "[::1]", "a..b", ".a.b", "x" * 64]
)
async def test_regression_no_way_of_writing_it_leads_inside(host: str) -> None:
    with pytest.raises(BadChoice):
        await addresses_of(read_push_address(f"https://{host}/", False), False)


async def test_regression_one_address_inside_among_others_is_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    async def two(*_: object, **__: object) -> list[tuple[object, ...]]:
        return [(0, 0, 0, "", ("1.1.1.1", 443)), (0, 0, 0, "", ("10.0.0.1", 443))]

    loop = asyncio.get_running_loop()
    monkeypatch.setattr(type(loop), "getaddrinfo", two, raising=False)
    with pytest.raises(BadChoice):
        await addresses_of(Place(True, "two.example", 443, "/"), False)
    assert await addresses_of(Place(True, "two.example", 443, "/"), True) == ["1.1.1.1", "10.0.0.1"]
