"""A hub for communities that have to be careful: it keeps what people write and cannot read it."""
