"""Blind bytes: the contract and what fulfils it. Opens nothing."""
