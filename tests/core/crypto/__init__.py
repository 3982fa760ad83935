"""One primitive a file."""
