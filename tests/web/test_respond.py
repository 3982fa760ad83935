"""Answers: strict headers, and sizes in steps."""

import gzip
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jiwar.web.render import Page
from jiwar.web.respond import (
    COMPRESSED_STEP,
    PLAIN_STEP,
    accepts_gzip,
    content_policy,
    padded_gzip,
    padded_plain,
    respond,
)

PAGE = Page("<!doctype html><p>سلام</p>".encode(), "bm9uY2U", script=False)


@given(st.binary(max_size=20_000))
def test_a_compressed_page_opens_and_comes_in_steps(body: bytes) -> None:
    packed = padded_gzip(body)
    assert gzip.decompress(packed) == body
    assert zlib.decompress(packed, zlib.MAX_WBITS | 16) == body
    assert len(packed) % COMPRESSED_STEP == 0


@given(st.binary(max_size=20_000))
def test_a_plain_page_keeps_its_text_and_comes_in_steps(body: bytes) -> None:
    padded = padded_plain(body)
    assert padded.startswith(body)
    assert len(padded) % PLAIN_STEP == 0
    assert padded[len(body) :].strip(b"<!- >") == b""


def test_pages_of_like_size_cannot_be_told_apart() -> None:
    """A word more or less stays within the step."""
    sizes = {len(padded_gzip(PAGE.body + bytes(more))) for more in range(200)}
    assert sizes == {COMPRESSED_STEP}


def test_padding_carries_no_time_name_or_system() -> None:
    assert padded_gzip(b"x")[:10] == bytes([0x1F, 0x8B, 8, 4, 0, 0, 0, 0, 0, 255])


@pytest.mark.parametrize(
    ("header", "accepted"),
    [
        ("gzip, deflate, br", True),
        ("br;q=1.0, GZIP;q=0.8", True),
        ("", False),
        ("identity", False),
        ("gzip;q=0", False),
        ("gzip; q=0.0, br", False),
        ("x-gzipped", False),
    ],
)
def test_gzip_is_sent_only_to_who_takes_it(header: str, accepted: bool) -> None:
    assert accepts_gzip(header) is accepted
    assert ("content-encoding" in respond(PAGE, header).headers) is accepted


def test_an_answer_allows_nothing_it_does_not_need() -> None:
    headers = respond(PAGE, "gzip").headers
    assert headers["content-security-policy"] == (
        "default-src 'none'; style-src 'nonce-bm9uY2U'; img-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    )
    assert headers["cache-control"] == "no-store"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["cross-origin-opener-policy"] == headers["cross-origin-resource-policy"] == "same-origin"
    assert headers["content-type"] == "text/html; charset=utf-8"
    assert "server" not in headers
    assert "geolocation=()" in headers["permissions-policy"]


def test_a_script_is_allowed_only_on_a_page_that_has_one() -> None:
    assert "script-src" not in content_policy(PAGE)
    with_script = content_policy(Page(PAGE.body, PAGE.nonce, script=True))
    assert "script-src 'self'; connect-src 'self'; worker-src 'none'" in with_script
    with_worker = content_policy(Page(PAGE.body, PAGE.nonce, script=True, worker=True))
    assert "worker-src 'self'" in with_worker


def test_status_and_further_headers_are_passed_on() -> None:
    answer = respond(PAGE, "", 404, {"Clear-Site-Data": '"*"'})
    assert (answer.status_code, answer.headers["clear-site-data"]) == (404, '"*"')
    assert int(answer.headers["content-length"]) % PLAIN_STEP == 0
