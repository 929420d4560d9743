"""What is sent to the service: one page, one question, as the endpoint's contract says.

One `user` message with the image first. `min_pixels` and `max_pixels` are siblings of `image_url`; nothing else that is
optional is sent (the vendor advises to keep the defaults, and other servers refuse what they do not know).

Pure: no clock, disk, thread, network or log.
"""

from __future__ import annotations

import base64
import hashlib
import ipaddress
import json
import math
from dataclasses import dataclass

from ocrwatch.messages import JSON
from ocrwatch.ports import Picture, PictureLimits

MOST_PIXELS = 15_680_000
"""Of a picture that the service takes, whatever `max_pixels` says: half of a request's tokens, so each page fits."""

MOST_INPUT_TOKENS = 30_000
"""Of one request, picture and question together."""

_TAKE_PIXEL_FIELDS = ("dmxapi.cn", "dmxapi.com", "aliyuncs.com")
_SMALLER = PictureLimits(max_pixels=2_000_000, max_bytes=1_500_000, kinds=("image/jpeg",))


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One request. `image` names the image (its bytes' SHA-256, or its address), `url` is where it is to be found.

    `pixels`: the values of `min_pixels` and `max_pixels`, None to send neither.
    """

    model: str
    prompt: str
    image: str
    url: str
    pixels: tuple[int, int] | None

    @property
    def key(self) -> str:
        """The SHA-256 of all that the answer depends on, hex: the name under which it is stored."""
        parts: JSON = [self.model, self.prompt, self.image, list(self.pixels) if self.pixels else None]
        return hashlib.sha256(json.dumps(parts).encode("ascii")).hexdigest()

    def body(self) -> bytes:
        """The request's body."""
        picture: dict[str, JSON] = {"type": "image_url", "image_url": {"url": self.url}}
        if self.pixels is not None:
            picture |= {"min_pixels": self.pixels[0], "max_pixels": self.pixels[1]}
        content: list[JSON] = [picture, {"type": "text", "text": self.prompt}]
        body: JSON = {"model": self.model, "messages": [{"role": "user", "content": content}]}
        return json.dumps(body).encode("ascii")


def data_url(picture: Picture) -> str:
    """The bytes of `picture` as an address; llama.cpp wants exactly this form."""
    return f"data:{picture.kind};base64,{base64.b64encode(picture.data).decode('ascii')}"


def picture_tokens(width_px: int, height_px: int) -> int:
    """What a picture costs of a request: the service makes both sides multiples of 32 pixels, at least 32."""
    width, height = (max(32, 32 * math.ceil(side / 32)) for side in (width_px, height_px))
    return width * height // 1024 + 2


def takes_pixel_fields(host: str) -> bool:
    """Whether the service at `host` is known to know `min_pixels` and `max_pixels`."""
    return any(host == known or host.endswith(f".{known}") for known in _TAKE_PIXEL_FIELDS)


def smaller_limits(picture: Picture) -> PictureLimits:
    """Limits that `picture`, which was refused, exceeds for certain, so that it is made anew: smaller, a plain JPEG."""
    pixels = min(_SMALLER.max_pixels, picture.width_px * picture.height_px * 2 // 3)
    return PictureLimits(max_pixels=max(1, pixels), max_bytes=_SMALLER.max_bytes, kinds=_SMALLER.kinds)


def is_private(host: str) -> bool:
    """Whether `host` is this computer or one of a home or office network, which no proxy leads to."""
    if host == "localhost" or host.endswith((".localhost", ".local", ".lan", ".internal")):
        return True
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return "." not in host
    return address.is_private or address.is_loopback
