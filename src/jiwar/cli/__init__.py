"""Commands for the person who runs a hub."""
