"""The settings in the browser: the first set-up, and every later change. A process of its own, on this computer alone.

draft.py       what a person has on the page: plain values                                      pure
outside.py     what the pages need of the program: small Protocols; the commands bring them
words.py       every word on the pages                                                          pure
form.py        from a submitted form to a draft                                                 pure
problems.py    what is wrong on a page, each at its field
folders.py     the folder chooser: reads names, makes a folder
guard.py       who may come in: token, cookie, Host, Origin; the headers of every answer
life.py        when it ends by itself
desk.py        what is on the desk of the one person in front of it, between two pages
rendering.py   from a template to a page
requests.py    from a request to a page, its form checked
editing.py     folders, key, trying a picture: what both of the next have in common
first_run.py   the first set-up
changing.py    the settings again, and the file itself
routes.py      all pages on one application
serving.py     the server, and how another `ocrwatch settings` finds it

Rules
  1. Nothing is loaded from elsewhere, nothing is sent elsewhere, and no other site can make the browser act here.
  2. Every page works without JavaScript; `assets/page.js` adds comfort, and tells that the page is still open.
  3. A key is taken in and handed on to the keyring. It is never kept, never on a page, never in an error.
  4. The configuration is not known here: values come and go through `outside.py`.
"""
