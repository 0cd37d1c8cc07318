"""Locations, cwltool's file access and the path mapper, without any process."""

from __future__ import annotations

import os

from cwltool.errors import WorkflowException
from schema_salad.exceptions import ValidationException

from biocloud_cwl.storage import Locations, RunFetcher, TesFs, TesPathMapper, workflow_uri

from .support import RunTest


def a_file(location: str, basename: str, **members: object) -> dict:
    return {"class": "File", "location": location, "basename": basename, **members}


class StorageTest(RunTest):
    def setUp(self) -> None:
        super().setUp()
        self.run_ = self.a_run(objects={"drs://localhost/abc": {"size": 7}})
        self.locations = Locations(self.run_)

    def fs(self, folder: str = "work/step-key/1/out") -> TesFs:
        os.makedirs(self.path(folder), exist_ok=True)
        return TesFs(self.locations, self.url(folder))


class Files(StorageTest):
    def test_glob_of_the_folder_itself_is_exactly_its_url(self) -> None:
        fs = self.fs()
        self.assertEqual(fs.glob(fs.basedir), [fs.basedir])
        self.assertEqual(fs.glob(fs.basedir + "/"), [fs.basedir])

    def test_glob_answers_quoted_urls_for_an_unquoted_pattern(self) -> None:
        fs = self.fs()
        for name in ("a b.txt", "c#%.txt", ".hidden.txt", "d.bam"):
            self.write(f"work/step-key/1/out/{name}", "")
        found = sorted(fs.glob(fs.join(fs.basedir, "*.txt")))
        self.assertEqual(found, [f"{fs.basedir}/a%20b.txt", f"{fs.basedir}/c%23%25.txt"])
        self.assertEqual(fs.glob(fs.join(fs.basedir, ".hid*")), [f"{fs.basedir}/.hidden.txt"])
        self.assertTrue(all(fs.isfile(url) for url in found))

    def test_glob_never_leaves_the_output_folder(self) -> None:
        fs = self.fs()
        self.write("work/other", "")
        os.symlink("/etc", self.path("work/step-key/1/out/link"))
        for pattern in ("../../../*", "link/*", "link/hosts", "../../../../workflow"):
            self.assertEqual(fs.glob(fs.join(fs.basedir, pattern)), [], pattern)

    def test_c1_join_returns_an_absolute_location_as_it_is(self) -> None:
        fs = self.fs()
        self.assertEqual(fs.join(fs.basedir, "drs://localhost/abc"), "drs://localhost/abc")
        self.assertEqual(fs.join(fs.basedir, fs.basedir + "/x"), fs.basedir + "/x")
        self.assertEqual(fs.join(fs.basedir, "_:literal"), "_:literal")
        self.assertEqual(fs.join("/cwl/out", "/cwl/in/x"), "/cwl/in/x")
        self.assertEqual(fs.join(fs.basedir, "x"), fs.basedir + "/x")

    def test_files_outside_of_the_run_do_not_exist_for_the_head(self) -> None:
        fs = self.fs()
        os.symlink("/etc/passwd", self.path("work/step-key/1/out/link"))
        for location in ("file:///etc/passwd", "/etc/passwd", f"{fs.basedir}/link", f"{fs.basedir}/../../../../../../etc/passwd"):
            self.assertFalse(fs.exists(location), location)
            self.assertFalse(fs.isfile(location), location)
            with self.assertRaises(PermissionError, msg=location):
                fs.open(location, "rb")

    def test_a_remote_file_has_the_size_that_the_run_file_gives_and_no_contents(self) -> None:
        fs = self.fs()
        self.assertEqual(fs.size("drs://localhost/abc"), 7)
        self.assertTrue(fs.exists("drs://localhost/abc"))
        self.assertFalse(fs.exists("drs://localhost/abc.fai"))
        with self.assertRaises(OSError):
            fs.size("drs://localhost/unknown")
        with self.assertRaises(OSError):
            fs.open("drs://localhost/abc", "rb")

    def test_a_listing_names_every_entry_by_its_url(self) -> None:
        fs = self.fs()
        self.write("work/step-key/1/out/d/x y", "")
        os.makedirs(self.path("work/step-key/1/out/d/e"))
        self.assertEqual(fs.listdir(fs.basedir + "/d"), [f"{fs.basedir}/d/e", f"{fs.basedir}/d/x%20y"])
        self.assertTrue(fs.isdir(fs.basedir + "/d/e"))

    def test_tasks_get_the_storage_url_of_what_the_head_sees_under_another_path(self) -> None:
        run = self.a_run(workflow_url="s3://runs/1/workflow", work_url="s3://runs/1/work")
        locations = Locations(run)
        self.assertEqual(locations.task_url(self.url("workflow/a b")), "s3://runs/1/workflow/a%20b")
        self.assertEqual(locations.task_url("s3://runs/1/work/x"), "s3://runs/1/work/x")
        self.assertEqual(locations.local("s3://runs/1/work/a%20b"), self.path("work/a b"))
        self.assertEqual(locations.task_url("https://example.org/x"), "https://example.org/x")
        for outside in ("file:///etc/passwd", self.url("workflow/../../x"), self.url("workflowx")):
            with self.assertRaises(WorkflowException, msg=outside):
                locations.task_url(outside)


class Mapper(StorageTest):
    def mapper(self, *files: dict, separate: bool = True) -> TesPathMapper:
        return TesPathMapper(self.locations, list(files), "", "/cwl/in", separate)

    def test_targets_are_counted_so_that_equal_jobs_are_equal(self) -> None:
        files = [a_file("drs://localhost/abc", "x.fq"), a_file("https://example.org/y", "y")]
        first, second = self.mapper(*files), self.mapper(*files)
        self.assertEqual([e.target for e in first], ["/cwl/in/stg0/x.fq", "/cwl/in/stg1/y"])
        self.assertEqual(list(first), list(second))

    def test_remote_locations_are_passed_through_unread(self) -> None:
        mapper = self.mapper(a_file("drs://localhost/abc", "x"), a_file("https://127.0.0.1:9/y", "y"))
        self.assertEqual([e.resolved for e in mapper], ["drs://localhost/abc", "https://127.0.0.1:9/y"])

    def test_secondary_files_lie_beside_their_primary(self) -> None:
        mapper = self.mapper(a_file("drs://localhost/a", "r.fa", secondaryFiles=[a_file("drs://localhost/b", "r.fa.fai")]))
        self.assertEqual([e.target for e in mapper], ["/cwl/in/stg0/r.fa", "/cwl/in/stg0/r.fa.fai"])

    def test_a_literal_directory_is_its_children_and_a_real_one_is_itself(self) -> None:
        literal = {"class": "Directory", "location": "_:1", "basename": "d", "listing": [a_file("drs://localhost/a", "x")]}
        self.assertEqual([(e.target, e.type, e.staged) for e in self.mapper(literal)],
                         [("/cwl/in/stg0/d", "Directory", True), ("/cwl/in/stg0/d/x", "File", True)])  # fmt: skip
        real = {**literal, "location": self.url("work/d"), "listing": [a_file(self.url("work/d/x"), "x")]}
        self.assertEqual([e.staged for e in self.mapper(real)], [True, False])

    def test_a_literal_file_is_written_once_into_the_runs_storage(self) -> None:
        first = self.mapper(a_file("_:1", "n.txt", contents="é\n"))
        second = self.mapper(a_file("_:2", "n.txt", contents="é\n"))
        (entry,), (again,) = list(first), list(second)
        self.assertEqual(entry.resolved, again.resolved)
        with open(entry.resolved, encoding="utf-8") as file:
            self.assertEqual(file.read(), "é\n")
        self.assertEqual(first.contents[entry.resolved], "é\n")

    def test_a_literals_name_cannot_lead_out_of_the_literals_folder(self) -> None:
        path = self.locations.write_literal("x", "../../../../evil")
        self.assertTrue(path.startswith(self.path("work", "literals") + "/"), path)
        self.assertNotIn("..", path)


class Fetching(StorageTest):
    def test_documents_come_from_the_workflow_tree_alone(self) -> None:
        url = self.write("workflow/tool.cwl", "class: X\n")
        self.write("work/made.cwl", "class: X\n")
        os.symlink("/etc/hosts", self.path("workflow/link.cwl"))
        fetcher = RunFetcher(self.run_, {})
        self.assertEqual(fetcher.fetch_text(url), "class: X\n")
        for outside in ("file:///etc/hosts", self.url("work/made.cwl"), self.url("workflow/link.cwl"), "https://example.org/x.cwl"):
            with self.assertRaises(ValidationException, msg=outside):
                fetcher.fetch_text(outside)

    def test_the_fragment_of_the_workflow_is_kept_and_a_hash_in_a_folders_name_is_not_one(self) -> None:
        self.write("workflow/main.cwl", "")
        self.assertEqual(workflow_uri(self.run_), self.url("workflow/main.cwl"))
        packed = self.a_run(workflow="main.cwl#tool")
        self.assertEqual(workflow_uri(packed), self.url("workflow/main.cwl") + "#tool")
