"""What makes it a program of a desktop.

instance.py    one daemon for each state folder
"""
