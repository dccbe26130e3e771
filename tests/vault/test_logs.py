"""Log lines are one form for hub and libraries, and carry no secret."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator

import pytest
import structlog

from hub.logs import set_up_logs


@pytest.fixture(autouse=True)
def put_back() -> Iterator[None]:
    root = logging.getLogger()
    before = (root.level, list(root.handlers))
    yield
    structlog.reset_defaults()
    root.setLevel(before[0])
    root.handlers = before[1]


def lines(stream: io.StringIO) -> list[dict[str, object]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_a_machine_reads_json_from_hub_and_libraries_alike() -> None:
    stream = io.StringIO()
    set_up_logs("info", stream=stream)
    structlog.get_logger().info("payment_sent", reference="7K2M9QX4TB")
    logging.getLogger("uvicorn.error").warning("took %s s", 3)
    structlog.get_logger().debug("too quiet")
    ours, theirs = lines(stream)
    assert (ours["event"], ours["reference"], ours["level"]) == ("payment_sent", "7K2M9QX4TB", "info")
    assert (theirs["event"], theirs["logger"], theirs["level"]) == ("took 3 s", "uvicorn.error", "warning")


def test_a_person_reads_text() -> None:
    stream = io.StringIO()
    set_up_logs("info", stream=stream, as_json=False)
    structlog.get_logger().info("payment_sent", token="canary")
    assert "payment_sent" in stream.getvalue()
    assert "canary" not in stream.getvalue()


def test_setting_up_twice_does_not_write_twice() -> None:
    stream = io.StringIO()
    set_up_logs("info", stream=stream)
    set_up_logs("info", stream=stream)
    logging.getLogger("x").warning("once")
    assert len(lines(stream)) == 1


def test_addresses_that_carry_tokens_are_not_logged_by_the_client() -> None:
    stream = io.StringIO()
    set_up_logs("debug", stream=stream)
    logging.getLogger("httpx").info("HTTP Request: GET https://hub/s/canary")
    logging.getLogger("uvicorn.access").info("GET /s/canary")
    assert stream.getvalue() == ""


@pytest.mark.parametrize(
    "values",
    [
        {"token": "canary"},
        {"api_key": "canary"},
        {"headers": {"Authorization": "canary", "X-Api-Key": "canary"}},
        {"settings": {"a": "canary"}},
        {"steps": [{"body": "canary"}]},
        {"link-token": "canary"},
        {"smtp_password": "canary"},
        {"note": "sent with Bearer canary-canary"},
        {"raw_bytes": b"canary"},
        {"client_secret": "canary", "_signature": "canary"},
    ],
)
@pytest.mark.parametrize("as_json", [True, False])
def test_no_secret_gets_through_by_its_name(values: dict[str, object], as_json: bool) -> None:
    stream = io.StringIO()
    set_up_logs("debug", stream=stream, as_json=as_json)
    structlog.get_logger().info("event", **values)
    assert "event" in stream.getvalue()
    assert "canary" not in stream.getvalue()


def test_a_traceback_shows_no_local_variables() -> None:
    stream = io.StringIO()
    set_up_logs("debug", stream=stream)
    try:
        local = "can" + "ary"
        raise RuntimeError(len(local))
    except RuntimeError:
        structlog.get_logger().exception("failed")
        logging.getLogger("x").exception("failed")
    assert "Traceback" in stream.getvalue()
    assert "canary" not in stream.getvalue()


class Full(io.StringIO):
    """A file on a disk without room."""

    def write(self, text: str) -> int:
        raise OSError(28, "No space left on device")


def test_a_full_disk_stops_nobody_who_writes_a_line() -> None:
    set_up_logs("info", stream=Full(), as_json=True)

    structlog.get_logger().info("payment_sent", reference="7K2M9QX4TB")


def test_control_a_stream_as_it_is_breaks_whoever_writes_a_line() -> None:
    with pytest.raises(OSError, match="No space left"):
        structlog.WriteLoggerFactory(Full())().info("payment_sent")
