"""Seal, append, open, verify and fold records: joins keyring and store."""
