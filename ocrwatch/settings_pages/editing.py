"""What the first set-up and the settings have in common: folders, who reads, the key, trying a picture."""

from __future__ import annotations

import shutil
import tempfile
from dataclasses import replace
from pathlib import Path, PurePath
from urllib.parse import urlencode

from starlette.responses import Response

from ocrwatch.errors import OcrwatchError, UsageError
from ocrwatch.settings_pages import words
from ocrwatch.settings_pages.desk import Choosing, Desk, Trial
from ocrwatch.settings_pages.draft import Draft
from ocrwatch.settings_pages.folders import listing, made, nearest, starts
from ocrwatch.settings_pages.form import draft_of, fresh_watched, place_in
from ocrwatch.settings_pages.problems import Problem, of_folders, of_reading
from ocrwatch.settings_pages.rendering import page
from ocrwatch.settings_pages.requests import Submitted


def draft_on(desk: Desk) -> Draft:
    """The draft; begun where there is none yet. Only where the configuration can be used."""
    if desk.draft is None:
        desk.take_up(desk.present())
    assert desk.draft is not None
    return desk.draft


def write_on(desk: Desk, submitted: Submitted) -> Draft:
    """Take what the page shows into the draft."""
    desk.draft = draft_of(submitted.values, draft_on(desk))
    return desk.draft


def put_in_force(desk: Desk, submitted: Submitted, draft: Draft) -> None:
    """Write the configuration, make its folders, and start at login or not, as the page says. Raises OcrwatchError."""
    outside = desk.outside
    outside.configuration.save(draft)
    outside.computer.make(draft)
    if outside.login is not None:
        outside.login.turn("login" in submitted.values)


def edit_folders(desk: Desk, submitted: Submitted, back: str) -> str | None:
    """Where to go on after a button of the watched folders; None where it was none of theirs."""
    draft = draft_on(desk)
    place = submitted.number
    match submitted.do:
        case "add":
            desk.draft = replace(draft, watched=(*draft.watched, fresh_watched(draft)))
            desk.changed()
            return f"{back}#w{len(draft.watched)}"
        case "remove" if 0 <= place < len(draft.watched):
            if len(draft.watched) == 1:
                desk.complain(Problem(said=words.LAST_FOLDER))
            else:
                desk.draft = draft.without(place)
                desk.changed()
            return back
        case "rows" if 0 <= place < len(draft.watched):
            return f"{back}{'&' if '?' in back else '?'}rows={place}#w{place}-columns"
        case "choose":
            desk.choosing = Choosing(field=submitted.place, back=back)
            return "/folders?" + urlencode({"at": submitted.values.get(submitted.place, "")})
        case "look":
            return back
        case _:
            return None


def check_folders(desk: Desk) -> bool:
    """Whether the watched folders can be as they are on the page; complains where not."""
    draft = draft_on(desk)
    found = list(of_folders(draft))
    if not found:
        for place, watched in enumerate(draft.watched):
            if watched.was is None and not watched.existing and desk.outside.computer.files_in(watched.folder):
                found.append(Problem(field=f"w{place}.existing", said=words.EXISTING_OPEN))
    desk.complain(*found)
    return not found and is_accepted(desk)


def check_reading(desk: Desk) -> bool:
    """Whether who reads can be as it is on the page; complains where not."""
    draft = draft_on(desk)
    found = list(of_reading(draft))
    present = desk.present()
    was_local = not present.is_first and present.draft is not None and present.draft.engine == "local"
    if draft.engine == "local" and not was_local and (problem := desk.outside.trying.local_problem()) is not None:
        found.append(Problem(field="engine-local", said=problem))
    desk.complain(*found)
    return not found


def is_accepted(desk: Desk) -> bool:
    """Whether the configuration may be as it is on the page; complains where not."""
    try:
        desk.outside.configuration.check(draft_on(desk))
    except OcrwatchError as error:
        desk.complain_of(error)
        return False
    return True


def files_by_folder(desk: Desk) -> dict[int, int]:
    """By place: how many files lie in the watched folders that are new."""
    draft = draft_on(desk)
    computer = desk.outside.computer
    return {
        place: computer.files_in(watched.folder)
        for place, watched in enumerate(draft.watched)
        if watched.was is None and watched.folder
    }


# ---------------------------------------------------------------- the key


def keep_key(desk: Desk, submitted: Submitted) -> bool:
    """Hand a key that was typed in on to the keyring; False where that failed, which is complained of."""
    key = submitted.values.get("key", "").strip()
    draft = draft_on(desk)
    if not key or draft.engine != "endpoint":
        return True
    try:
        desk.outside.keys.keep(draft, key)
    except OcrwatchError as error:
        desk.complain_of(error, "key")
        return False
    desk.said.append(words.KEY_KEPT)
    return True


def forget_key(desk: Desk) -> None:
    """Take it out of the keyring."""
    try:
        desk.outside.keys.forget(draft_on(desk))
    except OcrwatchError as error:
        desk.complain_of(error, "key")
    else:
        desk.said.append(words.KEY_REMOVED)


# ---------------------------------------------------------------- trying a picture


def try_picture(desk: Desk, submitted: Submitted) -> None:
    """Read a picture as the draft says; the rows are shown on the next page."""
    draft = draft_on(desk)
    which = place_in(submitted.values.get("which", "")) or 0
    watched = draft.watched[min(which, len(draft.watched) - 1)]
    trying = desk.outside.trying
    with tempfile.TemporaryDirectory(prefix="ocrwatch-") as folder:
        if submitted.do == "sample":
            picture = trying.sample(watched)
            name = picture.name if picture else ""
        else:
            picture = _stored(submitted, Path(folder))
            name = PurePath(submitted.file_name).name
        if picture is None:
            desk.complain(Problem(field="picture", said=words.NO_PICTURE))
            return
        try:
            desk.trial = Trial(name=name, rows=trying.read(draft, watched, picture))
        except OcrwatchError as error:
            desk.complain_of(error, "picture")


def _stored(submitted: Submitted, folder: Path) -> Path | None:
    """The picture as a file: what opens pictures wants one. Its name is not the sender's to choose."""
    if submitted.file is None:
        return None
    path = folder / "picture"
    with path.open("wb") as file:
        shutil.copyfileobj(submitted.file, file)
    return path


# ---------------------------------------------------------------- the folder chooser


def show_chooser(desk: Desk, query: dict[str, str]) -> Response:
    """The names in a folder."""
    at = nearest(query.get("at", ""))
    try:
        found = listing(at)
    except UsageError as error:
        desk.complain(Problem(said=error.message))
        found = listing(Path.home())
    return page(desk, "folders", {"listing": found, "starts": tuple(starts()), "choosing": desk.choosing})


def take_from_chooser(desk: Desk, submitted: Submitted) -> str:
    """A folder was chosen, or is to be made."""
    choosing, at = desk.choosing, submitted.values.get("at", "")
    if choosing is None:
        return "/"
    match submitted.do:
        case "make":
            try:
                at = str(made(nearest(at), submitted.values.get("name", "")))
            except UsageError as error:
                desk.complain(Problem(field="name", said=error.message))
            return "/folders?" + urlencode({"at": at})
        case "take":
            _put(desk, choosing, submitted.place or at)
    desk.choosing = None
    return f"{choosing.back}#{choosing.field}"


def _put(desk: Desk, choosing: Choosing, path: str) -> None:
    """The path that was chosen, into the draft; a folder for a spreadsheet keeps the spreadsheet's name."""
    draft = draft_on(desk)
    place, _, name = choosing.field.removeprefix("w").partition(".")
    number = place_in(place)
    if number is None or number >= len(draft.watched):
        return
    watched = draft.watched[number]
    if name == "ledger":
        before = PurePath(watched.ledger).name or "Ledger.xlsx"
        path = str(Path(path) / before) if Path(path).is_dir() else path
        desk.draft = draft.with_watched(number, replace(watched, ledger=path))
    elif name == "folder":
        desk.draft = draft.with_watched(number, replace(watched, folder=path))
