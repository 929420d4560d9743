"""The configuration file as the settings' pages see it: from the file to a draft, and from a draft to the file."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from hashlib import sha256
from pathlib import Path

from ocrwatch.config.editing import InboxEdit, Part, Values, edited
from ocrwatch.config.loading import Loaded, load_text, text_of
from ocrwatch.config.profiles import FieldData, built_in
from ocrwatch.config.secrets import key_place, resolve_engine
from ocrwatch.config.settings import Inbox, Settings
from ocrwatch.config.starting import Choices, configuration_text
from ocrwatch.config.toml_text import Plain
from ocrwatch.config.writing import write
from ocrwatch.errors import ConfigurationError
from ocrwatch.locales import renderer
from ocrwatch.ports import Field, FieldType
from ocrwatch.settings_pages.draft import OWN, OWN_SUFFIX, Column, Draft, Kind, Watched
from ocrwatch.settings_pages.outside import Present

_ORDER = ("receipt", "invoice", "train-ticket")
_USUAL = Path("~/OCRWatch")
Raw = Mapping[str, object]


class ConfigurationFile:
    """Implements the pages' `Configuration`."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def present(self) -> Present:
        """As it is now."""
        if not self.path.exists():
            return self._present(text="", draft=_proposal(), is_first=True)
        text = ""
        try:
            text = text_of(self.path)
            found = load_text(self.path, text)
        except ConfigurationError as error:
            stamp = "" if text else self._bytes_stamp()
            return self._present(text=text, draft=None, trouble=error, stamp=stamp)
        return self._present(text=text, draft=_draft(found.settings, tomllib.loads(text)), found=found)

    def check(self, draft: Draft) -> None:
        """Raises ConfigurationError."""
        load_text(self.path, self._text(draft))

    def save(self, draft: Draft) -> None:
        """Raises ConfigurationError."""
        self.save_text(self._text(draft))

    def save_text(self, text: str) -> None:
        """Raises ConfigurationError; the file is then as it was."""
        load_text(self.path, text)
        if not self.path.exists() or text != self._old_text():
            write(self.path, text)

    def settings(self, draft: Draft | None = None) -> Settings:
        """In force, or as they would be with `draft`. Raises ConfigurationError."""
        if draft is not None:
            return load_text(self.path, self._text(draft)).settings
        return load_text(self.path, text_of(self.path)).settings if self.path.exists() else Settings()

    # ------------------------------------------------------------

    def _old_text(self) -> str | None:
        try:
            return text_of(self.path)
        except ConfigurationError:
            return None

    def _bytes_stamp(self) -> str:
        try:
            return sha256(self.path.read_bytes()).hexdigest()[:16]
        except OSError:
            return "unreadable"

    def _present(
        self,
        *,
        text: str,
        draft: Draft | None,
        is_first: bool = False,
        trouble: ConfigurationError | None = None,
        found: Loaded | None = None,
        stamp: str = "",
    ) -> Present:
        return Present(
            path=self.path,
            text=text,
            stamp=stamp or sha256(text.encode()).hexdigest()[:16],
            is_first=is_first,
            draft=draft,
            trouble=trouble.message if trouble else None,
            warnings=found.warnings if found else (),
            kinds=_kinds(),
            has_headings=HAS_HEADINGS,
            locked=locked(found),
        )

    def _text(self, draft: Draft) -> str:
        """The file's text as it would be with `draft`. Raises ConfigurationError."""
        if not self.path.exists():
            text = configuration_text(_choices(draft), renderer(draft.language))
            before: Draft | None = None
        else:
            text = text_of(self.path)
            before = _draft(load_text(self.path, text).settings, tomllib.loads(text))
        raw = tomllib.loads(text)
        endpoint: dict[str, Plain | None] = {}
        if draft.base_url != (before.base_url if before else Settings().endpoint.base_url):
            endpoint["base_url"] = draft.base_url
        if draft.model != (before.model if before else Settings().endpoint.model):
            endpoint["model"] = draft.model
        inboxes = [
            _inbox_edit(each, before, raw) if before else _first_edit(place, each)
            for place, each in enumerate(draft.watched)
        ]
        top: Values = {"language": draft.language} if before and draft.language != before.language else {}

        def with_engine(engine: str | None) -> str:
            tables: dict[str, Values] = {"reader": {"engine": engine} if engine else {}, "endpoint": endpoint}
            return edited(text, top=top, tables=tables, inboxes=inboxes)

        text_now = with_engine(None if before is None or draft.engine == before.engine else draft.engine)
        settings = load_text(self.path, text_now).settings
        # "auto" means one or the other by key and address: what the page says must hold
        if resolve_engine(settings, key_present=bool(key_place(settings))) != draft.engine:
            return with_engine(draft.engine)
        return text_now


HAS_HEADINGS = "headings" in Inbox.model_fields
"""Whether a column may be called otherwise than its field."""


def locked(found: Loaded | None) -> frozenset[str]:
    """The settings that an administrator has set for everybody: shown, and not to be changed here."""
    return frozenset()


# ---------------------------------------------------------------- from the file


def _proposal() -> Draft:
    from ocrwatch.reading.local import missing

    home = _USUAL.expanduser()
    usual = Settings().endpoint
    return Draft(
        engine="local" if missing() is None else "endpoint",
        base_url=usual.base_url,
        model=usual.model,
        watched=(Watched(folder=str(home / "Scans"), kind="receipt", ledger=str(home / "Ledger.xlsx")),),
    )


def _draft(settings: Settings, raw: Raw) -> Draft:
    tables = _tables(raw)
    return Draft(
        language=settings.language,
        engine=resolve_engine(settings, key_present=bool(key_place(settings))),
        base_url=settings.endpoint.base_url,
        model=settings.endpoint.model,
        watched=tuple(
            _watched(inbox, tables[place] if place < len(tables) else {}, place if place < len(tables) else None)
            for place, inbox in enumerate(settings.inbox)
        ),
    )


def _watched(inbox: Inbox, raw: Raw, was: int | None) -> Watched:
    profile = inbox.profile_name()
    own = inbox.fields is not None
    headings = raw.get("headings")
    return Watched(
        was=was,
        folder=str(raw.get("folder", inbox.folder)),
        kind=(f"{profile}{OWN_SUFFIX}" if profile else OWN) if own else profile,
        columns=_columns(profile, inbox.fields or ()),
        headings=tuple((str(name), str(said)) for name, said in headings.items()) if isinstance(headings, dict) else (),
        ledger=str(raw.get("ledger", inbox.ledger)),
        sheet=inbox.sheet,
        existing="" if inbox.existing == "ask" else inbox.existing,
    )


def _columns(profile: str, fields: Sequence[FieldData]) -> tuple[Column, ...]:
    return tuple(
        Column(was=place, name=field.name, type=_usual_type(profile, field.name) if field.type is None else field.type)
        for place, field in enumerate(fields)
    )


def _kinds() -> tuple[Kind, ...]:
    order = [*_ORDER, *(name for name in built_in() if name not in _ORDER)]
    return tuple(
        Kind(
            name=name,
            columns=tuple(Column(name=field.name, type=field.type) for field in built_in()[name].fields),
        )
        for name in order
    )


def _tables(raw: Raw) -> list[Raw]:
    inboxes = raw.get("inbox")
    return [each for each in inboxes if isinstance(each, dict)] if isinstance(inboxes, list) else []


# ---------------------------------------------------------------- to the file


def _choices(draft: Draft) -> Choices:
    first = draft.watched[0]
    usual = Settings().endpoint
    return Choices(
        folder=first.folder,
        ledger=first.ledger,
        profile=_profile(first.kind),
        engine=draft.engine,
        base_url="" if draft.base_url == usual.base_url else draft.base_url,
        language=draft.language,
        existing=first.existing or "ask",
    )


def _first_edit(place: int, watched: Watched) -> InboxEdit:
    """The first watched folder stands in the new file already."""
    return InboxEdit(was=0 if place == 0 else None, values=_all_values(watched), fields=_parts(watched, ()))


def _inbox_edit(watched: Watched, before: Draft, raw: Raw) -> InboxEdit:
    if watched.was is None:
        return InboxEdit(was=None, values=_all_values(watched), fields=_parts(watched, ()))
    old = before.watched[watched.was]
    table = _tables(raw)[watched.was]
    values: dict[str, Plain | None] = {}
    if watched.folder != old.folder:
        values["folder"] = watched.folder
    if watched.ledger != old.ledger:
        values["ledger"] = watched.ledger
    if watched.sheet != old.sheet:
        values["sheet"] = watched.sheet or None
    if watched.headings != old.headings:
        values["headings"] = dict(watched.headings) or None
    if watched.kind == old.kind and watched.columns == old.columns:
        return InboxEdit(was=watched.was, values=values)
    if watched.kind != old.kind:
        values["profile"] = _profile(watched.kind) or None
    if not watched.has_own_columns:
        if old.has_own_columns:
            values["fields"] = None
        return InboxEdit(was=watched.was, values=values)
    there = table.get("fields")
    return InboxEdit(was=watched.was, values=values, fields=_parts(watched, there if isinstance(there, list) else ()))


def _all_values(watched: Watched) -> Values:
    return {
        "folder": watched.folder,
        "profile": _profile(watched.kind) or None,
        "ledger": watched.ledger,
        "sheet": watched.sheet or None,
        "headings": dict(watched.headings) or None,
        "existing": watched.existing or None,
    }


def _parts(watched: Watched, there: Sequence[object]) -> tuple[Part, ...] | None:
    """The columns of the person's own as the file has them; what else a field's table says stays."""
    if not watched.has_own_columns:
        return None
    return tuple(_part(_profile(watched.kind), column, there) for column in watched.columns)


def _part(profile: str, column: Column, there: Sequence[object]) -> Part:
    was = column.was if column.was is not None and column.was < len(there) else None
    old = there[was] if was is not None else None
    usual = _usual_type(profile, column.name)
    if isinstance(old, dict):
        value: dict[str, Plain] = {**old, "name": column.name}
        if column.type != old.get("type", usual):
            value["type"] = column.type
        return Part(was=was, value=value)
    return Part(was=was, value=column.name if column.type == usual else {"name": column.name, "type": column.type})


def _usual_type(profile: str, name: str) -> FieldType:
    """The type of a field of which nothing is said but its name."""
    base = built_in().get(profile)
    return next((field.type for field in (base.fields if base else ()) if field.name == name), Field(name=name).type)


def _profile(kind: str) -> str:
    return "" if kind == OWN else kind.removesuffix(OWN_SUFFIX)
