"""What makes it a program of a desktop.

instance.py    one daemon for each state folder
autostart/     run at login
ending.py      signals, and the end of the session
alert.py       the last way to be heard: a window of the system's own
"""
