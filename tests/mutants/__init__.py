"""Broken on purpose: each promise's test has to turn red under the mutations that it declares."""
