"""The line at work: threads, the queue, pause and resume, rescans, health.

service.py     the threads, and how they start and stop
threads.py     threads that do not fall over
line.py        where they meet: documents handed on, waits, the pause
schedule.py    which document is next (pure)
intake.py      from files in folders to documents on the line
pausing.py     when reading stands still, and when it may be tried (pure)
status.py      the frozen snapshot that everybody renders
orders.py      what commands ask of a running daemon
recovery.py    a damaged journal rebuilt from the ledgers and the folders
"""
