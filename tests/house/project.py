"""Where the project's own files are, and how to read them: what the house tests look at."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "src" / "jiwar"


def tracked_files() -> Iterator[Path]:
    """Yield every file that is under version control, or would be with the next commit."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(command, cwd=ROOT, check=True, capture_output=True).stdout.decode().split("\0")
    yield from (ROOT / name for name in sorted(set(names)) if name and (ROOT / name).is_file())


def text_of(file: Path) -> str:
    """Return the file's text; what is no text reads as nothing."""
    try:
        return file.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return ""


def here(file: Path) -> str:
    """Return the file's place in the project."""
    return file.relative_to(ROOT).as_posix()


def documents() -> str:
    """Return everything that is written for a reader: README and docs."""
    return "\n".join(text_of(file) for file in [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))])
