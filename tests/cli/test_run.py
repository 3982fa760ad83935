"""`jiwar run`: a founding link on the terminal, nothing about visits anywhere, a clean stop."""

from __future__ import annotations

import http.client
import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from jiwar.cli.main import main
from jiwar.cli.memory import OVERWRITING
from jiwar.cli.run import NOT_HERE, config_from, is_kept_in_a_journal
from jiwar.cli.ways import ways_from
from jiwar.errors import BadChoice
from jiwar.nudging.channels import Relay, Ways
from jiwar.nudging.dial import Proxy

LINK = re.compile(r"http://127\.0\.0\.1:(\d+)(/\S+/[a-z2-7]{26})$", re.MULTILINE)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def _running(folder: Path, **settings: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """A hub in a process of its own, and what it printed until its founding link."""
    environment = {
        **os.environ,
        "PORT": str(_free_port()),
        "JIWAR_DATA": str(folder / "data"),
        "JIWAR_SECRET": str(folder / "secret" / "hub"),
        **settings,
    }
    started = subprocess.Popen(
        [sys.executable, "-m", "jiwar", "run"],
        env=environment, cwd=folder, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    assert started.stdout
    try:
        yield started, started.stdout.readline() + started.stdout.readline()
    finally:
        started.kill()
        started.communicate()


def _ask(said: str, path: str = "/") -> tuple[int, set[str], str]:
    """Status, names of headers and body of a page."""
    found = LINK.search(said)
    assert found, said
    connection = http.client.HTTPConnection("127.0.0.1", int(found.group(1)), timeout=20)
    with closing(connection):
        connection.request("GET", path, headers={"User-Agent": "Telltale/1.0", "X-Forwarded-For": "192.0.2.77"})
        answer = connection.getresponse()
        return answer.status, {name.lower() for name in answer.headers}, answer.read().decode()


def test_a_hub_starts_answers_and_stops_without_a_word_about_it(tmp_path: Path) -> None:
    with _running(tmp_path, JIWAR_COVER="دفتر الخالة") as (started, said):
        found = LINK.search(said)
        assert found
        status, headers, body = _ask(said)
        assert status == 200
        assert "دفتر الخالة" in body
        assert headers & {"server", "date", "x-powered-by"} == set()
        assert _ask(said, found.group(2))[0] == 200
        started.send_signal(signal.SIGTERM)
        rest, errors = started.communicate(timeout=30)
    assert (rest, errors) == ("", "")
    written = b"".join(file.read_bytes() for file in tmp_path.rglob("*") if file.is_file())
    assert b"Telltale" not in written
    assert b"192.0.2.77" not in written
    assert found.group(2).rsplit("/", 1)[1].encode() not in written


def test_no_founding_link_goes_into_a_journal(tmp_path: Path) -> None:
    reading, writing = os.pipe()
    here = os.fstat(writing)
    environment = {
        **os.environ,
        "PORT": str(_free_port()),
        "JIWAR_DATA": str(tmp_path / "data"),
        "JIWAR_SECRET": str(tmp_path / "secret" / "hub"),
        "JOURNAL_STREAM": f"{here.st_dev}:{here.st_ino}",
    }
    started = subprocess.Popen([sys.executable, "-m", "jiwar", "run"], env=environment, stdout=writing)
    os.close(writing)
    with open(reading, encoding="utf-8") as journal:
        said = journal.readline() + journal.readline()
        started.send_signal(signal.SIGTERM)
        said += journal.read()
    started.wait(timeout=30)
    assert NOT_HERE in said
    assert not re.search("[a-z2-7]{26}", said)


@pytest.mark.parametrize(("said", "kept"), [(None, False), ("1:1", False), ("", False)])
def test_an_output_of_its_own_is_no_journal(tmp_path: Path, said: str | None, kept: bool) -> None:
    with open(tmp_path / "file", "w", encoding="utf-8") as file:
        environment = {} if said is None else {"JOURNAL_STREAM": said}
        assert is_kept_in_a_journal(environment, file.fileno()) is kept


def test_a_second_start_finds_the_first_ones_hub(tmp_path: Path) -> None:
    links = []
    for cover in ("الأول", "الثاني"):
        with _running(tmp_path, JIWAR_COVER=cover) as (started, said):
            assert "الأول" in _ask(said)[2]
            links.append(said)
            started.send_signal(signal.SIGINT)
            started.communicate(timeout=30)
    assert links[0] != links[1]


def test_a_folder_that_another_secret_sealed_is_not_touched(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with _running(tmp_path) as (started, said):
        _ask(said)
        started.send_signal(signal.SIGTERM)
        started.communicate(timeout=30)
    (tmp_path / "secret" / "hub").rename(tmp_path / "secret" / "kept")
    for name, value in OVERWRITING.items():  # Without them the command would start anew in this process's place.
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("JIWAR_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("JIWAR_SECRET", str(tmp_path / "secret" / "hub"))
    assert main(["run"]) == 2
    assert "damaged." in capsys.readouterr().err


def test_settings_come_from_the_environment() -> None:
    config = config_from({"JIWAR_DATA": "d", "JIWAR_SECRET": "s/h", "JIWAR_COVER": "كرّاس", "JIWAR_LANGUAGE": "en"})
    assert (config.data, config.secret) == (Path("d"), Path("s/h"))
    assert (config.front.cover, config.front.language) == ("كرّاس", "en")
    assert config_from({}).data == Path("data")


def test_a_language_that_pages_don_t_speak_is_told_at_the_start() -> None:
    with pytest.raises(BadChoice):
        config_from({"JIWAR_LANGUAGE": "xx"})


def test_companions_are_kept_unless_the_keeper_says_otherwise() -> None:
    assert not config_from({}).destroys_companions
    assert not config_from({"JIWAR_COMPANION": "keep"}).destroys_companions
    assert config_from({"JIWAR_COMPANION": "destroy"}).destroys_companions
    with pytest.raises(BadChoice):
        config_from({"JIWAR_COMPANION": "yes"})


@pytest.mark.parametrize(("text", "hours"), [("2", 2), ("-3.5", -3.5), ("5.75", 5.75), ("14", 14)])
def test_the_clock_is_as_far_ahead_as_the_environment_says(text: str, hours: float) -> None:
    assert config_from({"JIWAR_UTC_OFFSET": text}).front.offset_hours == hours


@pytest.mark.parametrize("text", ["", "noon", "nan", "15", "-13", "1e9"])
def test_no_other_clock_is_accepted(text: str) -> None:
    with pytest.raises(BadChoice):
        config_from({"JIWAR_UTC_OFFSET": text})


def test_reminders_are_off_unless_the_keeper_allows_them() -> None:
    assert ways_from({}) == Ways()
    assert ways_from({"JIWAR_PUSH": "1", "JIWAR_SECURE": "1"}).channels == ("push",)
    relay = {"JIWAR_SMTP_HOST": "mail.example", "JIWAR_SMTP_FROM": "a@b.example", "JIWAR_SMTP_USER": "u"}
    allowed = ways_from({**relay, "JIWAR_SECURE": "1"})
    assert allowed.relay == Relay("mail.example", 587, "a@b.example", "starttls", "u", "")
    assert allowed.channels == ("mail",)


def test_hub_that_may_stand_behind_an_onion_has_no_way_out_but_a_proxy() -> None:
    allowed = {"JIWAR_PUSH": "1", "JIWAR_SMTP_HOST": "mail.example", "JIWAR_SMTP_FROM": "a@b.example"}
    assert ways_from(allowed).channels == ()
    assert ways_from(allowed).shut
    through = ways_from({**allowed, "JIWAR_SOCKS": "127.0.0.1:9050"})
    assert through.channels == ("push", "mail")
    assert through.proxy == Proxy("127.0.0.1", 9_050)
    assert not through.shut
    beside = ways_from({**allowed, "JIWAR_PUSH_PRIVATE": "1"})
    assert beside.channels == ("push",)


@pytest.mark.parametrize("wrong", ["9050", "127.0.0.1", "127.0.0.1:", "127.0.0.1:0", "127.0.0.1:x", ":9050"])
def test_proxy_that_makes_no_sense_is_refused(wrong: str) -> None:
    with pytest.raises(BadChoice):
        ways_from({"JIWAR_SOCKS": wrong})


@pytest.mark.parametrize(
    "wrong",
    [
        {"JIWAR_SMTP_FROM": ""},
        {"JIWAR_SMTP_FROM": "nobody"},
        {"JIWAR_SMTP_SECURITY": "maybe"},
        {"JIWAR_SMTP_PORT": "0"},
        {"JIWAR_SMTP_PORT": "x"},
    ],
)
def test_relay_that_makes_no_sense_is_refused(wrong: dict[str, str]) -> None:
    with pytest.raises(BadChoice):
        ways_from({"JIWAR_SMTP_HOST": "mail.example", "JIWAR_SMTP_FROM": "a@b.example", **wrong})
