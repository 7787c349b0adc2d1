"""Platforms, laws and resources: facts in files, one file each."""
