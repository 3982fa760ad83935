"""Pages, forms and what the browser gets."""
