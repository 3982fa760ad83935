"""One file a primitive; all labels in one file."""
