"""Canonical bytes: encode and decode, no secrets, no I/O."""
