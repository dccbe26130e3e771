"""One connection to a mail server, held open for the next mail, and the thread that speaks on it."""

from __future__ import annotations

import asyncio
import contextlib
import queue
import smtplib
import socket
import threading
from collections.abc import Callable

import attrs

VERDICT_SECONDS = 60.0
"""How long a server may look at a whole mail; giving up on it sends the mail again to a server that has taken it."""

IDLE_SECONDS = 5.0
"""How long a connection is held open for a mail that may come."""

LEAVING_SECONDS = 2.0
MAILS_A_CONNECTION = 100
"""Servers grow tired of a visitor who stays."""

GOING_AWAY = 421
ERRORS = (OSError, smtplib.SMTPException)


@attrs.define(eq=False)
class _Letter:
    """A mail that waits for its turn on the connection, and who waits for it.

    Attributes:
        given_up: Nobody waits any more: not a byte of it leaves from now on.
    """

    sender: str
    recipient: str
    wire: bytes
    loop: asyncio.AbstractEventLoop
    waiter: asyncio.Future[None]
    given_up: bool = False

    def ends(self, error: BaseException | None) -> None:
        """Give the outcome to whoever waits."""
        with contextlib.suppress(RuntimeError):  # the loop is closed: nobody waits any more
            self.loop.call_soon_threadsafe(self._answer, error)

    def _answer(self, error: BaseException | None) -> None:
        if self.waiter.done():
            return
        if error is None:
            self.waiter.set_result(None)
        else:
            self.waiter.set_exception(error)


class Connection:
    """One connection to the server and the thread that speaks on it; both end when no mail comes for a while.

    Args:
        enter: (our sender) -> a fresh connection.
    """

    def __init__(self, enter: Callable[[str], smtplib.SMTP]) -> None:
        self._enter = enter
        self._letters: queue.SimpleQueue[_Letter | None] = queue.SimpleQueue()
        self._gate = threading.Lock()
        self._thread: threading.Thread | None = None
        self._server: smtplib.SMTP | None = None
        self._speaking_of: _Letter | None = None
        self._handed_over = 0

    async def hand_over(self, sender: str, recipient: str, wire: bytes) -> None:
        """Hand one mail over; cancelled, the connection breaks off.

        Raises:
            OSError, smtplib.SMTPException: It was not taken, or nobody knows.
        """
        loop = asyncio.get_running_loop()
        letter = _Letter(sender, recipient, wire, loop, loop.create_future())
        self._put(letter)
        try:
            await letter.waiter
        except asyncio.CancelledError:
            letter.given_up = True
            if self._speaking_of is letter:
                self._break_off()
            raise

    def close(self) -> None:
        """End the connection in order, after what is queued."""
        with self._gate:
            thread = self._thread
            if thread:
                self._letters.put(None)
        if thread:
            thread.join(LEAVING_SECONDS)

    def _put(self, letter: _Letter) -> None:
        with self._gate:
            self._letters.put(letter)
            if self._thread is None:
                self._thread = threading.Thread(target=self._speak, name="hub-mail", daemon=True)
                self._thread.start()

    def _speak(self) -> None:
        """The thread: one letter after the other, until none comes."""
        while letter := self._next():
            self._speaking_of = letter
            try:
                self._deal_with(letter)
            except BaseException as error:  # noqa: BLE001 - it is handed to whoever waits, whatever it is
                letter.ends(error)
            else:
                letter.ends(None)
        self._leave()

    def _next(self) -> _Letter | None:
        """The next letter; None when the thread ends, and then the next letter is given to another one."""
        letter = None
        with contextlib.suppress(queue.Empty):
            letter = self._letters.get(timeout=IDLE_SECONDS)
        if letter is None:
            with self._gate:
                if self._letters.empty():
                    self._thread = None
                    return None
            return self._next()
        return letter

    def _deal_with(self, letter: _Letter) -> None:
        if self._handed_over >= MAILS_A_CONNECTION:
            self._leave()
        reused = self._server
        try:
            server = self._addressed(letter, reused)
        except ERRORS as error:
            if reused is None or not _is_over(error):
                raise
            server = self._addressed(letter, None)  # what was reused had ended meanwhile; nothing was handed over yet
        try:
            self._handed_over += 1
            _give(server, letter)
        except ERRORS as error:
            self._recover(server, error)
            raise

    def _addressed(self, letter: _Letter, reused: smtplib.SMTP | None) -> smtplib.SMTP:
        """A connection on which sender and recipient were accepted."""
        if letter.given_up:
            raise ConnectionAbortedError("nobody waits for it any more")
        server = reused or self._enter(letter.sender)
        if reused is None:
            self._server, self._handed_over = server, 0
        try:
            _address(server, letter)
        except ERRORS as error:
            self._recover(server, error)
            raise
        return server

    def _recover(self, server: smtplib.SMTP, error: Exception) -> None:
        """Make the connection ready for the next mail, or let it go."""
        try:
            if not _is_over(error) and server.rset()[0] == 250:
                return
        except ERRORS:
            pass
        server.close()
        self._server = None

    def _leave(self) -> None:
        server, self._server = self._server, None
        if server:
            with contextlib.suppress(*ERRORS):
                server.quit()
            server.close()

    def _break_off(self) -> None:
        """From another thread: whatever is being said now comes to nothing."""
        server = self._server
        if server and server.sock:
            with contextlib.suppress(OSError):
                socket.socket.shutdown(server.sock, socket.SHUT_RDWR)


def _address(server: smtplib.SMTP, letter: _Letter) -> None:
    options = [f"size={len(letter.wire)}"] if server.has_extn("size") else []
    code, words = server.mail(letter.sender, options)
    if code != 250:
        raise smtplib.SMTPSenderRefused(code, words, letter.sender)
    code, words = server.rcpt(letter.recipient)
    if code not in (250, 251):
        raise smtplib.SMTPRecipientsRefused({letter.recipient: (code, words)})


def _give(server: smtplib.SMTP, letter: _Letter) -> None:
    if letter.given_up or server.sock is None:
        raise ConnectionAbortedError("nobody waits for it any more")
    patience = server.sock.gettimeout()
    server.sock.settimeout(max(patience or 0, VERDICT_SECONDS))
    code, words = server.docmd("data")
    if code != 354:
        raise smtplib.SMTPDataError(code, words)
    server.send(letter.wire.replace(b"\r\n.", b"\r\n..") + b".\r\n")
    code, words = server.getreply()
    if code != 250:
        raise smtplib.SMTPDataError(code, words)
    server.sock.settimeout(patience)


def _is_over(error: Exception) -> bool:
    """Whether the connection can be used no more, as against a mail that was refused on it."""
    match error:
        case smtplib.SMTPRecipientsRefused():
            return any(code == GOING_AWAY for code, _words in error.recipients.values())
        case smtplib.SMTPSenderRefused():
            return error.smtp_code < 500  # not about the mail: too much was sent on this connection, or to this server
        case smtplib.SMTPResponseException():
            return error.smtp_code == GOING_AWAY
    return True
