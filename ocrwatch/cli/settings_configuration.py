"""The configuration file as the settings' pages see it: from the file to a draft, and from a draft to the file."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from hashlib import sha256
from pathlib import Path

from ocrwatch.cli.settings_drafts import (
    HAS_HEADINGS,
    Raw,
    draft_of,
    engine_of,
    kinds,
    locked_in,
    profile_of_kind,
    proposal,
    tables_of,
    usual_type,
)
from ocrwatch.config.editing import InboxEdit, Part, Values, edited
from ocrwatch.config.layers import Origin
from ocrwatch.config.loading import Loaded, load_text, text_of
from ocrwatch.config.secrets import key_place, resolve_engine
from ocrwatch.config.settings import Settings
from ocrwatch.config.starting import Choices, configuration_text
from ocrwatch.config.toml_text import Plain
from ocrwatch.config.writing import write
from ocrwatch.errors import ConfigurationError
from ocrwatch.locales import renderer
from ocrwatch.settings_pages.draft import Column, Draft, Watched
from ocrwatch.settings_pages.outside import Present


class ConfigurationFile:
    """Implements the pages' `Configuration`."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def present(self) -> Present:
        """As it is now."""
        is_first = not self.path.exists()
        text = ""
        try:
            text = "" if is_first else text_of(self.path)
            found = load_text(self.path, text)
        except ConfigurationError as error:
            return self._present(text, trouble=error, stamp="" if text else self._bytes_stamp())
        draft = proposal(found) if is_first else draft_of(found, tomllib.loads(text))
        return self._present(text, draft=draft, found=found, is_first=is_first)

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
        text = self._text(draft) if draft is not None else text_of(self.path) if self.path.exists() else ""
        return load_text(self.path, text).settings

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
        text: str,
        *,
        draft: Draft | None = None,
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
            warnings=(*found.warnings, *found.notices) if found else (),
            kinds=kinds(),
            has_headings=HAS_HEADINGS,
            locked=locked_in(found) if found else {},
        )

    def _text(self, draft: Draft) -> str:
        """The file's text as it would be with `draft`. Raises ConfigurationError."""
        if not self.path.exists():
            return _first_text(draft, load_text(self.path, ""))
        text = text_of(self.path)
        found = load_text(self.path, text)
        change = _Change(draft, found, tomllib.loads(text))
        text_now = change.text(text, "" if draft.engine == change.before.engine else draft.engine)
        settings = load_text(self.path, text_now).settings
        # "auto" means one or the other by key and address: what the page says must hold
        if resolve_engine(settings, key_present=bool(key_place(settings))) != draft.engine:
            return change.text(text, draft.engine)
        return text_now


class _Change:
    """What of `draft` differs from what holds, and may be changed in the person's file `raw`."""

    def __init__(self, draft: Draft, found: Loaded, raw: Raw) -> None:
        self.before = draft_of(found, raw)
        self._draft = draft
        self._raw = raw
        self._locked = locked_in(found)

    def text(self, text: str, engine: str) -> str:
        """`text` with it; `engine` "" leaves who reads."""
        before, draft = self.before, self._draft
        return edited(
            text,
            top=self._differing({"language": (before.language, draft.language)}, ""),
            tables={
                "reader": self._differing({"engine": ("", engine)}, "reader."),
                "endpoint": self._differing(
                    {"base_url": (before.base_url, draft.base_url), "model": (before.model, draft.model)}, "endpoint."
                ),
            },
            inboxes=self._inboxes(),
        )

    def _differing(self, values: Mapping[str, tuple[str, str]], table: str) -> Values:
        return {name: now for name, (was, now) in values.items() if now != was and f"{table}{name}" not in self._locked}

    def _inboxes(self) -> Sequence[InboxEdit] | None:
        if "inbox" in self._locked or self._draft.watched == self.before.watched:
            return None
        return [_inbox_edit(each, self.before, self._raw) for each in self._draft.watched]


def _first_text(draft: Draft, found: Loaded) -> str:
    """The first configuration; what this computer's file says already, it need not say again."""
    locked, usual = locked_in(found), found.settings.endpoint
    first = draft.watched[0]
    is_said = found.origin("reader.engine") is Origin.SITE and draft.engine == engine_of(found.settings)
    choices = Choices(
        folder=first.folder,
        ledger=first.ledger,
        profile=profile_of_kind(first.kind),
        engine="" if is_said or "reader.engine" in locked else draft.engine,
        base_url="" if "endpoint.base_url" in locked or draft.base_url == usual.base_url else draft.base_url,
        model="" if "endpoint.model" in locked or draft.model == usual.model else draft.model,
        language=draft.language,
        existing=first.existing or "ask",
    )
    text = configuration_text(choices, renderer(draft.language))
    is_said = found.origin("inbox") is Origin.SITE and draft.watched == proposal(found).watched
    inboxes = [] if is_said or "inbox" in locked else [_first_edit(*each) for each in enumerate(draft.watched)]
    return edited(text, top={}, tables={}, inboxes=inboxes)


# ---------------------------------------------------------------- to the file


def _first_edit(place: int, watched: Watched) -> InboxEdit:
    """The first watched folder stands in the new file already."""
    return InboxEdit(was=0 if place == 0 else None, values=_all_values(watched), fields=_parts(watched, ()))


def _inbox_edit(watched: Watched, before: Draft, raw: Raw) -> InboxEdit:
    if watched.was is None:
        return InboxEdit(was=None, values=_all_values(watched), fields=_parts(watched, ()))
    old = before.watched[watched.was]
    table = tables_of(raw)[watched.was]
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
        values["profile"] = profile_of_kind(watched.kind) or None
    if not watched.has_own_columns:
        if old.has_own_columns:
            values["fields"] = None
        return InboxEdit(was=watched.was, values=values)
    there = table.get("fields")
    return InboxEdit(was=watched.was, values=values, fields=_parts(watched, there if isinstance(there, list) else ()))


def _all_values(watched: Watched) -> Values:
    return {
        "folder": watched.folder,
        "profile": profile_of_kind(watched.kind) or None,
        "ledger": watched.ledger,
        "sheet": watched.sheet or None,
        "headings": dict(watched.headings) or None,
        "existing": watched.existing or None,
    }


def _parts(watched: Watched, there: Sequence[object]) -> tuple[Part, ...] | None:
    """The columns of the person's own as the file has them; what else a field's table says stays."""
    if not watched.has_own_columns:
        return None
    return tuple(_part(profile_of_kind(watched.kind), column, there) for column in watched.columns)


def _part(profile: str, column: Column, there: Sequence[object]) -> Part:
    was = column.was if column.was is not None and column.was < len(there) else None
    old = there[was] if was is not None else None
    usual = usual_type(profile, column.name)
    if isinstance(old, dict):
        value: dict[str, Plain] = {**old, "name": column.name}
        if column.type != old.get("type", usual):
            value["type"] = column.type
        return Part(was=was, value=value)
    return Part(was=was, value=column.name if column.type == usual else {"name": column.name, "type": column.type})
