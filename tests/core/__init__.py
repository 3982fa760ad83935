"""Tests of the layers below the systems, by package."""
