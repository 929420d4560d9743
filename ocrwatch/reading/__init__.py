"""Reading: what is printed on a document's pages, as display text by field name.

embedded.py      `EmbeddedReader`, in front of both: what an e-invoice's own data says, over
meanings.py      the fields that it fills (pure)

At the service
  endpoint.py      `EndpointReader`: one request a page, stored before it is used; start here
  prompts.py       what is asked, in two wordings (pure)
  requests.py      the request of one page (pure)
  connection.py    HTTP: bounded, trusted by the system's store, every fault an error of the line
  completions.py   the envelope of an answer (pure)
  failures.py      what an answer that is no completion means (pure)
  gate.py          how many may ask now, over
  throttle.py      the same as data (pure)
  probing.py       what the list of models tells `doctor` (pure)

What it answered, all pure
  answers.py       from the model's text to entries, over
  item_lines.py    the lines of tables,
  loose_json.py    JSON as models write it,
  field_keys.py    the keys that mean a field,
  loops.py         and repetition
  merging.py       several pages as one reading

On this computer
  local.py         `LocalReader`
  recognition.py   the engine, in the child process
  lines.py         its lines of print, straightened, in rows (pure)
  finder.py        the fields among them; finder_*.py are its parts (pure)
  finder_items.py  the items of a receipt, where they add up (pure)
"""
