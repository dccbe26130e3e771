"""Tests, and what they make of mutants: a session of pytest that forks a process for each of them.

.ci/mutants calls it; what it wants to know of a mutant are its key, its name for the switch, the function and the line.
"""

import gc
import itertools
import json
import multiprocessing
import os
import shutil
import signal
import time
import traceback
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any, NoReturn

KILLED, SURVIVED, TIMED_OUT = "killed", "survived", "timed out"
RED = 1 << 8  # how wait() tells of a process that ended with 1
SAID = os.fdopen(os.dup(1), "w", encoding="utf-8", buffering=1)  # pytest keeps the other one to itself


def say(line: str) -> None:
    """Print a line past pytest."""
    print(line, file=SAID)


class Trial:
    """A session of pytest: once without a fault, then a forked process for each mutant."""

    def __init__(self, mutants: list[Any], found: Path, *, jobs: int, patience: float) -> None:
        self.mutants, self.found, self.jobs, self.patience = mutants, found, jobs, patience
        self.tests: dict[tuple[str, int], set[str]] = {}  # by file and line
        self.seconds: dict[str, float] = defaultdict(float)
        self.kills: dict[str, Counter[str]] = defaultdict(Counter)
        self.sound: dict[str, bool] = {}
        self.red: list[str] = []

    def pytest_runtest_logreport(self, report: Any) -> None:
        self.seconds[report.nodeid] += report.duration
        if report.failed:
            self.red.append(f"{report.nodeid}\n{report.longreprtext}")

    def pytest_runtestloop(self, session: Any) -> bool:
        self.run_without_fault(session)
        if self.red:
            say("\n".join(["Without any fault these are red; mend them, or leave them out with a reason:", *self.red]))
            return True
        quickest = sorted(set().union(*self.tests.values()), key=lambda test: self.seconds[test])[:20]
        quick = [test for test in quickest if self.is_sound(test)]
        controls = [self.verdict("", quick)[0], self.verdict("fail", [])[0], self.verdict("fail", quick)[0]]
        if controls != [SURVIVED, SURVIVED, KILLED]:
            raise SystemExit(f"No fault, one without tests and one in every function came to {controls}: not a trial.")
        self.try_all()
        return True

    def run_without_fault(self, session: Any) -> None:
        import coverage
        from _pytest.runner import runtestprotocol
        from mutmut.mutation.trampoline import set_mutant_under_test

        began = time.monotonic()
        set_mutant_under_test("")
        files = {mutant.file for mutant in self.mutants}
        seen = coverage.Coverage(data_file=None, config_file=False, include=list(files))
        seen.start()
        self.factory = session.config._tmp_path_factory
        self.tmp = self.factory.getbasetemp()
        # After the last test comes the session itself: what lasts for a session is kept for the forked processes.
        for item, following in zip(session.items, [*session.items[1:], session], strict=True):
            seen.switch_context(item.nodeid)
            for report in runtestprotocol(item, log=False, nextitem=following):
                self.pytest_runtest_logreport(report)
        seen.stop()
        self.items = {item.nodeid: item for item in session.items}
        for file in files:
            for line, tests in seen.get_data().contexts_by_lineno(file).items():
                self.tests[file, line] = self.items.keys() & tests
        say(f"{len(session.items)} tests without a fault: {time.monotonic() - began:.0f} s")

    def tests_of(self, mutant: Any) -> list[str]:
        """The tests that come to its line, or as near before it as a test comes; else all that call its function."""
        reached = [self.tests.get((mutant.file, line), set()) for line in mutant.lines]
        before = reached[1 : mutant.line - mutant.lines.start + 1]
        tests = next(filter(None, reversed(before)), set().union(*reached))
        kills = self.kills[mutant.switch]
        return sorted(tests, key=lambda test: (-kills[test], self.seconds[test], test))

    def try_all(self) -> None:
        """Share the mutants among processes, each of which takes the next one whenever it has done with one."""
        gc.freeze()  # what is there by now is not looked through again in each of them
        taken = multiprocessing.Value("i", 0)
        jobs = [os.fork() or self.work(taken, os.getppid()) for _ in range(self.jobs)]
        ended = [os.waitpid(job, 0)[1] for job in jobs]
        if any(ended):
            raise SystemExit("It ended before its time; the same command goes on.")

    def work(self, taken: Any, parent: int) -> NoReturn:
        ended = 1
        try:
            while os.getppid() == parent:
                with taken.get_lock():
                    number = taken.value
                    taken.value += 1
                if number >= len(self.mutants):
                    break
                if number % 100 == 0:
                    say(f"{time.strftime('%H:%M')} {number} of {len(self.mutants)}")
                self.try_one(self.mutants[number])
            ended = 0
        except SystemExit as why:
            say(str(why))
        except Exception:  # noqa: BLE001 - whatever it is, it is told before the process ends
            say(traceback.format_exc())
        finally:
            os._exit(ended)

    def try_one(self, mutant: Any) -> None:
        began = time.monotonic()
        verdict, by = self.verdict(mutant.name, tests := self.tests_of(mutant))
        while verdict == KILLED and not self.is_sound(by):
            verdict, by = self.verdict(mutant.name, tests := self.tests_of(mutant))
        if verdict == KILLED:
            self.kills[mutant.switch][by] += 1
        elif not tests:
            by = "no test calls it"
        seconds = round(time.monotonic() - began, 1)
        entry = {"key": mutant.key, "verdict": verdict, "by": by, "name": mutant.name, "seconds": seconds}
        with self.found.open("a", encoding="utf-8") as file:
            file.write(json.dumps(entry) + "\n")
        if verdict != KILLED:
            say(mutant.told(verdict, by))

    def is_sound(self, test: str) -> bool:
        """Whether a test is green in a process that was forked off, too; one that is not kills nobody any more."""
        if test not in self.sound:
            verdict = self.verdict("", [test], is_loud=True)[0]
            self.sound[test] = verdict == SURVIVED
            if not self.sound[test]:
                say(f"left out, {verdict} without a fault in a forked process: {test}")
                for tests in self.tests.values():
                    tests.discard(test)
        return self.sound[test]

    def verdict(self, name: str, tests: list[str], *, is_loud: bool = False) -> tuple[str, str]:
        """What becomes of a mutant, and which test killed it; why, if loud."""
        reading, writing = os.pipe()
        child = os.fork()
        if child == 0:
            os.close(reading)
            self.live_as(name, tests, writing, is_loud)
        os.close(writing)
        with os.fdopen(reading, encoding="utf-8") as told:
            by = told.read().rpartition("\n")[2]  # the test that was begun last
        _, status = os.waitpid(child, 0)
        shutil.rmtree(self.tmp / f"of-{child}", ignore_errors=True)
        if os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGALRM:
            return TIMED_OUT, by
        if status not in (0, RED):
            raise SystemExit(f"{name}: its process ended with {status} in {by}, and nothing was red")
        return (KILLED, by) if status else (SURVIVED, "")

    def live_as(self, name: str, tests: list[str], writing: int, is_loud: bool) -> NoReturn:
        """The forked process: plays tests as this mutant until one is red, and never comes back."""
        from _pytest.runner import runtestprotocol
        from mutmut.mutation.trampoline import set_mutant_under_test

        ended = 3
        try:
            signal.signal(signal.SIGALRM, signal.SIG_DFL)
            self.factory._basetemp = self.tmp / f"of-{os.getpid()}"
            self.factory._basetemp.mkdir()
            set_mutant_under_test(name)
            items = [self.items[test] for test in tests]
            for item, following in itertools.zip_longest(items, items[1:]):
                os.write(writing, f"\n{item.nodeid}".encode())
                # An endless loop ends the process.
                signal.alarm(int(self.patience + 20 * self.seconds[item.nodeid]))
                failed = [report for report in runtestprotocol(item, log=False, nextitem=following) if report.failed]
                if failed and is_loud:
                    say(failed[0].longreprtext)
                if failed:
                    os._exit(1)
            ended = 0
        finally:
            os._exit(ended)
