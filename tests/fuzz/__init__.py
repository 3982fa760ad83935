"""Fuzzing: any bytes, into everything that reads bytes which somebody else wrote.

`targets` says what is read and what has to hold, `seeds` where the search begins, `search` does it. `make fuzz`
searches for as long as it is told; `test_fuzz.py` for a few seconds each.
"""
