"""Tests of the fund."""
