"""Measurements of a running hub against floors and against itself, as ratios from one run: `python -m bench`."""
