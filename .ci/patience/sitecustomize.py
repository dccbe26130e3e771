"""Python's sleep under libfaketime, for every process of .ci/shifted.

From Python 3.11 on, ``time.sleep`` waits until a moment of the monotonic clock. libfaketime up to 0.9.10 takes that for
a moment of the wall clock, puts it back by the shift, and the system refuses to wait (wolfcw/libfaketime#426). To wait
for a while, as ``select`` does, it gets right.
"""

import select
import time


def sleep(seconds: float) -> None:
    """Wait for a while."""
    select.select([], [], [], seconds)


time.sleep = sleep
