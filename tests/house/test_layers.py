"""The import contracts of pyproject.toml hold, and each of them breaks when somebody crosses it."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.house.project import ROOT

# Name of the crossing -> file that crosses, what it imports, the contract that has to notice.
CROSSINGS = {
    "a lower layer looks up": ("wire/crossing.py", "import jiwar.node", "Layers"),
    "keyring and store meet": ("keyring/crossing.py", "import jiwar.store.contract", "Layers"),
    "an unlisted package": ("drawer.py", "", "Layers"),
    "systems know each other": (
        "systems/left/__init__.py",
        "import jiwar.systems.right",
        "Systems do not know",
    ),
    "the store opens seals": ("store/crossing.py", "import jiwar.crypto.sealing", "The store is blind"),
    "a primitive outside crypto": ("log/crossing.py", "import hashlib", "Only crypto touches primitives"),
    "HTTP below the web": ("circles/crossing.py", "import starlette", "Only web knows HTTP"),
    "words in the core": ("log/crossing.py", "import jiwar.i18n", "Codes inside, words at the edge"),
}


def _lint_imports(folder: Path) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(folder / "src")}
    command = [str(Path(sys.executable).with_name("lint-imports")), "--no-logo", "--no-cache"]
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """Return a copy of the project that a test may spoil."""
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    ignored = shutil.ignore_patterns("__pycache__", "locale", "templates", "*.txt", "*.toml")
    shutil.copytree(ROOT / "src", tmp_path / "src", ignore=ignored)
    return tmp_path


def test_every_contract_holds() -> None:
    answer = _lint_imports(ROOT)
    assert answer.returncode == 0, answer.stdout + answer.stderr
    assert "0 broken" in answer.stdout


@pytest.mark.parametrize(("file", "line", "contract"), CROSSINGS.values(), ids=CROSSINGS.keys())
def test_crossing_a_boundary_breaks_its_contract(copy: Path, file: str, line: str, contract: str) -> None:
    crossing = copy / "src" / "jiwar" / file
    crossing.parent.mkdir(parents=True, exist_ok=True)
    crossing.write_text(f'"""Crosses a boundary on purpose."""\n{line}\n')
    if "right" in line:
        (copy / "src/jiwar/systems/right").mkdir()
        (copy / "src/jiwar/systems/right/__init__.py").touch()
    answer = _lint_imports(copy)
    assert answer.returncode != 0
    assert contract in answer.stdout.split("Broken contracts")[-1], answer.stdout + answer.stderr
