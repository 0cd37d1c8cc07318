"""A client for the six TES calls that the plug-in makes, on the standard library."""

from __future__ import annotations

import http.client
import json
import random
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterable
from typing import Any

RETRY_SECONDS = 120.0
REQUEST_TIMEOUT = 60.0
LIST_PAGES = 20  # beyond that each task is asked for by itself
PAGE_SIZE = 1000
FINAL_STATES = frozenset({"COMPLETE", "EXECUTOR_ERROR", "SYSTEM_ERROR", "CANCELED", "PREEMPTED"})


class TesError(Exception):
    """TES refused, or could not be reached for as long as we try. `status` is None when there was no answer."""

    def __init__(self, message: str, status: int | None = None, code: str | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.code = code


class TesClosed(TesError):
    """The run is being cancelled: the gateway takes no more tasks."""


class TesClient:
    """Talks to one TES. Safe from several threads; `stop` ends every wait between two tries."""

    def __init__(
        self, base: str, stop: threading.Event | None = None, retry_seconds: float = RETRY_SECONDS, page_size: int = PAGE_SIZE
    ) -> None:
        self._base = base.rstrip("/")
        self._stop = stop or threading.Event()
        self._retry_seconds = retry_seconds
        self._page_size = page_size
        # Neither the proxies of the environment nor redirects elsewhere have a place between us and our own gateway.
        self._opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))

    def create(self, document: dict[str, Any], idempotency_key: str) -> str:
        """Creates a task and returns its id. Repeated on faults: the key makes that safe."""
        answer = self._call("POST", "/tasks", document, {"Idempotency-Key": idempotency_key})
        if not isinstance(answer, dict) or not isinstance(answer.get("id"), str):
            raise TesError("TES answered a new task without an id")
        return answer["id"]

    def get(self, task_id: str, view: str = "MINIMAL") -> dict[str, Any] | None:
        """The task, or None where TES does not know it."""
        try:
            answer = self._call("GET", f"/tasks/{urllib.parse.quote(task_id, safe='')}?view={view}")
        except TesError as error:
            if error.status == 404:
                return None
            raise
        return answer

    def states(self, run_id: str, wanted: Iterable[str]) -> dict[str, str | None]:
        """State of each wanted task; None for one that TES does not know. One list answers for all of them, as a rule."""
        missing = set(wanted)
        found: dict[str, str | None] = {}
        query = {"view": "MINIMAL", "tag_key": "wes_run_id", "tag_value": run_id, "page_size": str(self._page_size)}
        for _ in range(LIST_PAGES):
            answer = self._call("GET", "/tasks?" + urllib.parse.urlencode(query))
            for task in answer.get("tasks") or []:
                if task.get("id") in missing:
                    missing.discard(task["id"])
                    found[task["id"]] = task.get("state", "UNKNOWN")
            token = answer.get("next_page_token")
            if not missing or not token:
                break
            query["page_token"] = token
        for task_id in missing:  # a TES that ignores the filter, or a list that lags behind
            task = self.get(task_id)
            found[task_id] = None if task is None else task.get("state", "UNKNOWN")
        return found

    def cancel(self, task_id: str) -> None:
        self._call("POST", f"/tasks/{urllib.parse.quote(task_id, safe='')}:cancel", {}, timeout=5.0, retry=False)

    def backend_parameters(self) -> frozenset[str]:
        """What TES says it honours, in lower case; nothing where it does not say."""
        try:
            answer = self._call("GET", "/service-info")
        except TesError:
            return frozenset()
        return frozenset(str(name).lower() for name in answer.get("tesResources_backend_parameters") or [])

    def _call(
        self,
        method: str,
        path: str,
        body: Any = None,
        headers: dict[str, str] | None = None,
        timeout: float = REQUEST_TIMEOUT,
        retry: bool = True,
    ) -> Any:
        deadline = time.monotonic() + self._retry_seconds
        pause = 0.5
        while True:
            try:
                return self._once(method, path, body, headers or {}, timeout)
            except TesClosed:
                raise
            except TesError as error:
                passing = error.status is None or error.status == 429 or error.status >= 500
                if not passing or not retry or self._stop.is_set() or time.monotonic() > deadline:
                    raise
            self._stop.wait(pause * random.uniform(0.5, 1.5))
            pause = min(pause * 2, 10.0)

    def _once(self, method: str, path: str, body: Any, headers: dict[str, str], timeout: float) -> Any:
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self._base + path, data=data, method=method, headers=headers)
        request.add_header("Accept", "application/json")
        if data is not None:
            request.add_header("Content-Type", "application/json")
        try:
            with self._opener.open(request, timeout=timeout) as answer:
                return json.loads(answer.read() or b"null")
        except urllib.error.HTTPError as error:
            raise _refusal(error) from None
        except (urllib.error.URLError, http.client.HTTPException, OSError) as error:
            raise TesError(f"TES does not answer: {getattr(error, 'reason', error)}") from None
        except ValueError as error:
            raise TesError(f"TES answered something other than JSON: {error}", 502) from None


def _refusal(error: urllib.error.HTTPError) -> TesError:
    """The message of TES's error body, which is written for people; without one, the status."""
    try:
        body = json.loads(error.read())
    except (ValueError, OSError, http.client.HTTPException):
        body = None
    if not isinstance(body, dict):
        body = {}
    message = str(body.get("msg") or body.get("message") or f"TES answered {error.code}")
    code = body.get("code")
    kind = TesClosed if code == "gateway_closed" else TesError
    return kind(message, error.code, code if isinstance(code, str) else None)
