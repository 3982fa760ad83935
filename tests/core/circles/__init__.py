"""Circles: rules, rotations, ways in and out."""
