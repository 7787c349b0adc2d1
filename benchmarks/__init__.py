"""Measurements, run by hand; their figures stand in docs/performance.md."""
