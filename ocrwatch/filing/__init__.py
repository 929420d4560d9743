"""Moves scans to their final place.

naming.py    names that every file system takes (pure)
moving.py    reserving a name, moving onto it, and what a crash left in between
filer.py     where an inbox's scans go
"""
