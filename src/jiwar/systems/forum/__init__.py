"""Topics with posts: written to be found again, a page at a time."""
