"""Tests, laid out as the package is; `house` holds the rules of the project itself."""
