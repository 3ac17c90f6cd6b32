"""A cache of answers as bytes, within a limit: the graph of a server does not change."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable
from threading import Lock
from typing import NamedTuple

MAX_BYTES, MAX_ANSWER = 64 << 20, 4 << 20  # of all answers, and of one answer


class CachedAnswer(NamedTuple):
    """The body of an answer, and its media type."""

    media_type: str
    body: bytes


class AnswerCache:
    """A cache that drops the least recently used answers first.

    Args:
        max_bytes: of all answers together.
        max_answer: bytes of an answer above which it is not cached.
    """

    def __init__(self, max_bytes: int = MAX_BYTES, max_answer: int = MAX_ANSWER):
        self.max_bytes, self.max_answer, self.size = max_bytes, max_answer, 0
        self._answers: OrderedDict[Hashable, CachedAnswer] = OrderedDict()
        self._lock = Lock()

    def get(self, key: Hashable) -> CachedAnswer | None:
        """The cached answer under a key, or None."""
        with self._lock:
            if key in self._answers:
                self._answers.move_to_end(key)
            return self._answers.get(key)

    def put(self, key: Hashable, answer: CachedAnswer) -> None:
        """Cache an answer, unless it is too large."""
        if len(answer.body) > self.max_answer:
            return
        with self._lock:
            before = self._answers.pop(key, None)
            self.size += len(answer.body) - (len(before.body) if before else 0)
            self._answers[key] = answer
            while self.size > self.max_bytes:
                _, gone = self._answers.popitem(last=False)
                self.size -= len(gone.body)
