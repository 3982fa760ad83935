"""The blind stores, against one contract."""
