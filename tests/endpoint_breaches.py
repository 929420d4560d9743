"""The contract of a request: what of it a client broke."""

from __future__ import annotations

import base64
import io
import re
from collections.abc import Mapping

from tests.endpoint_replies import JSON, Asked

_DATA_URL = re.compile(r"data:(image/[a-z]+);base64,([A-Za-z0-9+/]+={0,2})")
_PART_KEYS = {"image_url": {"type", "image_url"}, "text": {"type", "text"}}


def breaches(asked: Asked) -> list[str]:
    """What in the request is not as the contract says."""
    found = []
    if asked.path != "/v1/chat/completions":
        found.append(f"path {asked.path}")
    if not asked.headers.get("content-type", "").startswith("application/json"):
        found.append("the content type is not JSON")
    if not re.fullmatch(r"Bearer \S+", asked.headers.get("authorization", "Bearer none")):
        found.append("the authorization is no bearer")
    if set(asked.body) != {"model", "messages"}:
        found.append(f"fields {sorted(asked.body)}")
    parts = parts_of(asked.body)
    if [part.get("type") for part in parts] != ["image_url", "text"]:
        return [*found, "not one user message with one image, then one text"]
    picture, text = parts
    if set(text) != _PART_KEYS["text"] or not str(text.get("text", "")).strip():
        found.append("the text part")
    if set(picture) - {"min_pixels", "max_pixels"} != _PART_KEYS["image_url"]:
        found.append(f"keys of the image part {sorted(picture)}")
    low, high = picture.get("min_pixels", 3072), picture.get("max_pixels", 8388608)
    if not (isinstance(low, int) and isinstance(high, int) and 3072 <= low <= high <= 30720000):
        found.append(f"pixel fields {low}, {high}")
    for url in asked.image_urls:
        found.extend(_breaches_of_url(url))
    return found


def _breaches_of_url(url: str) -> list[str]:
    if re.match(r"https?://", url):
        return []
    match = _DATA_URL.fullmatch(url)
    if match is None:
        return [f"no data URL: {url[:40]}"]
    found = ["more than 10 MiB of base64"] if len(match[2]) > 10485760 else []
    from PIL import Image

    try:
        with Image.open(io.BytesIO(base64.b64decode(match[2], validate=True))) as image:
            kind, (width, height) = str(image.get_format_mimetype()), image.size
            turned = image.getexif().get(0x0112, 1) != 1
    except (OSError, ValueError):
        return [*found, "no picture"]
    if kind != match[1]:
        found.append(f"{kind} is called {match[1]}")
    if min(width, height) < 11 or max(width, height) > 200 * min(width, height) or width * height > 15_680_000:
        found.append(f"size {width} x {height}")
    if kind not in ("image/jpeg", "image/png") and width * height > 3840 * 2160:
        found.append(f"{kind} of {width} x {height}")
    if turned:
        found.append("the picture is not upright")
    return found


def parts_of(body: Mapping[str, JSON]) -> list[dict[str, JSON]]:
    """The parts of the only user message; none when there is not just one."""
    match body.get("messages"):
        case [{"role": "user", "content": [*parts]}]:
            return [part for part in parts if isinstance(part, dict)]
    return []


def unknown_part_keys(body: Mapping[str, JSON]) -> list[str]:
    return sorted(key for part in parts_of(body) for key in part.keys() - _PART_KEYS.get(str(part.get("type")), set()))
