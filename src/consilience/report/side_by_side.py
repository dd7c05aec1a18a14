"""The same work on many things, in several processes where the machine has several cores."""

import multiprocessing
import os
import sys
import threading
import warnings
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing.context import BaseContext

_MOST = 4
"""More processes than this would cost more memory than they save time."""

type Work = tuple[Callable[[object], object], Sequence[object]]
_HELD: list[Work] = []
"""What a process was forked for; empty in every other one."""


def spread[T, R](work: Callable[[T], R], over: Sequence[T], *, most: int = _MOST) -> list[R]:
    """Do the same work on many things and give the results in their order.

    The processes are forked, so that nothing has to be sent to them; what they give back must be
    fit to be pickled. On one core, where a process cannot be forked safely (other threads are
    running, or the system has no reliable fork), and in a process of a pool itself, the work is
    done here.

    Parameters
    ----------
    work : callable
        Must not depend on what it did before: things are shared out in any way.
    over : sequence
    most : int
        Most processes.
    """
    workers = min(most, _cores(), len(over))
    if workers < 2 or not may_fork():
        return [work(one) for one in over]
    try:
        with warnings.catch_warnings():
            # Idle threads of a BLAS are no threads of Python: the libraries restart them.
            warnings.filterwarnings("ignore", "This process", DeprecationWarning)
            return _forked(work, over, workers=workers)  # type: ignore[return-value]
    except (BrokenProcessPool, OSError):
        return [work(one) for one in over]


def may_fork() -> bool:
    """Tell whether this process can be forked without danger."""
    return (
        sys.platform == "linux"
        and threading.active_count() == 1
        and not multiprocessing.current_process().daemon
        and not _HELD
    )


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 1


def _forked(work: Callable, over: Sequence, *, workers: int) -> list[object]:
    context: BaseContext = multiprocessing.get_context("fork")
    held: Work = (work, over)
    with ProcessPoolExecutor(workers, context, initializer=_HELD.append, initargs=(held,)) as pool:
        return list(pool.map(_done, range(len(over))))


def _done(place: int) -> object:
    work, over = _HELD[-1]
    return work(over[place])
