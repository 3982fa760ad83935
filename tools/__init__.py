"""What keeps the project in order, beside the program itself."""
