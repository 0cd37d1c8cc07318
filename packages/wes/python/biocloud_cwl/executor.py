"""The loop between cwltool, which says what can run, and TES, which runs it."""

from __future__ import annotations

import logging
import random
import threading
import time
from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

from cwltool.context import RuntimeContext
from cwltool.errors import UnsupportedRequirement, WorkflowException
from cwltool.executors import JobExecutor
from cwltool.process import Process

from .job import TesJob, exit_code_of, failure_text, is_permanent
from .journal import Journal
from .run import Events
from .storage import Locations
from .tes import FINAL_STATES, TesClient, TesClosed, TesError

CONCURRENT_REQUESTS = 8
ATTEMPTS = 2  # a task that TES itself lost is submitted once more
CANCEL_SECONDS = 10.0


class Cancelled(BaseException):
    """SIGTERM. Not an Exception: cwltool catches those and goes on."""


class TesExecutor(JobExecutor):
    """Keeps every step that can run alive as a task. One thread decides; a pool only waits for answers."""

    def __init__(self, locations: Locations, client: TesClient, journal: Journal, events: Events, stop: threading.Event) -> None:
        super().__init__()
        self.locations = locations
        self.client = client
        self.journal = journal
        self.events = events
        self.stop = stop
        self.failures: list[str] = []
        self.started = False
        self.unreachable = False  # TES did not answer for as long as the client tries
        parameters = locations.run.parameters
        self._max_tasks = int(parameters["max_tasks"])
        self._stop_on_error = parameters["on_error"] == "stop"
        self._poll_bounds = (float(parameters["poll_min_seconds"]), float(parameters["poll_max_seconds"]))
        self._interval = self._poll_bounds[0]
        self._next_poll = 0.0
        self._waiting: deque[TesJob] = deque()
        self._submitting: dict[Future[str], TesJob] = {}
        self._live: dict[str, TesJob] = {}
        self._seen: dict[str, int] = {}
        self._failed = False
        self._answered = threading.Event()
        self._backend_parameters: frozenset[str] | None = None
        self._pool = ThreadPoolExecutor(CONCURRENT_REQUESTS, thread_name_prefix="tes")

    def run_jobs(
        self, process: Process, job_order_object: Any, logger: logging.Logger, runtime_context: RuntimeContext
    ) -> None:
        lock = runtime_context.workflow_eval_lock
        if lock is None:
            raise WorkflowException("runtimeContext.workflow_eval_lock must not be None")
        try:
            with lock:
                for job in process.job(job_order_object, self.output_callback, runtime_context):
                    self.started = True
                    if isinstance(job, TesJob):
                        self._accept(job, runtime_context)
                    elif job is not None:
                        job.run(runtime_context)
                    elif self._busy():
                        self._turn()
                    else:
                        if not self._failed:  # after a failure it is no news that what depends on it cannot run
                            logger.error("Workflow cannot make any more progress.")
                        break
                while self._busy():
                    self._turn()
        except BaseException as error:
            self.unreachable = isinstance(error, TesError)
            self.cancel_all()
            if self.unreachable:
                self.failures.append(str(error))
                raise WorkflowException(str(error)) from error
            raise
        self._cancel_orphans()
        self._pool.shutdown()

    def _busy(self) -> bool:
        return bool(self._waiting or self._submitting or self._live)

    def _accept(self, job: TesJob, context: RuntimeContext) -> None:
        """A job that cwltool has bound: adopted, taken from the journal, or put in line."""
        if self._backend_parameters is None:
            self._backend_parameters = self.client.backend_parameters()
        try:
            job.prepare(context, self.locations, self._backend_parameters)
        except UnsupportedRequirement:
            raise
        except WorkflowException as error:
            self._fail(job, "permanentFail", f"{job.name}: {error}", state="INVALID")
            return
        # Equal jobs of one run (a scatter over equal values) stay as many tasks: the second has a key of its own.
        count = self._seen[job.key] = self._seen.get(job.key, 0) + 1
        if count > 1:
            job.key = f"{count:x}".rjust(2, "0") + job.key[2:]
        known = self.journal.find(job.key)
        if known is None:
            job.begin(job.name, 1)
        else:
            # The document must stay what the first head made of it, its name too: TES then knows it by its Idempotency-Key.
            job.begin(known.step, known.attempt)
            if known.done and known.success and job.has_outputs(self.locations):
                job.task_id = known.task_id
                self.events.emit("cached", step=job.name, task_id=known.task_id)
                self._succeed(job, known.exit_code or 0, None)
                return
            if known.done:
                job.begin(known.step, known.attempt + 1)
            elif known.task_id is not None:
                self._watch(job, known.task_id)
                self.events.emit("adopted", step=job.name, task_id=known.task_id)
                return
        self._waiting.append(job)
        self._submit()

    def _submit(self) -> None:
        while self._waiting and len(self._live) + len(self._submitting) < self._max_tasks:
            job = self._waiting.popleft()
            if self._failed and self._stop_on_error:
                self._fail(job, "permanentFail", None)
                continue
            document = job.document(self.locations)
            self.journal.intend(job.key, job.folder_step, job.attempt)
            future = self._pool.submit(self._create, job, document)
            self._submitting[future] = job
            future.add_done_callback(lambda _: self._answered.set())

    def _create(self, job: TesJob, document: dict[str, Any]) -> str:
        task_id = self.client.create(document, job.idempotency_key())
        self.journal.created(job.key, task_id)
        return task_id

    def _turn(self) -> None:
        """Waits for the next thing to happen, and deals with it."""
        self._submit()
        pause = self._next_poll - time.monotonic() if self._live else self._poll_bounds[1]
        if pause > 0:
            self._answered.wait(pause)
        self._answered.clear()  # before the answers are taken: one that arrives now is taken, or rings again
        self._take_answers()
        if self._live and time.monotonic() >= self._next_poll:
            self._poll()

    def _take_answers(self) -> None:
        for future in [future for future in self._submitting if future.done()]:
            job = self._submitting.pop(future)
            try:
                task_id = future.result()
            except TesClosed as error:
                raise WorkflowException(f"The run takes no more tasks: {error}") from error
            except TesError as error:
                refused = error.status is not None and 400 <= error.status < 500 and error.status != 429
                status = "permanentFail" if refused else "temporaryFail"
                self._fail(job, status, f"{job.name}: its task was not accepted: {error}")
                continue
            self._watch(job, task_id)
            self.events.emit("submitted", step=job.name, task_id=task_id)

    def _watch(self, job: TesJob, task_id: str) -> None:
        self._interval = self._poll_bounds[0]
        soon = time.monotonic() + self._interval
        self._next_poll = min(self._next_poll, soon) if self._live else soon
        self._live[task_id] = job
        job.task_id = task_id

    def _poll(self) -> None:
        states = self.client.states(self.locations.run.run_id, self._live)
        changed = False
        ended: list[TesJob] = []
        for task_id, state in states.items():
            job = self._live[task_id]
            changed = changed or job.state != state
            job.state = state or "LOST"
            if state is None or state in FINAL_STATES:
                ended.append(job)
            elif state == "RUNNING":
                self._keep_time(job)
        views = {job: "BASIC" if job.state == "COMPLETE" else "FULL" for job in ended}
        tasks = self._pool.map(lambda job: self.client.get(job.task_id or "", views[job]), ended)
        for job, task in zip(ended, tasks):
            del self._live[job.task_id or ""]
            self._end(job, task)
        self._interval = self._poll_bounds[0] if changed else min(self._interval * 1.5, self._poll_bounds[1])
        self._next_poll = time.monotonic() + self._interval * random.uniform(0.85, 1.15)

    def _keep_time(self, job: TesJob) -> None:
        if not job.timelimit:
            return
        now = time.monotonic()
        if job.running_since is None:
            job.running_since = now
        elif not job.timed_out and now - job.running_since > job.timelimit:
            job.timed_out = True
            self._pool.submit(self.client.cancel, job.task_id or "")

    def _end(self, job: TesJob, task: dict[str, Any] | None) -> None:
        state = "LOST" if task is None else str(task.get("state", "UNKNOWN"))
        exit_code = None if task is None else exit_code_of(task)
        text = failure_text(job.name, task, exit_code, job.timed_out, job.timelimit)
        if job.timed_out or state == "CANCELED":
            self._finish(job, "permanentFail", text, state, exit_code)
        elif state in ("SYSTEM_ERROR", "PREEMPTED", "LOST"):
            # Not the tool's fault. An exit code 0 means that its outputs could not be stored.
            if is_permanent(task):
                self._finish(job, "permanentFail", text, state, exit_code)
            elif job.attempt < ATTEMPTS and not (self._failed and self._stop_on_error):
                self._again(job, text)
            else:
                self._finish(job, "temporaryFail", text, state, exit_code)
        elif state == "COMPLETE" and exit_code is None:
            self._succeed(job, 0, state)
        elif exit_code is None or (state == "EXECUTOR_ERROR" and exit_code == 0):
            self._finish(job, "permanentFail", text, state, exit_code)
        elif job.status_of(exit_code) == "success":
            self._succeed(job, exit_code, state)
        else:
            self._finish(job, job.status_of(exit_code), text, state, exit_code)

    def _again(self, job: TesJob, text: str) -> None:
        self.events.emit("message", level="warning", text=f"{text}\n{job.name} is submitted once more")
        self.journal.finished(job.key, False, None)
        job.begin(job.folder_step, job.attempt + 1)
        self._waiting.append(job)

    def _succeed(self, job: TesJob, exit_code: int, state: str | None) -> None:
        """`state` is None for a result that the journal knew."""
        try:
            outputs = job.collect(self.locations, exit_code)
        except (WorkflowException, OSError, ValueError) as error:
            self._finish(job, "permanentFail", f"{job.name}: {error}", state or "COMPLETE", exit_code)
            return
        if state is not None:
            self.journal.finished(job.key, True, exit_code)
            self.events.emit("done", step=job.name, task_id=job.task_id, state=state, exit_code=exit_code)
        self._call_back(job, outputs, "success")

    def _finish(self, job: TesJob, status: str, text: str, state: str, exit_code: int | None) -> None:
        """A step whose task ended and which failed nevertheless, or therefore."""
        self.journal.finished(job.key, False, exit_code)
        self.events.emit("done", step=job.name, task_id=job.task_id, state=state, exit_code=exit_code)
        self._fail(job, status, text, state)

    def _fail(self, job: TesJob, status: str, text: str | None, state: str | None = None) -> None:
        """`text` is None for a step that was held back because another had failed."""
        if text is not None:
            self._failed = True
            self.failures.append(text)
            logging.getLogger("cwltool").error("[job %s] %s", job.name, text)
            self.events.emit("failed", step=job.name, task_id=job.task_id, state=state, message=text)
        self._call_back(job, {}, status)

    def _call_back(self, job: TesJob, outputs: Any, status: str) -> None:
        job.clean()
        if job.output_callback is not None:
            job.output_callback(outputs, status)

    def cancel_all(self) -> None:
        """Ends every task of this run that has no result yet. Idempotent; takes no more than about ten seconds."""
        self.stop.set()
        for future in self._submitting:
            future.cancel()
        self._pool.shutdown(wait=True, cancel_futures=True)
        # What the journal knows includes the tasks whose answer arrived while we were stopping.
        self._cancel(sorted({*self._live, *self.journal.unfinished().values()}))

    def _cancel_orphans(self) -> None:
        """Tasks of a former head that no step of this one asked for."""
        self._cancel(sorted(self.journal.unfinished().values()))

    def _cancel(self, task_ids: list[str]) -> None:
        if not task_ids:
            return
        pool = ThreadPoolExecutor(CONCURRENT_REQUESTS, thread_name_prefix="cancel")
        futures = {task_id: pool.submit(self.client.cancel, task_id) for task_id in task_ids}
        deadline = time.monotonic() + CANCEL_SECONDS
        for task_id, future in futures.items():
            try:
                future.result(max(0.0, deadline - time.monotonic()))
            except (TesError, TimeoutError) as error:
                self.events.emit("message", level="warning", text=f"task {task_id} could not be cancelled: {error}")
        pool.shutdown(wait=False, cancel_futures=True)
