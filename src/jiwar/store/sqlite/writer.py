"""One thread that writes one file: group commit, and a write-ahead log that is cut to nothing soon after.

Implements spec/protocol.md §7.4.

- A write is done when its batch is on disk; its future is resolved in the event loop after that.
- A job raises before its first write or not at all, so a refused job leaves its batch as it was. A batch that
  fails for another reason is rolled back and its jobs are tried one by one.
- `alone` gives a function the thread to itself, outside any transaction: for the nightly work.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from threading import Event, Thread
from typing import Any, Protocol, TypeVar

from jiwar.clock import SystemClock
from jiwar.crypto.random import Random
from jiwar.errors import JiwarError
from jiwar.store.sqlite.connection import File, as_damage, truncate

T = TypeVar("T")
CHECKPOINT_EVERY = 0.25
"""Seconds between two cuts of the log under load, and from the last write to the cut that ends it."""


class Session(Protocol):
    """What a file's jobs work on, in the writer's thread."""

    def flush(self) -> None:
        """Write what the jobs of a batch have gathered, in key order."""

    def forget(self) -> None:
        """Drop all state in RAM: it was rolled back, or there is nothing more to do."""

    def committed(self) -> Callable[[], None] | None:
        """What to call in the event loop now that the batch is on disk."""


@dataclass(frozen=True, slots=True)
class Gather:
    """How long a batch waits for company: `always` for every one, `loaded` when the last one had more than one."""

    always: float = 0.0
    jitter: float = 0.0
    loaded: float = 0.0


@dataclass(frozen=True, slots=True)
class _Work:
    job: Callable[[], Any]
    future: asyncio.Future[Any]
    alone: bool = False


class Writer:
    """The thread of one file."""

    def __init__(self, file: File, session: Session, gather: Gather, random: Random) -> None:
        self._file, self._session, self._gather, self._random = file, session, gather, random
        self._loop = asyncio.get_running_loop()
        self._clock = SystemClock()
        self._queue: SimpleQueue[_Work | None] = SimpleQueue()
        self._closing = Event()
        self._last_size = 0
        self._dirty = False
        self._last_cut = 0.0
        self._next: _Work | None = None
        self._thread = Thread(target=self._run, name=file.path.stem, daemon=True)
        self._thread.start()

    # in the event loop

    async def write(self, job: Callable[[], T]) -> T:
        """Run `job` in the next batch; returns when it is durable. Raises what the job raises."""
        return await self._submit(job, alone=False)

    async def alone(self, function: Callable[[], T]) -> T:
        """Run `function` in the thread, between two batches."""
        return await self._submit(function, alone=True)

    async def _submit(self, job: Callable[[], T], *, alone: bool) -> T:
        if self._closing.is_set():
            raise RuntimeError("the store is closed")
        future: asyncio.Future[T] = self._loop.create_future()
        self._queue.put(_Work(job, future, alone))
        return await future

    async def close(self) -> None:
        """Write what is pending, cut the log, end the thread."""
        self._closing.set()
        self._queue.put(None)
        await asyncio.to_thread(self._thread.join)

    def in_loop(self, function: Callable[[], T]) -> T:
        """Called in the thread: have the event loop run `function`, and wait for it."""
        done: SimpleQueue[tuple[T | None, Exception | None]] = SimpleQueue()

        def call() -> None:
            try:
                done.put((function(), None))
            except Exception as error:  # Handed over to the thread, which raises it.
                done.put((None, error))

        self._loop.call_soon_threadsafe(call)
        result, error = done.get()
        if error is not None:
            raise error
        return result  # type: ignore[return-value]

    # in the thread

    def _run(self) -> None:
        while (work := self._take()) is not None:
            if work.alone:
                self._session.forget()
                self._resolve_soon([self._attempt(work)])
            else:
                self._commit(self._batch(work))
            if self._dirty and self._clock.monotonic() - self._last_cut >= CHECKPOINT_EVERY:
                self._cut()
        if self._dirty:
            self._cut()

    def _take(self) -> _Work | None:
        """The next job; None after the last. Cuts the log when none comes for a while."""
        if self._next is not None:
            work, self._next = self._next, None
            return work
        while True:
            try:
                return self._queue.get(timeout=CHECKPOINT_EVERY if self._dirty else None)
            except Empty:
                self._cut()
                self._session.forget()

    def _batch(self, first: _Work) -> list[_Work]:
        self._wait()
        batch = [first]
        while True:
            try:
                work = self._queue.get_nowait()
            except Empty:
                return batch
            if work is None:
                self._queue.put(None)
                return batch
            if work.alone:
                self._next = work
                return batch
            batch.append(work)

    def _wait(self) -> None:
        seconds = self._gather.always
        if self._gather.jitter:
            seconds += self._gather.jitter * int.from_bytes(self._random(2), "big") / 65_536
        if self._last_size > 1:
            seconds = max(seconds, self._gather.loaded)
        if seconds:
            self._closing.wait(seconds)

    def _commit(self, batch: list[_Work]) -> None:
        self._last_size = len(batch)
        connection = self._file.writer
        try:
            connection.execute("BEGIN IMMEDIATE")
            results = [self._attempt(work, refusals_only=True) for work in batch]
            self._session.flush()
            self._dirty = True
            connection.execute("COMMIT")
        except Exception as error:  # A full disk, a damaged file, a bug: every writer has to be told.
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            self._session.forget()
            if len(batch) > 1:
                for work in batch:
                    self._commit([work])
            else:
                self._resolve_soon([(batch[0].future, None, as_damage(error))])
            return
        self._resolve_soon(results, self._session.committed())

    @staticmethod
    def _attempt(work: _Work, refusals_only: bool = False) -> tuple[asyncio.Future[Any], Any, Exception | None]:
        try:
            return work.future, work.job(), None
        except JiwarError as error:
            return work.future, None, error
        except Exception as error:
            if refusals_only:
                raise
            return work.future, None, error

    def _resolve_soon(
        self,
        results: list[tuple[asyncio.Future[Any], Any, Exception | None]],
        then: Callable[[], None] | None = None,
    ) -> None:
        def resolve() -> None:
            for future, value, error in results:
                if future.done():
                    continue
                if error is None:
                    future.set_result(value)
                else:
                    future.set_exception(error)
            if then is not None:
                then()

        self._loop.call_soon_threadsafe(resolve)

    def _cut(self) -> None:
        try:
            self._dirty = not truncate(self._file.writer)
        except sqlite3.DatabaseError:
            # A full disk, say, or a torn file. What was acknowledged is in the log; it is tried again. Without its
            # thread no writer would ever be answered.
            self._dirty = True
        self._last_cut = self._clock.monotonic()
