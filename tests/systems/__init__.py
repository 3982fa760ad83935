"""The systems, over a memory store and the real circles."""
