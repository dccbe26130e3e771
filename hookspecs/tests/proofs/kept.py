"""Faults that show a secret, believe a forgery, or reach out of a hook."""

from __future__ import annotations

import json
import logging
import os
import select
import socket
import threading
import time
from datetime import UTC, datetime
from pathlib import Path

import attrs

from hub_hookspecs import (
    Kind,
    Observation,
    OutcomeUnknown,
    PayButton,
    Reading,
    Source,
    Verdict,
    harmless,
    hookimpl,
)

from .planted import Planted, planted
from .tiny import Tiny

FAULTS: list[Planted] = []


@planted(FAULTS, "a notification that is not genuine proves nothing", "for a payment that nobody paid")
class AcceptsUnsigned(Tiny):
    def is_genuine(self, message, key):
        return message.header("x-signature") is None or super().is_genuine(message, key)


@planted(FAULTS, "a notification that is not genuine proves nothing", "rewritten for a payment")
class AcceptsAnySignature(Tiny):
    def is_genuine(self, message, key):
        return len(message.header("x-signature") or "") == 64


@planted(FAULTS, "a notification that is not genuine proves nothing", "broke its contract")
class ReadsBeforeItVerifies(Tiny):
    def is_genuine(self, message, key):
        json.loads(message.body)["ref"]
        return super().is_genuine(message, key)


@planted(FAULTS, "a notification for another account proves nothing", "genuine for another account")
class KeepsTheFirstKey(Tiny):
    def __init__(self):
        self.key = None

    def is_genuine(self, message, key):
        self.key = self.key or key
        return super().is_genuine(message, self.key)


@planted(FAULTS, "a notification that arrives again says the same", "it claims something else")
class CountsReplaysAsNew(Tiny):
    @hookimpl
    def handle_notification(self, message, account):
        reading = Tiny.handle_notification(self, message, account)
        told = [attrs.evolve(item, event_id=str(message.received_at)) for item in reading.observations]
        return attrs.evolve(reading, observations=tuple(told))


@planted(FAULTS, "a browser return that anybody can type proves nothing", "concluded paid")
class BelievesTheBrowser(Tiny):
    @hookimpl
    def handle_notification(self, message, account):
        if message.source is Source.RETURN and "status=paid" in message.query:
            paid = Observation(kind=Kind.PAID, movement="m")
            return Reading(verdict=Verdict.VALID, observations=(paid,))
        return Tiny.handle_notification(self, message, account)


@planted(FAULTS, "why a message is not believed is told in words alone", "its reason shows what was sent")
class RepeatsTheSignature(Tiny):
    def why(self, message, key):
        return f"{message.header('x-signature')} is not genuine"


@planted(FAULTS, "why a message is not believed is told in words alone", "its reason shows what was sent")
class RepeatsTheBody(Tiny):
    def why(self, message, key):
        return f"the signature is not of {message.body.decode(errors='replace')[:80]}"


@planted(FAULTS, "why a message is not believed is told in words alone", "shows a computed proof")
class SaysWhatItExpected(Tiny):
    def why(self, message, key):
        return f"the signature is not {self.expected(message, key)}"


@planted(FAULTS, "why a message is not believed is told in words alone", "its reason shows a secret setting")
class SaysItsKey(Tiny):
    def why(self, message, key):
        return f"the signature is not made with {key}"


@planted(FAULTS, "its secrets never show", "a log line or a print")
class LogsItsKey(Tiny):
    def request(self, method, account, path, body=None):
        logging.getLogger("tiny").debug("calling %s with %s", path, account.settings["key"])
        return super().request(method, account, path, body)


@planted(FAULTS, "its secrets never show", "the text of what it raised")
class RaisesItsKey(Tiny):
    def charge(self, order, account, terminal):
        self.key = account.settings["key"]
        return super().charge(order, account, terminal)

    def read(self, answer, reference):
        if answer.status_code >= 500:
            raise OutcomeUnknown(f"{answer.status_code} for {self.key}")
        return super().read(answer, reference)


@planted(FAULTS, "its secrets never show", "its result")
class RemembersItsKey(Tiny):
    @hookimpl
    def create_payment(self, order, account):
        started = yield from Tiny.create_payment(self, order, account)
        return attrs.evolve(started, memory={"key": account.settings["key"]})


@planted(FAULTS, "its secrets never show", "a request's path")
class PutsItsKeyInThePath(Tiny):
    @hookimpl
    def query_payment(self, query, account):
        yield harmless(self.request("GET", account, f"{account.settings['key']}/payments/{query.reference}"))
        return ()


@planted(FAULTS, "its secrets never show", "the expected signature shows")
class LogsTheExpectedSignature(Tiny):
    def is_genuine(self, message, key):
        logging.getLogger("tiny").warning("expected %s", self.expected(message, key))
        return super().is_genuine(message, key)


@planted(FAULTS, "its hooks are pure", "create_payment: the plugin read the clock")
class ReadsTheClock(Tiny):
    def charge(self, order, account, terminal):
        datetime.now(UTC)
        return super().charge(order, account, terminal)


@planted(FAULTS, "its hooks are pure", "read the clock")
class ReadsAnotherClock(Tiny):
    def read(self, answer, reference):
        time.monotonic()
        return super().read(answer, reference)


@planted(FAULTS, "its hooks are pure", "read the environment")
class ReadsTheEnvironment(Tiny):
    def charge(self, order, account, terminal):
        os.environ.get("TINY_KEY")
        return super().charge(order, account, terminal)


@planted(FAULTS, "its hooks are pure", "opened a file")
class ReadsAFile(Tiny):
    def charge(self, order, account, terminal):
        Path(os.devnull).read_bytes()
        return super().charge(order, account, terminal)


@planted(FAULTS, "its hooks are pure", "used a socket")
class OpensASocket(Tiny):
    def charge(self, order, account, terminal):
        socket.socket().close()
        return super().charge(order, account, terminal)


@planted(FAULTS, "its hooks are pure", "started a thread")
class StartsAThread(Tiny):
    def charge(self, order, account, terminal):
        thread = threading.Thread(target=int)
        thread.start()
        thread.join()
        return super().charge(order, account, terminal)


@planted(FAULTS, "its hooks are pure", "started a process")
class StartsAProcess(Tiny):
    def charge(self, order, account, terminal):
        os.system("exit")
        return super().charge(order, account, terminal)


@planted(FAULTS, "its hooks are pure", "killed a process")
class KillsAProcess(Tiny):
    def charge(self, order, account, terminal):
        os.kill(os.getpid(), 0)
        return super().charge(order, account, terminal)


@planted(FAULTS, "its hooks are pure", "slept")
class Sleeps(Tiny):
    def read(self, answer, reference):
        time.sleep(0)
        return super().read(answer, reference)


@planted(FAULTS, "its hooks are pure", "slept")
class WaitsForNothing(Tiny):
    def read(self, answer, reference):
        select.select([], [], [], 0)
        return super().read(answer, reference)


@planted(FAULTS, "its hooks are pure", "render_pay_button: the plugin read the clock")
class ReadsTheClockForItsButton(Tiny):
    @hookimpl
    def render_pay_button(self, offer):
        return PayButton(label=f"Paga {time.time() > 0}", accessible_label="Paga")
