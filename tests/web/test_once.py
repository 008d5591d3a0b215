"""What is made once though many ask for it together."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from web.once import Once


class Slow:
    """A function that waits until it is let go, and counts."""

    def __init__(self):
        self.made, self.started, self.go = [], threading.Semaphore(0), threading.Event()

    def __call__(self, name):
        self.made.append(name)
        self.started.release()
        if name.startswith("slow"):
            assert self.go.wait(20)
        if name.endswith("wrong"):
            raise ValueError(name)
        return name.upper()


@pytest.fixture
def slow():
    function = Slow()
    yield function
    function.go.set()


def test_many_who_ask_together_get_one_result(slow):
    once = Once(slow, most=4)
    with ThreadPoolExecutor(6) as workers:
        asked = [workers.submit(once, "slow") for _ in range(6)]
        assert slow.started.acquire(timeout=20)
        slow.go.set()
        assert {answer.result(20) for answer in asked} == {"SLOW"}
    assert slow.made == ["slow"]


def test_whoever_asks_for_another_thing_does_not_wait(slow):
    once = Once(slow, most=4)
    with ThreadPoolExecutor(2) as workers:
        first = workers.submit(once, "slow")
        assert slow.started.acquire(timeout=20)
        assert workers.submit(once, "quick").result(20) == "QUICK"
        assert not first.done()
        slow.go.set()
        assert first.result(20) == "SLOW"


def test_an_error_reaches_all_who_wait_and_is_not_kept(slow):
    once = Once(slow, most=1)
    assert once("kept") == "KEPT"
    with ThreadPoolExecutor(3) as workers:
        asked = [workers.submit(once, "slow and wrong") for _ in range(3)]
        assert slow.started.acquire(timeout=20)
        slow.go.set()
        for answer in asked:
            with pytest.raises(ValueError, match="slow and wrong"):
                answer.result(20)
    tried = len(slow.made)
    assert once("kept") == "KEPT"
    assert len(slow.made) == tried, "an error pushes nothing out"
    with pytest.raises(ValueError, match="slow and wrong"):
        once("slow and wrong")
    assert len(slow.made) == tried + 1


def test_what_was_not_asked_for_longest_goes_first(slow):
    once = Once(slow, most=2)
    for name in ("a", "b", "a", "c", "a", "b"):
        once(name)
    assert slow.made == ["a", "b", "c", "b"]


def test_named_arguments_are_told_apart():
    once = Once(lambda one, *, other=0: (one, other), most=4)
    assert [once(1, other=2), once(1, other=3), once(1), once(2)] == [(1, 2), (1, 3), (1, 0), (2, 0)]
