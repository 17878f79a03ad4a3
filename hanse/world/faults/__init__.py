"""Faults: a served company under kills, cut lines, full disks, jumping clocks and lying partners, and what must hold all the same."""
