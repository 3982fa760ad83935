"""What the commands say, as transcripts: every file of tests/cli/transcripts is played in an empty folder.

    # A sentence about what follows.
    $ jiwar disk nowhere
    There is no hub in nowhere.
    [2]

- After `$` stands a line for the shell; below it everything that it prints, then its exit code if that is not 0.
- A command that ends in ` ^C` is interrupted as soon as it has printed what is expected.
- Empty lines don't count. `…` stands for any characters; alone on a line, for any number of lines. Ports, codes and
  dates are written as PORT, CODE and DATE. The first line `(slow)` marks a file.
"""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

TRANSCRIPTS = sorted((Path(__file__).parent / "transcripts").glob("*.txt"))
PATIENCE = 600
"""Seconds that one command may take."""


@dataclass
class Step:
    """One command and what it is expected to print."""

    line: int
    command: str
    expected: list[str] = field(default_factory=list)
    code: int = 0

    @property
    def interrupted(self) -> bool:
        return self.command.endswith(" ^C")


def steps(text: str) -> Iterator[Step]:
    """Read a transcript."""
    step: Step | None = None
    for number, line in enumerate(text.splitlines(), 1):
        if line.startswith("$ "):
            if step:
                yield step
            step = Step(number, line[2:])
        elif step and (code := re.fullmatch(r"\[(\d+)\]", line)):
            step.code = int(code.group(1))
        elif step and line and not line.startswith("# "):
            step.expected.append(line)
    if step:
        yield step


def pattern(expected: list[str]) -> re.Pattern[str]:
    """What the whole output has to match."""
    lines = [
        r"(?:.*\n)*?" if line == "…" else re.escape(line).replace("…", ".*").replace(r"\…", ".*") + r"\n"
        for line in expected
    ]
    return re.compile("".join(lines))


def normal(said: str, port: int) -> str:
    """Output with what differs from run to run put into words."""
    said = said.replace(f"127.0.0.1:{port}", "127.0.0.1:PORT")
    said = re.sub(r"/[a-z2-7]{26}\b", "/CODE", said)
    return re.sub(r"\b20\d\d-\d\d-\d\d\b", "DATE", said)


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


def _run(step: Step, folder: Path) -> tuple[str, int]:
    """What a command prints, and its exit code."""
    port = _free_port()
    environment = {
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        "PORT": str(port),
        "COLUMNS": "100",
        "LC_ALL": "C.UTF-8",
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    command = ["sh", "-c", "exec " + step.command.removesuffix(" ^C") if step.interrupted else step.command]
    with subprocess.Popen(
        command, cwd=folder, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:
        too_long = threading.Timer(PATIENCE, process.kill)
        too_long.start()
        try:
            said = _listen(process, step, port)
        finally:
            too_long.cancel()
    return said, process.returncode


def _listen(process: subprocess.Popen[str], step: Step, port: int) -> str:
    """Everything that is printed; interrupts when what is expected has come."""
    said, told = "", False
    if process.stdout is None:
        raise TypeError("the output has to come through a pipe")
    for line in process.stdout:
        said += normal(line, port) if line.strip() else ""
        if step.interrupted and not told and pattern(step.expected).fullmatch(said):
            process.send_signal(signal.SIGINT)
            told = True
    return said


@pytest.mark.parametrize(
    "path",
    [
        pytest.param(path, id=path.stem, marks=[pytest.mark.slow] if path.read_text().startswith("(slow)") else [])
        for path in TRANSCRIPTS
    ],
)
def test_commands_say_what_the_transcript_says(path: Path, tmp_path: Path) -> None:
    for step in steps(path.read_text("utf-8")):
        said, code = _run(step, tmp_path)
        shown = f"{path.name}:{step.line}: $ {step.command}\n{said}[{code}]"
        if code != step.code or not pattern(step.expected).fullmatch(said):
            pytest.fail(shown)


def test_there_are_transcripts_of_every_command() -> None:
    played = {
        name for path in TRANSCRIPTS for name in re.findall(r"^\$.*\bjiwar (\w+)", path.read_text(), re.MULTILINE)
    }
    assert played >= {"run", "demo", "disk"}


@pytest.mark.parametrize(
    ("expected", "said", "fits"),
    [
        (["one", "…", "four"], "one\ntwo\nthree\nfour\n", True),
        (["one …", "two"], "one and a half\ntwo\n", True),
        (["one"], "one\ntwo\n", False),
        (["a.b"], "axb\n", False),
        (["one", "two"], "one\n", False),
    ],
)
def test_what_is_expected_is_held_against_all_that_is_said(expected: list[str], said: str, fits: bool) -> None:
    assert bool(pattern(expected).fullmatch(said)) == fits
