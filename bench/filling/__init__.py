"""Data folders to measure on: a community founded through the real code, and many posts sealed like any other."""
