"""Canonical bytes and frames."""
