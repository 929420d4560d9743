"""What an answer that is no completion means, by status and body."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocrwatch.errors import LineError
from ocrwatch.reading.completions import Received
from ocrwatch.reading.failures import Failure, body_said, error_of, failure, shown
from tests.endpoint_server import JSON


def body(code: JSON, text: str, kind: str = "") -> str:
    """An error body of the usual shape."""
    return json.dumps({"error": {"message": text, "type": kind, "param": None, "code": code}}, ensure_ascii=False)


@pytest.mark.parametrize(
    ("status", "sent", "expected"),
    [
        (401, "", Failure.KEY),
        (401, body("", "Invalid Token (request id: 1)"), Failure.KEY),
        (400, '{"code": "InvalidApiKey", "message": "Invalid API-key provided.", "request_id": "1"}', Failure.KEY),
        (200, body("invalid_api_key", "Incorrect API key provided"), Failure.KEY),
        (401, body("", "该令牌额度已用尽"), Failure.CREDIT),
        (402, "", Failure.CREDIT),
        (403, body("insufficient_user_quota", "用户额度不足"), Failure.CREDIT),
        (403, body("quota_not_enough", "no"), Failure.CREDIT),
        (403, body("pre_consume_token_quota_failed", "no"), Failure.CREDIT),
        (400, '{"code": "Arrearage", "message": "Access denied, please make sure your account is in good standing."}', Failure.CREDIT),
        (403, body("AllocationQuota.FreeTierOnly", "The free tier of the model has been exhausted."), Failure.CREDIT),
        (403, body("insufficient_quota", "no"), Failure.CREDIT),
        (403, "<html>blocked</html>", Failure.DENIED),
        (404, body("model_not_found", "The model `x` does not exist"), Failure.MODEL),
        (404, body(None, 'model "x" not found, try pulling it first', "not_found_error"), Failure.MODEL),
        (404, '{"detail": "Not Found"}', Failure.MODEL),
        (404, body("", "Invalid URL (POST /chat/completions)"), Failure.MODEL),
        (404, body(404, "No endpoints found that support image input"), Failure.MODEL),
        (500, body(500, "image input is not supported - hint: you may need to provide the mmproj"), Failure.MODEL),
        (503, body("", "There are no channels available for model x"), Failure.MODEL),
        (503, body("", "当前分组 default 下对于模型 x 无可用渠道"), Failure.MODEL),
        (400, '{"code": 20012, "message": "Model does not exist. Please check it carefully.", "data": null}', Failure.MODEL),
        (429, "", Failure.THROTTLED),
        (429, body("limit_requests", "You exceeded your current requests limit"), Failure.THROTTLED),
        (429, body("limit_burst_rate", "Request rate increased too quickly"), Failure.THROTTLED),
        (429, body("", "当前分组上游负载已饱和，请稍后再试"), Failure.THROTTLED),
        (500, body("", "当前分组上游负载已饱和，请稍后再试"), Failure.THROTTLED),
        (503, body(None, "server busy, please try again.  maximum pending requests exceeded"), Failure.THROTTLED),
        (429, body("insufficient_quota", "You exceeded your current quota"), Failure.QUOTA),
        (400, body("data_inspection_failed", "Input data may contain inappropriate content."), Failure.MODERATED),
        (400, '{"code": "DataInspectionFailed", "message": "Input image data may contain bad things"}', Failure.MODERATED),
        (400, body("invalid_parameter_error", "The image format is illegal and cannot be opened"), Failure.PICTURE),
        (400, body("invalid_parameter_error", "The image length and width do not meet the model restrictions."), Failure.PICTURE),
        (400, body("", "Exceeded limit on max bytes per data-uri item : 10485760"), Failure.PICTURE),
        (400, body("", "Range of input length should be [1, 30000]"), Failure.PICTURE),
        (413, "<html>413 Request Entity Too Large</html>", Failure.PICTURE),
        (500, body("", "Failed to load image or audio file"), Failure.PICTURE),
        (400, body("", "Failed to download multimodal content"), Failure.DOWNLOAD),
        (400, '{"code": "InvalidParameter.DataInspection", "message": "Unable to download the media resource during the data inspection process."}', Failure.DOWNLOAD),
        (400, '{"error": "\'url\' field must be a base64 encoded image."}', Failure.DOWNLOAD),
        (400, body("unknown_parameter", "Unknown parameter: 'messages[0].content[0].min_pixels'."), Failure.FIELDS),
        (422, '{"detail": [{"type": "extra_forbidden", "msg": "Extra inputs are not permitted"}]}', Failure.FIELDS),
        (400, body("bad_request", "Bad Request"), Failure.UNEXPLAINED),
        (400, body("", "image_url must come first", "invalid_request_error"), Failure.UNEXPLAINED),
        (400, "", Failure.UNEXPLAINED),
        (422, "no JSON", Failure.UNEXPLAINED),
        (418, "", Failure.UNEXPLAINED),
        (408, "", Failure.TROUBLE),
        (500, "<html>", Failure.TROUBLE),
        (502, "", Failure.TROUBLE),
        (503, body(None, "overloaded"), Failure.TROUBLE),
        (504, "upstream timed out", Failure.TROUBLE),
        (524, "", Failure.TROUBLE),
        (200, "", Failure.TROUBLE),
        (200, "nonsense", Failure.TROUBLE),
        (200, body(502, "Provider returned error"), Failure.TROUBLE),
        (200, body(429, "Provider returned error"), Failure.THROTTLED),
        (200, body("429", "Provider returned error"), Failure.THROTTLED),
        (200, body(402, "This request requires more credits"), Failure.CREDIT),
        (200, '{"choices": [{"error": {"code": 503, "message": "down"}, "message": {"content": ""}}]}', Failure.TROUBLE),
        (200, '{"error": "Model not found"}', Failure.MODEL),
        (200, "<!DOCTYPE html><html>login</html>", Failure.ELSEWHERE),
        (200, "\n<html lang=zh>", Failure.ELSEWHERE),
        (302, "", Failure.ELSEWHERE),
        (407, "", Failure.ELSEWHERE),
        (511, "", Failure.ELSEWHERE),
    ],
)  # fmt: skip
def test_status_and_words_tell_the_failure(status: int, sent: str, expected: Failure) -> None:
    """Every line of the contract's table, and what gateways and other servers make of it."""
    assert failure(status, sent) is expected


def test_the_shown_reason_holds_no_key_and_no_picture() -> None:
    """Servers repeat keys and pieces of the request: they are never shown."""
    said = body_said(body("", f"Key sk-abc123 or my*secret is wrong.\n{'QUJD' * 30} {'long ' * 60}"))
    text = shown(said, "my*secret")
    assert "abc123" not in text
    assert "secret" not in text
    assert "QUJD" not in text
    assert "\n" not in text
    assert len(text) <= 160


@given(st.integers(100, 599), st.text(max_size=200) | st.recursive(
    st.none() | st.integers() | st.text(max_size=10),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(st.sampled_from(["error", "message", "code", "type", "choices", "detail", "id"]), inner, max_size=4),
).map(json.dumps))  # fmt: skip
def test_every_answer_becomes_an_error_of_the_line(status: int, sent: str) -> None:
    """Whatever a server sends has a meaning and a message."""
    received = Received(status=status, body=sent)
    error = error_of(failure(status, sent), received, name="a.jpg", host="h", key="k", after_seconds=5)
    assert isinstance(error, LineError)
    assert "{" not in str(error.message.template.format_map(dict.fromkeys(("host", "name", "reason", "status"), "")))
