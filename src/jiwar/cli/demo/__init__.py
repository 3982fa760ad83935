"""The demo: a made-up community, played into a fresh hub through the same code that people's own acts go through."""
