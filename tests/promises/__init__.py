"""The promises, each with the mutations that turn it red (`python -m tests.mutants`)."""
