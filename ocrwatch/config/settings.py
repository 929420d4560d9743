"""Every setting, its default, and what is allowed. An empty file is valid.

Paths come out absolute (`places.py`). What only makes sense together is checked in `together.py`.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, StrictBool, StrictInt, ValidationInfo, field_validator

from ocrwatch.config import paths
from ocrwatch.config.keys import every_key
from ocrwatch.config.misfit import Misfit
from ocrwatch.config.places import AbsolutePath, FolderPattern
from ocrwatch.config.profiles import FieldData, built_in, profile
from ocrwatch.filing.templates import EXTRA, parsed, unknown_places
from ocrwatch.ledger.layout import heading_key
from ocrwatch.ledger.volumes import MonthOf
from ocrwatch.messages import Message, message
from ocrwatch.ports import Field as LineField
from ocrwatch.ports import cell_fields

RESERVED = ("Folder", "Check", "File", "Received", "Pages", "Engine", "Document ID")
"""The ledger's own columns: no field may be named so."""

_ID_COLUMN = RESERVED[-1:]

_SHEETS = {
    "train-ticket": "Tickets",
    "receipt": "Receipts",
    "receipt-items": "Receipts",
    "invoice": "Invoices",
    "china-invoice": "Invoices",
}
_USUAL_PROFILE = "receipt"
_LONGEST_HEADER = 255
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


class _Table(BaseModel):
    model_config = ConfigDict(
        extra="forbid", frozen=True, validate_default=True, str_strip_whitespace=True, allow_inf_nan=False
    )


class Reader(_Table):
    """Who reads the pictures."""

    engine: Literal["auto", "endpoint", "local"] = "auto"


class Endpoint(_Table):
    """The reading service."""

    base_url: str = "https://www.dmxapi.cn/v1"
    model: str = Field(default="qwen-vl-ocr-latest", min_length=1)
    timeout_seconds: float = Field(default=310, gt=0, le=3600, strict=True)
    concurrency: Literal["auto"] | Annotated[StrictInt, Field(ge=1, le=64)] = "auto"
    min_pixels: StrictInt = Field(default=3072, ge=3072, le=15_680_000)
    max_pixels: StrictInt = Field(default=8_388_608, ge=3072, le=30_720_000)
    pixel_fields: Literal["auto"] | StrictBool = "auto"
    api_key_file: AbsolutePath | None = None

    @field_validator("base_url")
    @classmethod
    def _is_base(cls, value: str) -> str:
        if not _names_server(value):
            raise Misfit(message("it must begin with https:// (http:// for a server of your own) and name the server"))
        parts = urlsplit(value)
        if parts.username is not None or parts.query or parts.fragment:
            raise Misfit(message("it is an address alone, without user name, password, ? or #"))
        if parts.path.rstrip("/").endswith("/chat/completions"):
            raise Misfit(message("leave out /chat/completions at its end"))
        return value.rstrip("/")


class Notifications(_Table):
    """What is told beside the icon."""

    done: StrictBool = True
    failed: StrictBool = True
    doubtful: StrictBool = True
    paused: StrictBool = True
    waiting: StrictBool = True


class Buyer(_Table):
    """Whom the invoices of a watched folder are for."""

    name: str = ""
    tax_id: str = ""

    @field_validator("tax_id")
    @classmethod
    def _has_its_check_digit(cls, value: str) -> str:
        from stdnum.cn import uscc

        plain = unicodedata.normalize("NFKC", value).replace(" ", "").upper()
        if re.fullmatch("[0-9A-Z]{18}", plain) and not uscc.is_valid(plain):
            raise Misfit(message("its check digit does not fit: compare it with the business licence"))
        return plain


class Inbox(_Table):
    """A watched folder, what its scans are, and where their rows go."""

    folder: AbsolutePath = Path("~/OCRWatch/Receipts")
    profile: str = ""
    fields: tuple[FieldData, ...] | None = None
    prompt: str | None = Field(default=None, min_length=1)
    ledger: AbsolutePath = Path("~/OCRWatch/Ledger.xlsx")
    template: AbsolutePath | None = None
    month_of: MonthOf = "received"
    sheet: str = ""
    headings: dict[str, str] = Field(default_factory=dict)
    own_columns: tuple[str, ...] | None = None
    done: FolderPattern = "done"
    failed: FolderPattern = "failed"
    settle_seconds: float = Field(default=1.0, ge=0, le=600, strict=True)
    give_up_seconds: float = Field(default=3600, ge=1, strict=True)
    date_order: Literal["auto", "DMY", "MDY", "YMD"] = "auto"
    watch: Literal["auto", "native", "poll"] = "auto"
    recursive: StrictBool = False
    after: Literal["move", "keep"] = "move"
    name: str = ""
    pages: Literal["auto", "together", "each"] = "auto"
    existing: Literal["ask", "read", "skip"] = "ask"
    buyer: Buyer | None = None

    @field_validator("profile")
    @classmethod
    def _is_built_in(cls, value: str) -> str:
        if value and value not in built_in():
            choices = ", ".join(f'"{name}"' for name in built_in())
            raise Misfit(message("choose one of {choices}", choices=choices))
        return value

    @field_validator("fields")
    @classmethod
    def _are_columns(cls, value: tuple[FieldData, ...] | None, info: ValidationInfo) -> tuple[FieldData, ...] | None:
        if value is None:
            return None
        _check_names(value, RESERVED)
        base = built_in().get(info.data.get("profile") or "")
        known = {field.name: field for field in base.fields} if base else {}
        tables = [(data, field) for data in value if (field := data.field(known.get(data.name))).type == "items"]
        if len(tables) == len(value):
            raise Misfit(message("name at least one field that is no table: it makes the document's row"))
        for data, field in tables:
            _check_table(data, field)
        if stray := next((each for each in value if each.fields and each.type not in (None, "items")), None):
            raise Misfit(message('only a field of type "items" has fields of its own: {field}', field=stray.name))
        return value

    @field_validator("ledger")
    @classmethod
    def _is_workbook(cls, value: Path) -> Path:
        if value.suffix.lower() not in (".xlsx", ".xlsm", ".csv"):
            raise Misfit(message("its name must end in .xlsx, .xlsm or .csv"))
        text = str(value)
        if re.search(r"[{}]", re.sub(r"\{(?:year|month|folder)\}", "", text)):
            raise Misfit(message("only {{year}}, {{month}} and {{folder}} may stand in braces"))
        if "{month}" in text and "{year}" not in text:
            raise Misfit(message("{{month}} needs {{year}} beside it, or the rows of two years would meet"))
        return value

    @field_validator("name")
    @classmethod
    def _is_name_template(cls, value: str, info: ValidationInfo) -> str:
        template = parsed(value)
        if template is None:
            raise Misfit(message("its braces do not pair: each field's name stands in {{ and }}"))
        if re.search(r'[\\/<>:"|?*\x00-\x1f\x7f]', "".join(template.literals)):
            raise Misfit(message('it is a name, not a path, and holds none of \\ / < > : " | ? *'))
        if value and not template.places:
            raise Misfit(message("name at least one field in braces, or all scans would have one name"))
        named, own = info.data.get("profile"), info.data.get("fields")
        if named or own:  # else a workbook that is there may tell the fields: `ensure_name` looks then
            said = unknown_place(value, profile(named or "", own, None).fields)
            if said is not None:
                raise Misfit(said)
        return value

    @field_validator("template")
    @classmethod
    def _is_of_one_kind(cls, value: Path | None, info: ValidationInfo) -> Path | None:
        ledger = info.data.get("ledger")
        if value is None or ledger is None:
            return value
        if ledger.suffix.lower() == ".csv":
            raise Misfit(message("a CSV file has no template"))
        if value.suffix.lower() != ledger.suffix.lower():
            raise Misfit(message("its name must end in {suffix}, as that of the spreadsheet", suffix=ledger.suffix))
        if value == ledger:
            raise Misfit(message("it is the spreadsheet itself: name another file"))
        return value

    @field_validator("headings")
    @classmethod
    def _are_headings(cls, value: dict[str, str]) -> dict[str, str]:
        for heading in value.values():
            if not heading or len(heading) > _LONGEST_HEADER or _CONTROL.search(heading):
                raise Misfit(message("a heading is one line of at most {count} characters", count=_LONGEST_HEADER))
            if heading_key(heading) in map(heading_key, RESERVED):
                raise Misfit(message("{heading} is a column of ocrwatch's own: choose another", heading=heading))
        return value

    @field_validator("own_columns")
    @classmethod
    def _are_own(cls, value: tuple[str, ...] | None) -> tuple[str, ...] | None:
        known = {heading_key(name): name for name in RESERVED}
        if value is None or all(heading_key(name) in known for name in value):
            return value and tuple(dict.fromkeys(known[heading_key(name)] for name in value))
        raise Misfit(message("choose among {choices}", choices=", ".join(f'"{name}"' for name in RESERVED)))

    @field_validator("sheet")
    @classmethod
    def _is_sheet_name(cls, value: str) -> str:
        is_fit = len(value) <= 31 and not re.search(r"[\[\]:*?/\\\x00-\x1f]|^'|'$", value)
        if not is_fit or value.casefold() == "history":  # Excel keeps that name for itself
            raise Misfit(message("Excel allows 31 characters in a sheet's name, and none of [ ] : * ? / \\"))
        return value

    def asks_headings(self) -> bool:
        """Whether the headings of a ledger or template that is there tell the fields."""
        return not self.profile and self.fields is None and not self.headings

    def leaves_open(self) -> bool:
        """Whether a workbook that is there may tell its sheet or its fields."""
        return not self.sheet or self.asks_headings()

    def profile_name(self) -> str:
        """The built-in profile in force, "" where the fields are all the person's own."""
        return self.profile or ("" if self.fields else _USUAL_PROFILE)

    def sheet_name(self) -> str:
        """The sheet in force."""
        return self.sheet or _SHEETS.get(self.profile_name(), "Scans")


class Settings(_Table):
    """The whole configuration."""

    state_dir: AbsolutePath = Field(default_factory=paths.default_state)
    language: Literal["auto", "en", "zh_CN"] = "auto"
    pause_on_battery: StrictBool = False
    locked: tuple[str, ...] | None = None
    reader: Reader = Field(default_factory=Reader)
    endpoint: Endpoint = Field(default_factory=Endpoint)
    notifications: Notifications = Field(default_factory=Notifications)
    inbox: tuple[Inbox, ...] = Field(default_factory=lambda: (Inbox(profile="receipt"),), min_length=1)

    @field_validator("locked")
    @classmethod
    def _are_settings(cls, value: tuple[str, ...] | None) -> tuple[str, ...] | None:
        if value is None:
            return None
        known = [key for key in (*cls.model_fields, *every_key(cls())) if key != "locked"]
        for name in value:
            if name.startswith("inbox."):
                raise Misfit(message('watched folders are locked all together: "inbox"'))
            if name not in known:
                raise Misfit(message("there is no setting {name}", name=_nearest(name, known)))
        return value


def unknown_place(name: str, fields: Sequence[LineField]) -> Message | None:
    """What is wrong with the template `name` for scans with `fields`."""
    template, known = parsed(name), [field.name for field in cell_fields(fields)]
    unknown = unknown_places(template, known) if template is not None else []
    return message("there is no field {name}", name=_nearest(unknown[0], [*known, *EXTRA])) if unknown else None


def _nearest(name: str, known: Sequence[str]) -> Message | str:
    """`name`, with what it may be meant for."""
    from rapidfuzz import fuzz, process

    guess = process.extractOne(name, known, scorer=fuzz.ratio, score_cutoff=70.0)
    return name if guess is None else message("{name} (did you mean {guess}?)", name=name, guess=guess[0])


def _check_names(fields: tuple[FieldData, ...], reserved: tuple[str, ...]) -> None:
    """Raises Misfit where `fields` cannot be the columns of one sheet."""
    names = [unicodedata.normalize("NFKC", field.name).strip().casefold() for field in fields]
    if not names or "" in names:
        raise Misfit(message("name at least one field, each with a text"))
    for field, name in zip(fields, names, strict=True):
        if names.count(name) > 1:
            raise Misfit(message("the field {field} is named twice", field=field.name))
        if name in (each.casefold() for each in reserved):
            raise Misfit(message("{field} is a column of ocrwatch's own: choose another name", field=field.name))
        if len(field.name) > _LONGEST_HEADER or _CONTROL.search(field.name):
            raise Misfit(message("a field's name is one line of at most {count} characters", count=_LONGEST_HEADER))


def _check_table(data: FieldData, field: LineField) -> None:
    """Raises Misfit where the field of type `items` is none that can be."""
    if not field.fields:
        text = 'say which fields each line of {field} has: fields = ["name", {{name = "price", type = "amount"}}]'
        raise Misfit(message(text, field=field.name))
    if data.fields is not None:
        _check_names(data.fields, _ID_COLUMN)
    for each in field.fields:
        if each.type == "items":
            raise Misfit(message("a table cannot hold another one: {field}", field=each.name))
        if each.unique:
            raise Misfit(message("unique is for fields of the document, not of its lines: {field}", field=each.name))


def _names_server(address: str) -> bool:
    try:
        parts = urlsplit(address)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and (parts.port or 443) > 0
    except ValueError:  # a port that is no number, a bracket that does not close
        return False
