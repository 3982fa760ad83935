"""Messages to browsers: the published examples, byte for byte, and what no browser could have made."""

from __future__ import annotations

import pytest
from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives.asymmetric.ec import derive_private_key

from jiwar.crypto import webpush
from jiwar.crypto.random import system_random
from jiwar.errors import NotCanonical
from tests.core.nudging.browsers import P256, Browser, bytes_of, claims_of, text_of

SEED, NAME = b"s" * 32, b"n" * 16
# RFC 8291, appendix A.
PLAIN = b"When I grow up, I want to be a watermelon"
SENDER = "yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw"
BROWSER = "q1dXpw3UpT5VOmu_cf_v6ih07Aems3njxI-JWgLcM94"
POINT = "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"
AUTH, SALT = "BTBZMqHH6r4Tts7J_aSIgg", "DGv6ra1nlYgDCS1FRnbzlw"
BODY = (
    "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_"
    "yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN"
)
# RFC 8292, section 2.4.
SHOWN = (
    "vapid t=eyJ0eXAiOiJKV1QiLCJhbGciOiJFUzI1NiJ9.eyJhdWQiOiJodHRwczovL3B1c2guZXhhbXBsZS5uZXQiLCJleHAiOjE0NTM1MjM3"
    "NjgsInN1YiI6Im1haWx0bzpwdXNoQGV4YW1wbGUuY29tIn0.i3CYb7t4xfxCDquptFOepC9GAu_HLGkMlMuCGSK2rpiUfnK9ojFwDXb1JrErtmysazNjjv"
    "W2L9OkSSHzvoD1oA, "
    "k=BA1Hxzyi1RUM1b5wjxsn7nGxAszw2u61m164i3MrAIxHF6YK5h4SDYic-dRuU_RCPCfA5aq9ojSwk5Y2EmClBPs"
)


def _pair(text: str):
    return derive_private_key(int.from_bytes(bytes_of(text), "big"), P256)


def example() -> Browser:
    return Browser(_pair(BROWSER), bytes_of(AUTH))


def test_example_of_the_rfc_comes_out_byte_for_byte() -> None:
    body = webpush._sealed(bytes_of(POINT), bytes_of(AUTH), PLAIN + b"\2", _pair(SENDER), bytes_of(SALT))
    assert text_of(body) == BODY
    assert text_of(example().point) == POINT
    assert example().open(bytes_of(BODY)) == PLAIN


def test_the_browser_of_our_tests_knows_the_signature_of_the_rfc() -> None:
    claims, point = claims_of(SHOWN)
    assert claims == {"aud": "https://push.example.net", "exp": 1453523768, "sub": "mailto:push@example.com"}
    assert len(point) == webpush.POINT
    with pytest.raises(InvalidSignature):
        claims_of(SHOWN.replace(".i3CYb", ".i3CYc"))


def test_every_message_has_one_size_and_opens_for_its_browser_alone() -> None:
    browser, other = Browser(), Browser()
    bodies = [webpush.seal_message(browser.point, browser.auth, text, system_random) for text in (b"", b"x" * 255)]
    assert [browser.open(body) for body in bodies] == [b"", b"x" * 255]
    assert len({len(body) for body in bodies}) == 1
    assert len({body[21:86] for body in bodies}) == 2, "a new pair for each"
    with pytest.raises(InvalidTag):
        other.open(bodies[0])
    with pytest.raises(NotCanonical):
        webpush.seal_message(browser.point, browser.auth, b"x" * 256, system_random)


def test_signature_is_by_the_pair_of_that_name() -> None:
    shown = webpush.authorization(SEED, NAME, "https://push.example", "mailto:push@example.com", 1_000)
    claims, point = claims_of(shown)
    assert claims == {"aud": "https://push.example", "exp": 1_000, "sub": "mailto:push@example.com"}
    assert point == webpush.signing_point(SEED, NAME)
    assert len({point, webpush.signing_point(SEED, b"m" * 16), webpush.signing_point(b"t" * 32, NAME)}) == 3


@pytest.mark.parametrize("text", ["a", "ab", "ab=", "a b", "a+b/", "é", "QQ\n"])
def test_text_that_was_not_written_so_is_refused(text: str) -> None:
    with pytest.raises(NotCanonical):
        webpush.from_text(text)


@pytest.mark.parametrize(
    "key",
    [b"", bytes(65), b"\4" + bytes(64), b"\4" + b"\xff" * 64, bytes_of(POINT)[:33], b"\2" + bytes_of(POINT)[1:33]],
)
def test_key_that_is_no_point_is_refused(key: bytes) -> None:
    with pytest.raises(NotCanonical):
        webpush.require_sound_point(key)
    with pytest.raises(NotCanonical):
        webpush.seal_message(key, bytes(16), b"x", system_random)
