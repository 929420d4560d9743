"""Every word on the pages. Templates name them: `{{ say(w.FOLDER) }}`. Pure."""

from __future__ import annotations

from ocrwatch.messages import Message, message
from ocrwatch.ports import FieldType

# ---------------------------------------------------------------- everywhere

SETTINGS = message("Settings")
WELCOME = message("Welcome to ocrwatch")
PURPOSE = message("Drop a scan into a folder; a row appears in your spreadsheet.")
SKIP = message("Skip to the content")
ENDED = message("ocrwatch has closed these pages. Open Settings again to go on.")
MEND = message("Please look at this first:")
BACK = message("Back")
NEXT = message("Next")
CANCEL = message("Cancel")
SAVE = message("Save")
OPTIONAL = message("(optional)")
NOT_FOUND = message("There is no such page.")
NO_ENTRY_TITLE = message("This page cannot be opened")
NO_ENTRY = message("The link was used already, or these pages were closed. Open Settings from ocrwatch again.")
OLD_PAGE = message("This page was out of date; nothing was changed. Here is what holds now.")

# ---------------------------------------------------------------- watched folders

SCANS = message("Your scans")
SCANS_LEAD = message("Choose where your scans arrive, what they are, and which spreadsheet they fill.")
FOLDERS = message("Watched folders")
FOLDER = message("Watched folder")
FOLDER_HINT = message("Scans that were read move to its subfolder done.")
CHOOSE = message("Choose…")
KIND = message("Document type")
LEDGER = message("Spreadsheet")
LEDGER_HINT = message("Each scan adds a row. It is made when there is none.")
SHEET = message("Sheet")
SHEET_HINT = message("Empty: named after the document type.")
COLUMNS = message("Columns")
COLUMNS_HINT = message("What is to be read from each scan. Each becomes a column of the spreadsheet.")
HEADINGS_HINT = message("Write another heading where your spreadsheet has one.")
FIELD = message("What to read")
TYPE = message("Kind of value")
HEADING = message("Heading")
MORE_COLUMNS = message("More columns")
ADD_FOLDER = message("Add another folder")
REMOVE_FOLDER = message("Stop watching this folder")
REMOVED_HINT = message("Scans, rows and files stay as they are.")
READ_ALL = message("Read them all")
READ_NEW = message("Only new ones")

KINDS = {
    "receipt": message("Receipts of shops and restaurants"),
    "receipt-items": message("Receipts with each item that was bought"),
    "invoice": message("Invoices between companies"),
    "china-invoice": message("Chinese invoices, fully digital ones included"),
    "train-ticket": message("Chinese train tickets"),
}
KIND_OWN = message("Something else: columns of my own")

TYPES: dict[FieldType, Message] = {
    "text": message("Text"),
    "amount": message("Amount of money"),
    "date": message("Date"),
    "datetime": message("Date and time"),
    "id": message("Number that stays as it is printed"),
    "integer": message("Whole number"),
    "items": message("Table of several lines"),
}


def kind(name: str) -> Message:
    """What a kind of a watched folder is called."""
    base, _, own = name.partition("+")
    if base in KINDS and own:
        return message("{kind}: columns of my own choice", kind=KINDS[base])
    return KINDS.get(base, KIND_OWN)


def folder_number(number: int) -> Message:
    """The heading above the watched folder."""
    return message("Folder {number}", number=number)


def files_are_here(count: int) -> Message:
    """What lies in a folder that was not watched before."""
    if count == 1:
        return message("1 file is here already: read it, or only new ones?")
    return message("{count} files are here already: read them all, or only new ones?", count=f"{count:,}")


# ---------------------------------------------------------------- who reads

READING = message("Who reads the scans")
READING_LEAD = message("Decide whether your scans stay on this computer.")
ON_THIS_COMPUTER = message("This computer")
ON_THIS_COMPUTER_HINT = message("No picture leaves it. Free of charge, slower, and less sure than a good service.")
NOT_READY = message("Not ready")
A_SERVICE = message("A reading service")
A_SERVICE_HINT = message("Faster and surer. Pictures of your scans are sent there; you need a key.")
ADDRESS = message("Address of the service")
ADDRESS_HINT = message("Any service that speaks OpenAI's chat completions, one of your own included.")
MODEL = message("Model")
KEY = message("Key")
KEY_HINT = message("It goes into the system's keyring, never into a file, and is not shown again.")
KEY_THERE = message("A key is in the keyring. Leave this empty to keep it.")
KEY_FROM_VARIABLE = message("The key comes from a variable of the environment, which is used in place of the keyring.")
KEY_FROM_FILE = message("The key comes from the file that the configuration names.")
REMOVE_KEY = message("Take the key out of the keyring")
KEY_KEPT = message("The key is kept in the system's keyring.")
KEY_REMOVED = message("The key was taken out of the keyring.")
STAYS_HERE = message("Pictures are read on this computer: none leaves it.")


def goes_to(host: str) -> Message:
    """Where pictures go."""
    return message("Pictures are sent to {host} to be read.", host=host)


# ---------------------------------------------------------------- trying

TRY = message("Try it on a picture")
TRY_LEAD = message("See what would be read from one of your scans. Nothing is recorded or moved.")
PICTURE = message("Picture or PDF")
FOLDER_TO_TRY = message("As if it arrived in")
READ_IT = message("Read it")
READ_SAMPLE = message("Read our sample")
READING_NOW = message("Reading… this can take half a minute.")
RESULT = message("This is what would be written:")
NO_PICTURE = message("Choose a picture or a PDF first.")


def row_number(number: int) -> Message:
    """One of several rows that a picture becomes."""
    return message("Row {number}", number=number)


# ---------------------------------------------------------------- the end of the first set-up

FINISH = message("Ready to start")
FINISH_LEAD = message("This is what ocrwatch will do:")
START_AT_LOGIN = message("Start when I log in")
START_AT_LOGIN_HINT = message("So that it is there whenever a scan arrives.")
START = message("Save and start")
DONE = message("All set")
RUNNING = message("ocrwatch is running.")
NOT_RUNNING = message("ocrwatch is not running.")
START_NOW = message("Start ocrwatch")
CLOSE_PAGE = message("You can close this page now.")


def drop_here(folder: str, ledger: str) -> Message:
    """What follows."""
    return message("Drop scans into {folder}; their rows appear in {ledger}.", folder=folder, ledger=ledger)


def summary_of(folder: str, kind: Message, ledger: str) -> Message:
    """What will be done with one watched folder."""
    text = "Watch {folder} ({kind}) and add a row for each scan to {ledger}."
    return message(text, folder=folder, kind=kind, ledger=ledger)


# ---------------------------------------------------------------- settings, advanced

LANGUAGE = message("Language")
AS_COMPUTER = message("As the computer")
LANGUAGES = {"en": "English", "zh_CN": "简体中文"}
"""Each by its own name: who cannot read the present one must find theirs."""
CHANGE = message("Change")
ADVANCED = message("Advanced")
ADVANCED_LEAD = message("The configuration file itself, with every setting. It is saved only when it is right.")
FILE = message("Configuration file")
GENERAL = message("General")
SAVED = message("Saved.")
SAVED_RUNNING = message("Saved. The running ocrwatch takes it over.")
UNUSABLE = message("The configuration file cannot be used as it is. Mend it here; until then, what held before holds.")
CHANGED_MEANWHILE = message(
    "The file was changed by another program meanwhile, and your text was not saved. Save once more to put yours in "
    "its place; the other is then kept as a backup."
)


def backup(path: str) -> Message:
    """Where the previous file is."""
    return message("The previous file is kept as {path}", path=path)


# ---------------------------------------------------------------- the folder chooser

CHOOSE_FOLDER = message("Choose a folder")
CHOOSE_LEDGER = message("Choose a spreadsheet, or the folder for a new one")
FOLDER_ABOVE = message("Folder above")
HOME = message("Home folder")
GO_TO = message("Go to")
NAMES = message("Folders here")
NO_FOLDERS = message("No folders are in here.")
WORKBOOKS = message("Spreadsheets here")
TAKE_FOLDER = message("Choose this folder")
NEW_FOLDER = message("New folder")
MAKE_FOLDER = message("Make it")
IS_CUT = message("There are more than are shown. Write the path by hand.")

# ---------------------------------------------------------------- what is wrong

NO_FOLDER = message("Name the folder to watch.")
NO_LEDGER = message("Name the spreadsheet.")
WHOLE_HOME = message("That is your whole home folder. Name a folder for scans alone.")
NO_COLUMNS = message("Name at least one thing to read.")
NO_ADDRESS = message("Name the address of the service.")
NO_MODEL = message("Name the model.")
LAST_FOLDER = message("At least one folder must be watched.")
EXISTING_OPEN = message("Say what is to become of the files that are here already.")


def is_a_file(path: str) -> Message:
    """In place of a folder."""
    return message("{path} is a file. Name a folder.", path=path)


def no_workbook(path: str) -> Message:
    """In place of a spreadsheet."""
    return message("{path} is no spreadsheet: its name must end in .xlsx, .xlsm or .csv.", path=path)


def at_folder(number: int, problem: Message) -> Message:
    """Which of several watched folders is meant."""
    return message("Folder {number}: {problem}", number=number, problem=problem)


def unexpected(name: str) -> Message:
    """A fault of the program."""
    return message("Something unexpected happened ({kind}). Nothing is lost.", kind=name)


LABELS = {
    "folder": FOLDER,
    "profile": KIND,
    "fields": COLUMNS,
    "headings": HEADING,
    "ledger": LEDGER,
    "sheet": SHEET,
    "base_url": ADDRESS,
    "model": MODEL,
}
"""What the page calls the settings of the configuration."""


def plainly(said: Message) -> Message:
    """A complaint about a draft without the file and line it would stand on, its setting named as on the page."""
    places = dict(said.places)
    if said.template in ("{file}, line {line}: {problem}", "{file}: {problem}"):
        problem = places["problem"]
        assert isinstance(problem, Message)
        return plainly(problem)
    if said.template == "{key} is not right: {reason}.":
        key, reason = str(places["key"]), places["reason"]
        return message("{key} is not right: {reason}.", key=LABELS.get(key, key), reason=reason)
    return said
