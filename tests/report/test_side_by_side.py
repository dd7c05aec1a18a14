"""Work that is shared out gives what it gives in one process, and never hangs on a lost one."""

import os
import sys

import pytest

from consilience.report import side_by_side
from consilience.report.side_by_side import spread

forks = pytest.mark.skipif(sys.platform != "linux", reason="processes are forked on Linux only")


def told(number):
    return os.getpid(), number * number


@pytest.fixture
def two(monkeypatch):
    """Two cores, and a process that may be forked."""
    monkeypatch.setattr(side_by_side, "_cores", lambda: 2)
    monkeypatch.setattr(side_by_side, "may_fork", lambda: True)


@forks
def test_results_come_in_their_order_from_other_processes(two):
    found = spread(told, range(20))
    assert [square for _, square in found] == [n * n for n in range(20)]
    assert os.getpid() not in {pid for pid, _ in found}


@forks
def test_what_a_lost_process_left_undone_is_done_here(two):
    own = os.getpid()
    found = spread(lambda n: told(n) if os.getpid() == own else os._exit(1), range(3))
    assert found == [(own, 0), (own, 1), (own, 4)]


@forks
def test_a_fault_is_the_fault_of_the_work(two):
    with pytest.raises(ZeroDivisionError):
        spread(lambda n: 1 / n, [1, 0])


def test_one_core_and_a_process_with_other_threads_stay_in_process(monkeypatch):
    monkeypatch.setattr(side_by_side, "_cores", lambda: 1)
    assert spread(told, [2, 3]) == [(os.getpid(), 4), (os.getpid(), 9)]
    monkeypatch.setattr(side_by_side, "_cores", lambda: 2)
    monkeypatch.setattr(side_by_side.threading, "active_count", lambda: 2)
    assert {pid for pid, _ in spread(told, [2, 3])} == {os.getpid()}
    assert spread(told, []) == []
