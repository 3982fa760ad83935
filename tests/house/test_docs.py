"""What exists is written down: pages, commands, kinds of records and dependencies."""

import importlib
import pkgutil
import re
import subprocess
import sys

import pytest

import jiwar.systems
import jiwar.web
from jiwar.circles import model
from tests.house.project import ROOT, documents, text_of

REQUIREMENTS = ("build", "run", "dev", "lock")
SETTINGS = ("PORT", "JIWAR_DATA", "JIWAR_SECRET")


def _commands() -> list[str]:
    """Return the commands that `jiwar --help` names."""
    answer = subprocess.run([sys.executable, "-m", "jiwar", "--help"], capture_output=True, text=True, check=True)
    listed = re.search(r"\{([a-z,-]+)\}", answer.stdout)
    return listed.group(1).split(",") if listed else []


def _kinds() -> dict[str, str]:
    """Return every kind of record, with the module that defines it."""
    modules = [model.__name__]
    modules += [f"{system.name}.model" for system in pkgutil.iter_modules(jiwar.systems.__path__, "jiwar.systems.")]
    return {kind: name for name in modules for kind in importlib.import_module(name).KINDS}


def _page_names() -> set[str]:
    """Return the name of every page: what the page files of `web` list as their routes."""
    files = pkgutil.walk_packages(jiwar.web.__path__, "jiwar.web.")
    tables = (getattr(importlib.import_module(file.name), "ROUTES", ()) for file in files)
    return {page.name for table in tables for page in table}


def _required(name: str) -> list[str]:
    lines = text_of(ROOT / "requirements" / f"{name}.in").splitlines()
    return [re.split(r"[><=;\[ ]", line)[0] for line in lines if re.match(r"[a-z]", line)]


def test_every_page_is_among_the_features() -> None:
    features = text_of(ROOT / "docs" / "features.md")
    names = _page_names()
    assert {"home", "talk", "topic"} <= names
    assert sorted(name for name in names if f"`{name}`" not in features) == []


def test_every_command_is_described() -> None:
    commands = _commands()
    text = documents()
    assert {"run", "demo", "disk"} <= set(commands)
    assert [name for name in commands if f"jiwar {name}" not in text and f"make {name}" not in text] == []


def test_every_make_target_is_described() -> None:
    targets = re.findall(r"^([a-z]+):.*## (.+)", text_of(ROOT / "Makefile"), flags=re.MULTILINE)
    assert len(targets) >= 12
    assert [name for name, sentence in targets if len(sentence) < 10] == []


def test_every_setting_is_described() -> None:
    assert [name for name in SETTINGS if f"`{name}`" not in documents()] == []


def test_every_kind_of_record_is_in_the_protocol() -> None:
    protocol = text_of(ROOT / "spec" / "protocol.md")
    kinds = _kinds()
    assert len(set(kinds.values())) >= 3
    assert {kind: name for kind, name in kinds.items() if f"`{kind}`" not in protocol} == {}


@pytest.mark.parametrize("name", REQUIREMENTS)
def test_every_dependency_has_its_reason(name: str) -> None:
    reasons = text_of(ROOT / "docs" / "dependencies.md")
    required = _required(name)
    assert required
    assert [package for package in required if not re.search(rf"\b{re.escape(package)}\b", reasons)] == []


@pytest.mark.parametrize("name", REQUIREMENTS)
def test_every_locked_package_has_a_hash(name: str) -> None:
    lock = text_of(ROOT / "requirements" / f"{name}.txt")
    packages = re.split(r"^(?=[a-z])", lock, flags=re.MULTILINE)[1:]
    assert packages
    assert [package for package in packages if "==" not in package or "--hash=sha256:" not in package] == []


def test_the_readme_is_short() -> None:
    assert len(text_of(ROOT / "README.md").splitlines()) < 100


def test_every_link_in_the_documents_leads_somewhere() -> None:
    broken = []
    for file in [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "spec").rglob("*.md")]:
        for target in re.findall(r"\]\((?!https?:|#)([^)#\s]+)", text_of(file)):
            if not (file.parent / target).exists():
                broken.append(f"{file.relative_to(ROOT)}: {target}")
    assert broken == []
