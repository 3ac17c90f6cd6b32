"""Answers that are kept as bytes, within a limit: the graph of a server does not change."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable
from threading import Lock
from typing import NamedTuple

MAX_KEPT, MAX_ANSWER = 64 << 20, 4 << 20  # bytes of all answers, and of one that is kept


class Answer(NamedTuple):
    """The body of an answer, and its media type."""

    media_type: str
    body: bytes


class AnswerCache:
    """The answers that were asked for last.

    Args:
        most: the bytes of all answers that are kept; the one not used for longest goes first.
        largest: the bytes of an answer above which it is not kept.
    """

    def __init__(self, most: int = MAX_KEPT, largest: int = MAX_ANSWER):
        self.most, self.largest, self.size = most, largest, 0
        self._answers: OrderedDict[Hashable, Answer] = OrderedDict()
        self._lock = Lock()

    def get(self, key: Hashable) -> Answer | None:
        """An answer that is kept."""
        with self._lock:
            if key in self._answers:
                self._answers.move_to_end(key)
            return self._answers.get(key)

    def put(self, key: Hashable, answer: Answer) -> None:
        """Keep an answer, unless it is too large."""
        if len(answer.body) > self.largest:
            return
        with self._lock:
            before = self._answers.pop(key, None)
            self.size += len(answer.body) - (len(before.body) if before else 0)
            self._answers[key] = answer
            while self.size > self.most:
                _, gone = self._answers.popitem(last=False)
                self.size -= len(gone.body)
