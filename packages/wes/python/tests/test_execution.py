"""The plug-in as a process against the fake TES: what CWL documents come out as."""

from __future__ import annotations

import os

from .support import IMAGE, RunTest

ECHO = (
    "cwlVersion: v1.2\nclass: CommandLineTool\n"
    + IMAGE
    + """baseCommand: [echo]
inputs: { text: { type: string, inputBinding: {} } }
outputs: { said: { type: stdout } }
stdout: said.txt
"""
)


class Execution(RunTest):
    def test_a_single_tool_runs_as_one_task_and_its_stdout_is_an_output(self) -> None:
        tes = self.fake()
        self.write("workflow/main.cwl", ECHO)
        result = self.execute(tes, params={"text": "hello world"})
        self.assertEqual(result["status"], "success")
        self.assertEqual(self.text_of(result["outputs"]["said"]), "hello world\n")
        self.assertEqual(result["outputs"]["said"]["basename"], "said.txt")
        (document,) = tes.documents()
        self.assertEqual(document["executors"][0]["command"], ["echo", "hello world"])
        self.assertEqual(document["executors"][0]["image"], "bb:1")
        self.assertEqual(document["executors"][0]["stdout"], "/cwl/out/said.txt")
        self.assertEqual(document["executors"][0]["workdir"], "/cwl/out")
        self.assertEqual(document["tags"]["wes_run_id"], "run1")
        self.assertEqual([e["event"] for e in self.events()], ["submitted", "done"])

    def test_the_environment_of_a_task_holds_home_tmpdir_and_what_the_tool_declares_and_nothing_of_the_head(self) -> None:
        tes = self.fake()
        self.write(
            "workflow/main.cwl",
            ECHO.replace("outputs:", "requirements: { EnvVarRequirement: { envDef: { GREETING: '$(inputs.text)' } } }\noutputs:"),
        )
        self.execute(tes, params={"text": "hi"})
        env = tes.documents()[0]["executors"][0]["env"]
        self.assertEqual(env, {"HOME": "/cwl/out", "TMPDIR": "/tmp", "GREETING": "hi"})
        self.assertIn("/tmp", tes.documents()[0]["volumes"])

    def test_a_scatter_runs_in_parallel_and_keeps_its_order(self) -> None:
        tes = self.fake(hold=lambda _: lambda: tes.most_running == 12)
        self.write("workflow/echo.cwl", ECHO)
        self.write(
            "workflow/main.cwl",
            """cwlVersion: v1.2
class: Workflow
requirements: { ScatterFeatureRequirement: {} }
inputs: { words: 'string[]' }
outputs: { all: { type: 'File[]', outputSource: say/said } }
steps:
  say: { run: echo.cwl, scatter: text, in: { text: words }, out: [said] }
""",
        )
        words = [f"w{n}" for n in range(12)]
        result = self.execute(tes, params={"words": words})
        self.assertEqual([self.text_of(f) for f in result["outputs"]["all"]], [f"{w}\n" for w in words])
        self.assertEqual(tes.most_running, 12)
        self.assertEqual(sorted(tes.states()), sorted(f"say_{n}" for n in range(1, 13)))

    def test_a_scatter_over_equal_values_makes_as_many_tasks(self) -> None:
        tes = self.fake()
        self.write("workflow/echo.cwl", ECHO)
        self.write(
            "workflow/main.cwl",
            """cwlVersion: v1.2
class: Workflow
requirements: { ScatterFeatureRequirement: {} }
inputs: { words: 'string[]' }
outputs: { all: { type: 'File[]', outputSource: say/said } }
steps:
  say: { run: echo.cwl, scatter: text, in: { text: words }, out: [said] }
""",
        )
        result = self.execute(tes, params={"words": ["same", "same", "same"]})
        self.assertEqual(len({f["location"] for f in result["outputs"]["all"]}), 3)
        self.assertEqual(len({d["tags"]["cwl_key"] for d in tes.documents()}), 3)

    def test_max_tasks_bounds_how_many_are_live(self) -> None:
        tes = self.fake(hold=lambda _: 0.2)
        self.write("workflow/echo.cwl", ECHO)
        self.write(
            "workflow/main.cwl",
            """cwlVersion: v1.2
class: Workflow
requirements: { ScatterFeatureRequirement: {} }
inputs: { words: 'string[]' }
outputs: { all: { type: 'File[]', outputSource: say/said } }
steps:
  say: { run: echo.cwl, scatter: text, in: { text: words }, out: [said] }
""",
        )
        self.execute(tes, params={"words": [f"w{n}" for n in range(7)]}, parameters={"max_tasks": 2})
        self.assertEqual(len(tes.order), 7)
        self.assertLessEqual(tes.most_running, 2)

    def test_steps_pass_files_on_and_a_sub_workflows_steps_are_named_by_their_path(self) -> None:
        tes = self.fake()
        self.write("workflow/echo.cwl", ECHO)
        self.write(
            "workflow/upper.cwl",
            "cwlVersion: v1.2\nclass: CommandLineTool\n"
            + IMAGE
            + """baseCommand: [tr, a-z, A-Z]
inputs: { file: File }
stdin: $(inputs.file.path)
stdout: sub/dir/$(inputs.file.nameroot).upper
outputs: { made: { type: File, outputBinding: { glob: 'sub/dir/*.upper' } } }
""",
        )
        self.write(
            "workflow/sub.cwl",
            """cwlVersion: v1.2
class: Workflow
inputs: { text: string }
outputs: { loud: { type: File, outputSource: shout/made } }
steps:
  say: { run: echo.cwl, in: { text: text }, out: [said] }
  shout: { run: upper.cwl, in: { file: say/said }, out: [made] }
""",
        )
        self.write(
            "workflow/main.cwl",
            """cwlVersion: v1.2
class: Workflow
requirements: { SubworkflowFeatureRequirement: {} }
inputs: { text: string }
outputs: { loud: { type: File, outputSource: voice/loud } }
steps:
  voice: { run: sub.cwl, in: { text: text }, out: [loud] }
""",
        )
        result = self.execute(tes, params={"text": "quiet"})
        self.assertEqual(self.text_of(result["outputs"]["loud"]), "QUIET\n")
        self.assertEqual(tes.states(), {"voice/say": "COMPLETE", "voice/shout": "COMPLETE"})
        shout = tes.documents("voice/shout")[0]
        self.assertEqual(shout["executors"][0]["stdin"], "/cwl/in/stg0/said.txt")
        self.assertEqual(shout["executors"][0]["stdout"], "/cwl/out/sub/dir/said.upper")

    def test_the_steps_of_a_scattered_sub_workflow_are_named_by_their_item(self) -> None:
        tes = self.fake(
            hold=lambda document: (lambda: tes.states().get("voice_2/again") == "COMPLETE")
            if document["name"] == "voice_1/say"
            else 0
        )
        self.write("workflow/echo.cwl", ECHO)
        self.write(
            "workflow/main.cwl",
            """cwlVersion: v1.2
class: Workflow
requirements: { SubworkflowFeatureRequirement: {}, ScatterFeatureRequirement: {} }
inputs: { words: 'string[]' }
outputs: { all: { type: 'File[]', outputSource: voice/again } }
steps:
  voice:
    scatter: text
    in: { text: words }
    out: [again]
    run:
      class: Workflow
      inputs: { text: string }
      outputs: { again: { type: File, outputSource: again/said } }
      steps:
        say: { run: echo.cwl, in: { text: text }, out: [said] }
        again: { run: echo.cwl, in: { text: text, said: say/said }, out: [said] }
""",
        )
        result = self.execute(tes, params={"words": ["one", "two"]})
        self.assertEqual(sorted(tes.states()), ["voice_1/again", "voice_1/say", "voice_2/again", "voice_2/say"])
        self.assertEqual([self.text_of(f) for f in result["outputs"]["all"]], ["one\n", "two\n"])
        self.assertEqual(tes.documents()[-1]["name"], "voice_1/again", "an item does not wait for the others")

    def test_an_attached_file_reaches_the_task_by_url_with_its_secondary_files_beside_it(self) -> None:
        tes = self.fake()
        location = self.write("workflow/data/my ref.fa", ">x\nACGT\n")
        self.write("workflow/data/my ref.fa.fai", "x\t4\n")
        self.write(
            "workflow/main.cwl",
            "cwlVersion: v1.2\nclass: CommandLineTool\n"
            + IMAGE
            + """requirements: { ShellCommandRequirement: {}, InlineJavascriptRequirement: {} }
inputs: { ref: { type: File, secondaryFiles: [.fai] } }
arguments: [{ shellQuote: false, valueFrom: 'cat "$(inputs.ref.path)" "$(inputs.ref.path).fai" > both; cp both both.idx' }]
outputs:
  both: { type: File, secondaryFiles: [.idx], outputBinding: { glob: both } }
  again: { type: File, outputBinding: { outputEval: $(inputs.ref) } }
""",
        )
        result = self.execute(tes, params={"ref": {"class": "File", "location": location}})
        self.assertEqual(self.text_of(result["outputs"]["both"]), ">x\nACGT\nx\t4\n")
        self.assertEqual(self.text_of(result["outputs"]["both"]["secondaryFiles"][0]), ">x\nACGT\nx\t4\n")
        self.assertEqual(result["outputs"]["again"]["location"], location)
        paths = {item["path"]: item["url"] for item in tes.documents()[0]["inputs"]}
        self.assertEqual(paths["/cwl/in/stg0/my ref.fa"], location)
        self.assertEqual(paths["/cwl/in/stg0/my ref.fa.fai"], location + ".fai")

    def test_a_drs_object_is_never_read_by_the_head_and_may_be_passed_through(self) -> None:
        tes = self.fake()
        uri = "drs://localhost/abc"
        self.write(
            "workflow/main.cwl",
            "cwlVersion: v1.2\nclass: CommandLineTool\n"
            + IMAGE
            + """requirements: { InlineJavascriptRequirement: {} }
baseCommand: cat
inputs: { reads: { type: File, inputBinding: {} } }
stdout: $(inputs.reads.nameroot).$(inputs.reads.size).txt
outputs:
  text: { type: stdout }
  same: { type: File, outputBinding: { outputEval: $(inputs.reads) } }
""",
        )
        params = {"reads": {"class": "File", "location": uri, "basename": "reads.fq"}}
        result = self.execute(tes, params=params, objects={uri: {"size": 17, "name": "reads.fq"}})
        self.assertEqual(self.text_of(result["outputs"]["text"]), f"bytes of {uri}\n")
        self.assertEqual(result["outputs"]["text"]["basename"], "reads.17.txt")
        self.assertEqual(result["outputs"]["same"]["location"], uri)
        self.assertEqual(tes.documents()[0]["inputs"], [{"path": "/cwl/in/stg0/reads.fq", "type": "FILE", "url": uri}])

    def test_a_drs_objects_contents_are_refused_to_the_head_with_the_reason(self) -> None:
        tes = self.fake()
        self.write(
            "workflow/main.cwl",
            "cwlVersion: v1.2\nclass: CommandLineTool\n" + IMAGE + "baseCommand: 'true'\n"
            "inputs: { reads: { type: File, loadContents: true } }\noutputs: []\n",
        )
        params = {"reads": {"class": "File", "location": "drs://localhost/abc", "basename": "r"}}
        result = self.execute(tes, 1, params=params)
        self.assertIn("drs://localhost/abc is not read by the workflow engine", " ".join(result["message"].split()))
        self.assertEqual(tes.order, [])

    def test_literals_expressions_conditions_and_directories(self) -> None:
        tes = self.fake()
        self.write(
            "workflow/main.cwl",
            """cwlVersion: v1.2
class: Workflow
requirements: { InlineJavascriptRequirement: {}, StepInputExpressionRequirement: {}, MultipleInputFeatureRequirement: {} }
inputs: { n: int }
outputs:
  dir: { type: Directory, outputSource: pack/dir }
  count: { type: int, outputSource: count/count }
  skipped: { type: 'File?', outputSource: maybe/out }
steps:
  make:
    in: { n: n }
    out: [file]
    run:
      class: ExpressionTool
      inputs: { n: int }
      outputs: { file: File }
      expression: "${ return {file: {class: 'File', basename: 'lit.txt', contents: 'line\\\\n'.repeat(inputs.n)}}; }"
  pack:
    in: { file: make/file }
    out: [dir]
    run:
      class: CommandLineTool
      hints: { DockerRequirement: { dockerPull: 'bb:1' } }
      requirements: { ShellCommandRequirement: {} }
      inputs: { file: File }
      arguments: [{ shellQuote: false, valueFrom: "mkdir -p d/e && cp $(inputs.file.path) d/e/x && echo top > d/top" }]
      outputs: { dir: { type: Directory, outputBinding: { glob: d } } }
  count:
    in: { dir: pack/dir }
    out: [count]
    run:
      class: CommandLineTool
      hints: { DockerRequirement: { dockerPull: 'bb:1' } }
      requirements: { ShellCommandRequirement: {} }
      inputs: { dir: Directory }
      arguments: [{ shellQuote: false, valueFrom: "wc -l < $(inputs.dir.path)/e/x" }]
      stdout: n
      outputs: { count: { type: int, outputBinding: { glob: n, loadContents: true, outputEval: "$(parseInt(self[0].contents))" } } }
  maybe:
    when: $(inputs.n > 100)
    in: { n: n }
    out: [out]
    run:
      class: CommandLineTool
      hints: { DockerRequirement: { dockerPull: 'bb:1' } }
      inputs: { n: int }
      baseCommand: ['true']
      stdout: o
      outputs: { out: stdout }
""",
        )
        result = self.execute(tes, params={"n": 3})
        outputs = result["outputs"]
        self.assertEqual(outputs["count"], 3)
        self.assertIsNone(outputs["skipped"])
        listing = {entry["basename"]: entry for entry in outputs["dir"]["listing"]}
        self.assertEqual(sorted(listing), ["e", "top"])
        self.assertEqual(listing["e"]["listing"][0]["basename"], "x")
        self.assertEqual(sorted(tes.states()), ["count", "pack"])
        self.assertEqual(tes.documents("pack")[0]["inputs"][0]["content"], "line\n" * 3)
        self.assertEqual(tes.documents("count")[0]["inputs"][0]["type"], "DIRECTORY")

    def test_a_literal_over_128_kib_is_written_once_and_sent_by_url(self) -> None:
        tes = self.fake()
        self.write(
            "workflow/main.cwl",
            "cwlVersion: v1.2\nclass: CommandLineTool\n" + IMAGE + "baseCommand: [wc, -c]\n"
            "inputs: { file: File }\nstdin: $(inputs.file.path)\nstdout: n\noutputs: { n: stdout }\n",
        )
        big = "x" * (128 * 1024 + 1)
        result = self.execute(tes, params={"file": {"class": "File", "basename": "big", "contents": big}})
        self.assertEqual(self.text_of(result["outputs"]["n"]).strip(), str(len(big)))
        (item,) = tes.documents()[0]["inputs"]
        self.assertNotIn("content", item)
        self.assertTrue(item["url"].startswith(self.url("work", "literals") + "/"))

    def test_the_initial_work_directory_holds_files_literals_and_empty_directories(self) -> None:
        tes = self.fake()
        location = self.write("workflow/in.txt", "original\n")
        other = self.write("workflow/other.txt", "other\n")
        self.write(
            "workflow/main.cwl",
            "cwlVersion: v1.2\nclass: CommandLineTool\n"
            + IMAGE
            + """requirements:
  ShellCommandRequirement: {}
  InlineJavascriptRequirement: {}
  InitialWorkDirRequirement:
    listing:
      - { entry: $(inputs.file), entryname: renamed.txt, writable: true }
      - { entry: $(inputs.other) }
      - { entry: 'n=$(inputs.n)', entryname: conf/n.ini }
      - "${ return {class: 'Directory', basename: 'empty', listing: []}; }"
inputs: { file: File, other: File, n: int }
arguments: [{ shellQuote: false, valueFrom: "echo more >> renamed.txt; touch empty/made; cat conf/n.ini other.txt" }]
stdout: out
outputs:
  out: stdout
  renamed: { type: File, outputBinding: { glob: renamed.txt } }
  same: { type: File, outputBinding: { glob: other.txt } }
  made: { type: File, outputBinding: { glob: empty/made } }
""",
        )
        result = self.execute(tes, params={"n": 7, "file": {"class": "File", "location": location}, "other": {"class": "File", "location": other}})
        self.assertEqual(self.text_of(result["outputs"]["out"]), "n=7other\n")
        self.assertEqual(self.text_of(result["outputs"]["renamed"]), "original\nmore\n")
        self.assertEqual(self.text_of(result["outputs"]["same"]), "other\n")
        self.assertEqual(self.text_of(result["outputs"]["made"]), "")
        document = tes.documents()[0]
        self.assertIn("/cwl/out/empty", document["volumes"])
        self.assertIn({"path": "/cwl/out/conf/n.ini", "type": "FILE", "content": "n=7"}, document["inputs"])
        with open(self.path("workflow", "in.txt"), encoding="utf-8") as file:
            self.assertEqual(file.read(), "original\n")

    def test_cwl_output_json_and_an_optional_glob_without_match(self) -> None:
        tes = self.fake()
        self.write(
            "workflow/main.cwl",
            "cwlVersion: v1.2\nclass: CommandLineTool\n"
            + IMAGE
            + """requirements: { ShellCommandRequirement: {} }
inputs: []
arguments: [{ shellQuote: false, valueFrom: "echo x > 'a b'; echo '{\\"f\\": {\\"class\\": \\"File\\", \\"path\\": \\"a b\\"}, \\"n\\": 5}' > cwl.output.json" }]
outputs: { f: File, n: int }
""",
        )
        result = self.execute(tes)
        self.assertEqual(self.text_of(result["outputs"]["f"]), "x\n")
        self.assertTrue(result["outputs"]["f"]["location"].endswith("/a%20b"))
        self.assertEqual(result["outputs"]["n"], 5)

    def test_resources_and_the_time_limit_are_passed_where_tes_offers_it(self) -> None:
        tes = self.fake(backend_parameters=["max_runtime_seconds"])
        requirement = "requirements: { ToolTimeLimit: { timelimit: 90 }, ResourceRequirement: { coresMin: 1.5, ramMin: 2048, tmpdirMin: 512, outdirMin: 512 } }\n"
        self.write("workflow/main.cwl", ECHO.replace("baseCommand", requirement + "baseCommand"))
        self.execute(tes, params={"text": "x"})
        expected = {"cpu_cores": 2, "ram_gb": 2.0, "disk_gb": 1.0, "backend_parameters": {"max_runtime_seconds": "90"}}
        self.assertEqual(tes.documents()[0]["resources"], expected)

    def test_a_packed_document_runs_by_its_fragment(self) -> None:
        tes = self.fake()
        tool = "\n".join(f"    {line}" for line in ECHO.replace("cwlVersion: v1.2\n", "").splitlines())
        self.write("workflow/main.cwl", f"cwlVersion: v1.2\n$graph:\n  - id: echo\n{tool}\n")
        result = self.execute(tes, workflow="main.cwl#echo", params={"text": "packed"})
        self.assertEqual(self.text_of(result["outputs"]["said"]), "packed\n")

    def test_a_tes_that_ignores_the_tag_filter_is_asked_task_by_task(self) -> None:
        tes = self.fake()
        tes.ignore_filter = True
        self.write("workflow/main.cwl", ECHO)
        self.assertEqual(self.execute(tes, params={"text": "x"})["status"], "success")

    def test_nothing_of_cwltools_temporary_directories_is_left(self) -> None:
        tes = self.fake()
        self.write("workflow/main.cwl", ECHO)
        self.execute(tes, params={"text": "x"})
        self.assertEqual([name for name in os.listdir(self.path("job", "tmp")) if name.startswith("cwl-")], [])
