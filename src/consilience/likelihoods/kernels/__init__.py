"""Lattices, and the compiled loops over them; whoever needs a loop imports it late."""
