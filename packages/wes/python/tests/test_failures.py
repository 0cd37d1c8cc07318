"""The plug-in as a process against the fake TES: failing steps, refused documents, cancel, and a head that starts again."""

from __future__ import annotations

import os
import signal
import time

from .support import IMAGE, RunTest

SHELL = (
    "cwlVersion: v1.2\nclass: CommandLineTool\n"
    + IMAGE
    + """requirements: { ShellCommandRequirement: {} }
inputs: { text: string, after: 'File?' }
arguments: [{ shellQuote: false, valueFrom: $(inputs.text) }]
stdout: out
outputs: { out: stdout }
"""
)
SCATTER = """cwlVersion: v1.2
class: Workflow
requirements: { ScatterFeatureRequirement: {} }
inputs: { commands: 'string[]' }
outputs: { all: { type: 'File[]', outputSource: step/out } }
steps:
  step: { run: shell.cwl, scatter: text, in: { text: commands }, out: [out] }
"""
CHAIN = """cwlVersion: v1.2
class: Workflow
inputs: { a: string, b: string }
outputs: { last: { type: File, outputSource: second/out } }
steps:
  first: { run: shell.cwl, in: { text: a }, out: [out] }
  second: { run: shell.cwl, in: { text: b, after: first/out }, out: [out] }
"""


class Failures(RunTest):
    def setUp(self) -> None:
        super().setUp()
        self.write("workflow/shell.cwl", SHELL)

    def test_a_failed_step_fails_the_run_with_its_exit_code_and_stderr(self) -> None:
        tes = self.fake()
        self.write("workflow/main.cwl", CHAIN)
        result = self.execute(tes, 1, params={"a": "echo no such genome >&2; exit 3", "b": "echo b"})
        self.assertEqual(result["status"], "permanentFail")
        self.assertEqual(result["message"], "first: exit code 3\nno such genome")
        self.assertEqual(tes.states(), {"first": "EXECUTOR_ERROR"})
        done, failed = self.events("done", "failed")
        self.assertEqual((done["state"], done["exit_code"]), ("EXECUTOR_ERROR", 3))
        self.assertEqual((failed["step"], failed["state"]), ("first", "EXECUTOR_ERROR"))

    def test_after_a_failure_nothing_new_starts_and_running_siblings_finish(self) -> None:
        # The second of five goes on when the plug-in knows that the first has failed; the others are held back by max_tasks.
        failed = lambda: self.has_line("events.jsonl", '"failed"')  # noqa: E731
        tes = self.fake(hold=lambda document: failed if document["name"] == "step_2" else 0)
        self.write("workflow/main.cwl", SCATTER)
        commands = ["exit 1", "echo kept", "echo 3", "echo 4", "echo 5"]
        result = self.execute(tes, 1, params={"commands": commands}, parameters={"max_tasks": 2})
        self.assertEqual(tes.states(), {"step_1": "EXECUTOR_ERROR", "step_2": "COMPLETE"})
        self.assertEqual(result["message"], "step_1: exit code 1")

    def test_on_error_continue_runs_what_does_not_depend_on_the_failed_step(self) -> None:
        tes = self.fake()
        self.write("workflow/main.cwl", SCATTER)
        commands = ["exit 1", "echo 2", "echo 3"]
        result = self.execute(tes, 1, params={"commands": commands}, parameters={"max_tasks": 1, "on_error": "continue"})
        self.assertEqual(list(tes.states().values()), ["EXECUTOR_ERROR", "COMPLETE", "COMPLETE"])
        self.assertEqual(result["status"], "permanentFail")

    def test_exit_codes_are_read_as_the_tool_declares_them(self) -> None:
        codes = "successCodes: [0, 4]\ntemporaryFailCodes: [5]\npermanentFailCodes: [6]\n"
        for code, status, exit_code in ((4, "success", 0), (5, "temporaryFail", 1), (6, "permanentFail", 1)):
            with self.subTest(code=code):
                tes = self.fake()
                self.write("workflow/main.cwl", SHELL + codes)
                result = self.execute(tes, exit_code, params={"text": f"echo x; exit {code}"})
                self.assertEqual(result["status"], status)
                self.assertTrue(tes.documents()[0]["executors"][0]["ignore_error"])
                os.remove(self.path("job", "journal.jsonl"))

    def test_a_task_that_tes_lost_is_submitted_once_more(self) -> None:
        tes = self.fake(lose=lambda document, earlier: earlier == 0)
        self.write("workflow/main.cwl", SHELL)
        result = self.execute(tes, params={"text": "echo x"})
        self.assertEqual(result["status"], "success")
        self.assertEqual([task["state"] for task in tes.tasks.values()], ["SYSTEM_ERROR", "COMPLETE"])
        urls = {document["outputs"][0]["url"] for document in tes.documents()}
        self.assertEqual(len(urls), 2, "each attempt writes to a folder of its own")
        self.assertIn("the node went away", self.events("message")[0]["text"])

    def test_a_task_that_would_fail_the_same_way_again_is_not_submitted_again(self) -> None:
        tes = self.fake(lose=lambda *_: True, lose_reason="image_missing")
        self.write("workflow/main.cwl", SHELL)
        result = self.execute(tes, 1, params={"text": "echo x"})
        self.assertEqual(result["status"], "permanentFail")
        self.assertEqual(len(tes.order), 1)

    def test_a_task_lost_for_a_reason_that_may_pass_is_submitted_once_more(self) -> None:
        tes = self.fake(lose=lambda _, earlier: earlier == 0, lose_reason="image_unavailable")
        self.write("workflow/main.cwl", SHELL)
        self.assertEqual(self.execute(tes, params={"text": "echo x"})["status"], "success")
        self.assertEqual(len(tes.order), 2)

    def test_a_task_lost_twice_is_a_temporary_failure_with_the_reason_of_tes(self) -> None:
        tes = self.fake(lose=lambda *_: True)
        self.write("workflow/main.cwl", SHELL)
        result = self.execute(tes, 1, params={"text": "echo x"})
        self.assertEqual(result["status"], "temporaryFail")
        self.assertIn("the node went away", result["message"])
        self.assertEqual(len(tes.order), 2)

    def test_a_task_cancelled_from_outside_fails_the_step(self) -> None:
        tes = self.fake(hold=lambda _: 30)
        self.write("workflow/main.cwl", SHELL)
        process = self.start(self.run_file(tes.url, params={"text": "echo x"}))
        tes.wait_for(lambda: len(tes.order) == 1)
        tes.write(f"/key/ga4gh/tes/v1/tasks/{tes.order[0]}:cancel", {}, None)
        result = self.finish(process, 1)
        self.assertIn("cancelled from outside", result["message"])
        self.assertEqual(len(tes.order), 1)

    def test_a_task_that_tes_refuses_fails_the_step_with_tess_own_words(self) -> None:
        tes = self.fake(refuse=lambda _: (403, {"msg": "needs a visa for dataset x", "status_code": 403}))
        self.write("workflow/main.cwl", SHELL)
        result = self.execute(tes, 1, params={"text": "echo x"})
        self.assertEqual(result["status"], "permanentFail")
        self.assertIn("needs a visa for dataset x", result["message"])

    def test_a_tes_that_no_longer_answers_is_a_temporary_failure(self) -> None:
        tes = self.fake(hold=lambda _: 60)
        self.write("workflow/main.cwl", SHELL)
        process = self.start(self.run_file(tes.url, params={"text": "echo x"}, parameters={"retry_seconds": 1}))
        tes.wait_for(lambda: self.has_line("events.jsonl", '"submitted"'))
        tes.close()
        result = self.finish(process, 1)
        self.assertEqual(result["status"], "temporaryFail")
        self.assertIn("TES does not answer", result["message"])

    def test_the_time_limit_is_kept_by_the_plug_in_too(self) -> None:
        tes = self.fake(hold=lambda _: 30)
        self.write("workflow/main.cwl", SHELL.replace("requirements: {", "requirements: { ToolTimeLimit: { timelimit: 1 },"))
        result = self.execute(tes, 1, params={"text": "echo x"})
        self.assertEqual(result["status"], "permanentFail")
        self.assertIn("time limit of 1 s", result["message"])
        self.assertEqual(tes.states(), {"main.cwl": "CANCELED"})

    def test_a_missing_output_fails_the_step(self) -> None:
        tes = self.fake()
        self.write("workflow/main.cwl", SHELL.replace("{ out: stdout }", "{ out: { type: File, outputBinding: { glob: nowhere } } }"))
        result = self.execute(tes, 1, params={"text": "echo x"})
        self.assertEqual(result["status"], "permanentFail")
        self.assertIn("Did not find output file with glob pattern", result["message"])


class Refusals(RunTest):
    def refused(self, document: str, code: int = 33, **members: object) -> str:
        tes = self.fake()
        self.write("workflow/main.cwl", document)
        result = self.execute(tes, code, **members)
        self.assertEqual(tes.order, [])
        self.assertEqual(result["status"], "unsupported" if code == 33 else "invalid")
        return " ".join(result["message"].split())

    def test_a_tool_without_an_image_is_unsupported_unless_the_site_has_a_default(self) -> None:
        for document in (SHELL.replace(IMAGE, ""), SHELL.replace("{ dockerPull: 'bb:1' }", "{}")):
            with self.subTest(document=document):
                self.assertIn("names no container image", self.refused(document, params={"text": "true"}))
                tes = self.fake()
                result = self.execute(tes, params={"text": "echo x"}, parameters={"default_container": "bb:2"})
                self.assertEqual(result["status"], "success")
                self.assertEqual(tes.documents()[0]["executors"][0]["image"], "bb:2")
                os.remove(self.path("job", "journal.jsonl"))

    def test_an_image_that_would_have_to_be_built_is_unsupported(self) -> None:
        document = SHELL.replace("dockerPull: 'bb:1'", "dockerFile: 'FROM scratch', dockerImageId: x")
        self.assertIn("dockerFile is not supported", self.refused(document, params={"text": "true"}))

    def test_an_abstract_operation_is_unsupported(self) -> None:
        document = "cwlVersion: v1.2\nclass: Operation\ninputs: []\noutputs: []\n"
        self.assertIn("Operation", self.refused(document))

    def test_in_place_update_mpi_and_secrets_are_unsupported(self) -> None:
        for requirement in (
            "InplaceUpdateRequirement: { inplaceUpdate: true }",
            "cwltool:MPIRequirement: { processes: 2 }",
            "cwltool:Secrets: { secrets: [text] }",
        ):
            with self.subTest(requirement=requirement):
                document = SHELL.replace("{ ShellCommandRequirement: {} }", "{ ShellCommandRequirement: {}, " + requirement + " }")
                document += "$namespaces: { cwltool: 'http://commonwl.org/cwltool#' }\n"
                self.assertRegex(self.refused(document, params={"text": "true"}), "not supported|Unsupported requirement")

    def test_a_document_that_does_not_parse_is_invalid(self) -> None:
        self.assertIn("main.cwl", self.refused("cwlVersion: v1.2\nclass: Nonsense\ninputs: []\noutputs: []\n", 1))

    def test_inputs_that_do_not_fit_are_invalid_and_named(self) -> None:
        self.assertIn("text", self.refused(SHELL, 1, params={"text": 5}))

    def test_nothing_outside_of_the_run_is_loaded_into_a_document(self) -> None:
        secret = os.path.join(os.path.dirname(self.folder), "secret.cwl")
        with open(secret, "w", encoding="utf-8") as file:
            file.write(SHELL)
        for place in (f"file://{secret}", "../../secret.cwl", "http://127.0.0.1:9/x.cwl"):
            with self.subTest(place=place):
                document = (
                    "cwlVersion: v1.2\nclass: Workflow\ninputs: []\noutputs: []\n"
                    f"steps: {{ a: {{ run: '{place}', in: {{}}, out: [] }} }}\n"
                )
                self.assertRegex(self.refused(document, 1), "is not among the files of this workflow|undefined reference")

    def test_nothing_outside_of_the_run_is_read_by_the_head_or_given_to_a_task(self) -> None:
        secret = os.path.join(os.path.dirname(self.folder), "secret.txt")
        with open(secret, "w", encoding="utf-8") as file:
            file.write("secret")
        file_type = "type: File"
        for load in ("", ", loadContents: true"):
            with self.subTest(load=load):
                tes = self.fake()
                self.write("workflow/main.cwl", SHELL.replace("'File?'", f"{{ {file_type}{load} }}"))
                params = {"text": "echo x", "after": {"class": "File", "location": f"file://{secret}"}}
                result = self.execute(tes, 1, params=params)
                self.assertIn("is outside of this run", " ".join(result["message"].split()))
                self.assertEqual(tes.order, [])

    def test_a_run_file_that_cannot_be_used_is_exit_2(self) -> None:
        self.write("job/cwl.json", '{"version": 1, "run_id": "x"}')
        process = self.start(self.path("job", "cwl.json"))
        _, stderr = process.communicate(timeout=30)
        self.assertEqual(process.returncode, 2)
        self.assertIn("lacks tes, workflow", stderr)


class Restarts(RunTest):
    def setUp(self) -> None:
        super().setUp()
        self.write("workflow/shell.cwl", SHELL)

    def test_sigterm_cancels_live_tasks_starts_nothing_and_exits_143(self) -> None:
        tes = self.fake(hold=lambda _: 60)
        self.write("workflow/main.cwl", SCATTER)
        process = self.start(self.run_file(tes.url, params={"commands": [f"echo {n}" for n in range(6)]}, parameters={"max_tasks": 4}))
        tes.wait_for(lambda: len(tes.order) == 4)
        started = time.monotonic()
        os.killpg(process.pid, signal.SIGTERM)
        result = self.finish(process, 143)
        self.assertLess(time.monotonic() - started, 15, "the head kills after 15 s")
        self.assertEqual(result["status"], "cancelled")
        self.assertEqual(list(tes.states().values()), ["CANCELED"] * 4)

    def test_sigterm_while_tasks_are_being_created_leaves_none_alive(self) -> None:
        for delay in (0.0, 0.02, 0.05, 0.1):
            with self.subTest(delay=delay):
                tes = self.fake(hold=lambda _: 60)
                self.write("workflow/main.cwl", SCATTER)
                process = self.start(self.run_file(tes.url, params={"commands": [f"echo {delay} {n}" for n in range(40)]}))
                tes.wait_for(lambda: len(tes.order) >= 1)
                time.sleep(delay)
                os.killpg(process.pid, signal.SIGTERM)
                self.finish(process, 143)
                self.assertEqual(tes.live(), [])
                os.remove(self.path("job", "journal.jsonl"))

    def test_a_restarted_head_adopts_live_tasks_and_skips_done_ones(self) -> None:
        adopted = lambda: self.has_line("events.jsonl", '"adopted"')  # noqa: E731
        tes = self.fake(hold=lambda document: adopted if document["name"] == "second" else 0)
        self.write("workflow/main.cwl", CHAIN)
        run_file = self.run_file(tes.url, params={"a": "echo a", "b": "echo b"})
        process = self.start(run_file)
        # The answer to the POST was written down: the case before that is the next test's.
        tes.wait_for(lambda: len(tes.order) == 2 and self.has_line("journal.jsonl", '"task"', tes.order[1]))
        process.kill()
        process.communicate()
        result = self.finish(self.start(run_file), 0)
        self.assertEqual(len(tes.order), 2)
        self.assertEqual(self.text_of(result["outputs"]["last"]), "b\n")
        self.assertEqual([(e["event"], e["step"]) for e in self.events("cached", "adopted")], [("cached", "first"), ("adopted", "second")])

    def test_a_head_killed_between_the_post_and_its_answer_makes_no_second_task(self) -> None:
        tes = self.fake(hold=lambda _: 1)
        self.write("workflow/main.cwl", SCATTER)
        run_file = self.run_file(tes.url, params={"commands": [f"echo {n}" for n in range(8)]})
        process = self.start(run_file)

        def kill(_document: object) -> None:
            if len(tes.order) == 3:
                process.kill()

        tes.on_create = kill
        process.communicate()
        tes.on_create = None
        result = self.finish(self.start(run_file), 0)
        self.assertEqual(len(result["outputs"]["all"]), 8)
        self.assertEqual(len(tes.order), 8)
        self.assertEqual(sorted(self.text_of(f) for f in result["outputs"]["all"]), [f"{n}\n" for n in range(8)])

    def test_a_journal_whose_last_line_was_cut_is_used_up_to_there(self) -> None:
        tes = self.fake()
        self.write("workflow/main.cwl", CHAIN)
        run_file = self.run_file(tes.url, params={"a": "echo a", "b": "echo b"})
        self.finish(self.start(run_file), 0)
        with open(self.path("job", "journal.jsonl"), "a", encoding="utf-8") as file:
            file.write('{"what": "do')
        self.finish(self.start(run_file), 0)
        self.assertEqual(len(tes.order), 2)

    def test_a_done_step_whose_output_folder_is_gone_runs_again(self) -> None:
        import shutil

        tes = self.fake()
        self.write("workflow/main.cwl", SHELL)
        run_file = self.run_file(tes.url, params={"text": "echo a"})
        self.finish(self.start(run_file), 0)
        for name in os.listdir(self.path("work")):
            shutil.rmtree(self.path("work", name))
        result = self.finish(self.start(run_file), 0)
        self.assertEqual(self.text_of(result["outputs"]["out"]), "a\n")
        self.assertEqual(len(tes.order), 2)
