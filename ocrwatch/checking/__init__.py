"""From what a reader saw to typed, checked rows. Never guesses, never fills a default.

checker.py        RowChecker: a reading → rows (the port)
  values.py       one field's text → its typed value, or the text and why          pure
    amounts.py, currencies.py, numerals.py · dates.py, calendars.py · identifiers.py
    evidence.py   what the rest of the page tells about an ambiguous value          pure
    printed.py    the characters of paper: full width, spaces, unread marks         pure
  rules.py        what must hold between the fields of a row                        pure
  item_rules.py   a table's lines, typed, and what does not add up                  pure
  buyers.py       is the buyer the one the watched folder is for?                   pure
"""
