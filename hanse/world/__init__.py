"""world: a seeded, simulated trading world that drives the real operations on a simulated clock."""
