"""Make `python -m jiwar` the same as `jiwar`."""

from jiwar.cli.main import main

if __name__ == "__main__":
    raise SystemExit(main())
