"""The contract over three SQLite files: accounts.db, shelves.db, boxes.db."""
