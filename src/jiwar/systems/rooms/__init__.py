"""Rooms: short talk that disappears by itself."""
