"""The key of a task, the journal, the run file, exit codes and the texts of failures."""

from __future__ import annotations

import copy
import json
import threading
import unittest

from biocloud_cwl.document import folder_of, key_of
from biocloud_cwl.job import TesJob, exit_code_of, failure_text
from biocloud_cwl.journal import Journal
from biocloud_cwl.run import BadRunFile, Events, read_run, write_atomically
from biocloud_cwl.tes import TesClient, TesClosed, TesError

from .support import RunTest


class Keys(RunTest):
    def setUp(self) -> None:
        super().setUp()
        self.run_ = self.a_run(objects={"drs://h/a": {"checksums": [{"type": "sha-256", "checksum": "11"}]}})
        self.document = {
            "executors": [{"image": "i:1", "command": ["c"], "workdir": "/cwl/out", "env": {"HOME": "/cwl/out"}}],
            "inputs": [{"path": "/cwl/in/stg0/a", "type": "FILE", "url": "drs://h/a"}],
            "resources": {"cpu_cores": 1},
            "volumes": ["/tmp"],
        }

    def key(self, change: object = None) -> str:
        document = copy.deepcopy(self.document)
        if callable(change):
            change(document)
        return key_of(document, self.run_)

    def test_it_changes_with_all_that_determines_the_result(self) -> None:
        changes = [
            lambda d: d["executors"][0].update(image="i:2"),
            lambda d: d["executors"][0].update(command=["c", "-x"]),
            lambda d: d["executors"][0]["env"].update(A="b"),
            lambda d: d["executors"][0].update(stdout="/cwl/out/o"),
            lambda d: d["inputs"][0].update(path="/cwl/in/stg0/b"),
            lambda d: d["inputs"][0].update(url="drs://h/other"),
            lambda d: d["inputs"].append({"path": "/x", "type": "FILE", "content": "x"}),
            lambda d: d["volumes"].append("/cwl/out/empty"),
        ]
        self.assertEqual(len({self.key(), *map(self.key, changes)}), len(changes) + 1)

    def test_it_does_not_change_with_resources_or_with_another_address_of_the_same_bytes(self) -> None:
        self.assertEqual(self.key(), self.key(lambda d: d["resources"].update(cpu_cores=8)))
        self.run_.objects["drs://mirror/a"] = self.run_.objects["drs://h/a"]
        self.assertEqual(self.key(), self.key(lambda d: d["inputs"][0].update(url="drs://mirror/a")))

    def test_an_upstream_output_is_known_by_the_key_of_its_step_and_not_by_its_attempt(self) -> None:
        def made(key: str, attempt: int, name: str = "x") -> str:
            url = f"{self.run_.work_url}/{folder_of('step', key, attempt)}/{name}"
            return self.key(lambda d: d["inputs"][0].update(url=url))

        a, b = "a" * 64, "b" * 64
        self.assertEqual(made(a, 1), made(a, 2))
        self.assertNotEqual(made(a, 1), made(b, 1))
        self.assertNotEqual(made(a, 1), made(a, 1, "y"))

    def test_a_step_of_any_name_has_a_plain_folder(self) -> None:
        self.assertEqual(folder_of("qc_2/align reads", "ab" * 32, 1), "qc_2-align-reads-abababababababab/1/out")
        self.assertEqual(folder_of("../..", "ab" * 32, 2), "step-abababababababab/2/out")


class Records(RunTest):
    def test_the_journal_knows_again_what_was_written_before_a_line_was_cut(self) -> None:
        path = self.path("job", "journal.jsonl")
        journal = Journal(path)
        journal.intend("k1", "one", 1)
        journal.created("k1", "t1")
        journal.finished("k1", True, 0)
        journal.intend("k2", "two", 2)
        journal.created("k2", "t2")
        journal.close()
        with open(path, "a", encoding="utf-8") as file:
            file.write('{"what": "task", "ke')
        again = Journal(path)
        again.intend("k3", "three", 1)
        again.close()
        last = Journal(path)
        first, second, third = (last.find(key) for key in ("k1", "k2", "k3"))
        assert first and second and third
        self.assertEqual((first.task_id, first.done, first.success, first.exit_code), ("t1", True, True, 0))
        self.assertEqual((second.step, second.attempt, second.task_id, second.done), ("two", 2, "t2", False))
        self.assertIsNone(third.task_id)
        self.assertEqual(last.unfinished(), {"k2": "t2"})
        last.close()

    def test_events_are_short_lines_of_json_from_any_thread(self) -> None:
        events = Events(self.path("job", "events.jsonl"))
        threads = [threading.Thread(target=lambda: events.emit("message", text="é" * 100_000, task_id=None)) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        events.close()
        with open(self.path("job", "events.jsonl"), "rb") as file:
            lines = file.read().splitlines()
        self.assertEqual(len(lines), 8)
        self.assertTrue(all(len(line) < 64 * 1024 for line in lines))
        self.assertEqual(sorted(json.loads(lines[0])), ["event", "text", "time"])

    def test_a_run_file_of_another_version_is_refused(self) -> None:
        path = self.path("job", "cwl.json")
        write_atomically(path, {"version": 2})
        with self.assertRaisesRegex(BadRunFile, "version 1"):
            read_run(path)


class ExitCodes(unittest.TestCase):
    def test_they_are_read_in_the_order_that_cwl_gives(self) -> None:
        job = TesJob.__new__(TesJob)
        job.successCodes, job.temporaryFailCodes, job.permanentFailCodes = [4], [5, 4], [6, 5, 0]
        self.assertEqual([job.status_of(code) for code in (4, 5, 6, 0, 1)],
                         ["success", "temporaryFail", "permanentFail", "permanentFail", "permanentFail"])  # fmt: skip

    def test_the_last_attempt_counts_and_in_it_the_last_executor(self) -> None:
        logs = [{"logs": [{"exit_code": 1}]}, {"logs": [{"exit_code": 0}, {"exit_code": 7}]}, {"logs": []}]
        self.assertEqual(exit_code_of({"logs": logs}), 7)
        self.assertIsNone(exit_code_of({"logs": []}))
        self.assertIsNone(exit_code_of({}))

    def test_a_failure_says_why(self) -> None:
        task = {"state": "SYSTEM_ERROR", "logs": [{"logs": [], "system_logs": ["image x:1 was not found"]}]}
        self.assertEqual(failure_text("s", task, None, False, None), "s: its task ended as SYSTEM_ERROR\nimage x:1 was not found")
        killed = {"state": "EXECUTOR_ERROR", "logs": [{"logs": [{"exit_code": 137, "stderr": "…"}], "system_logs": ["out of memory"]}]}
        self.assertIn("out of memory", failure_text("s", killed, 137, False, None))
        self.assertIn("time limit of 3 s", failure_text("s", {"state": "CANCELED"}, None, True, 3))
        self.assertIn("no longer knows", failure_text("s", None, None, False, None))


TRIVIAL = {
    "name": "x",
    "tags": {"wes_run_id": "r"},
    "executors": [{"command": ["true"], "env": {"TMPDIR": "/tmp"}, "workdir": "/cwl/out"}],
    "volumes": [],
    "outputs": [],
}


class Client(RunTest):
    def test_a_passing_fault_is_tried_again_and_a_refusal_is_not(self) -> None:
        answers = [(503, {"msg": "later"}), (429, {"msg": "later"}), None]
        tes = self.fake(refuse=lambda _: answers.pop(0))
        self.assertTrue(TesClient(tes.url).create(TRIVIAL, "k"))
        self.assertEqual(len(tes.requests), 3)
        refusing = self.fake(refuse=lambda _: (400, {"msg": "executors[0].image is empty"}))
        with self.assertRaisesRegex(TesError, "image is empty"):
            TesClient(refusing.url).create({}, "k")
        self.assertEqual(len(refusing.requests), 1)

    def test_a_closed_gateway_is_not_tried_again(self) -> None:
        tes = self.fake(refuse=lambda _: (503, {"msg": "the run is being cancelled", "code": "gateway_closed"}))
        with self.assertRaises(TesClosed):
            TesClient(tes.url).create({}, "k")
        self.assertEqual(len(tes.requests), 1)

    def test_a_tes_that_does_not_answer_is_given_up_after_the_time_allowed(self) -> None:
        with self.assertRaisesRegex(TesError, "does not answer"):
            TesClient("http://127.0.0.1:9", retry_seconds=0.1).get("t")

    def test_states_are_read_over_several_pages_and_an_unknown_task_has_none(self) -> None:
        tes = self.fake(hold=lambda _: 30)
        client = TesClient(tes.url, page_size=2)
        ids = [client.create(TRIVIAL, str(n)) for n in range(5)]
        states = client.states("r", [ids[0], ids[-1], "nobody"])
        self.assertEqual(set(states), {ids[0], ids[-1], "nobody"})
        self.assertIsNone(states["nobody"])
        self.assertIn(states[ids[0]], ("QUEUED", "RUNNING"))
