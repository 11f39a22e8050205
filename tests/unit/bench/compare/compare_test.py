#!/usr/bin/env python3
"""Comparisons of benchmarks: what is made of the numbers, and the whole way with a project whose
one benchmark is a script."""

import contextlib
import io
import json
import pathlib
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[4]
sys.path.insert(0, str(ROOT / "bench" / "compare"))

import compare  # noqa: E402
import results  # noqa: E402


def run_of(unit="ns_per_packet", **rows):
    return {"unit": unit, "rows": [{"name": name, unit: value} for name, value in rows.items()]}


class Numbers(unittest.TestCase):
    def test_ratios_are_those_of_runs_that_followed_each_other(self):
        comparison = results.Comparison("pipeline")
        # A machine that halves its speed between the pairs changes no ratio.
        for old, new in ((100, 80), (200, 160), (100, 90)):
            comparison.add(run_of(syn=old), run_of(syn=new))
        self.assertEqual(comparison.rows(), [
            {"name": "syn", "old_ns_per_packet": 100, "new_ns_per_packet": 90, "ratio": 0.8,
             "min_ratio": 0.8, "max_ratio": 0.9}])

    def test_rows_of_one_version_alone_are_named_as_such(self):
        comparison = results.Comparison("pipeline")
        comparison.add(run_of(gone=5), run_of(made=7))
        self.assertEqual([(row["name"], row["only_in"]) for row in comparison.rows()],
                         [("made", "new"), ("gone", "old")])
        text = results.table(comparison, "main", 1)
        self.assertIn("only in the new version", text)
        self.assertIn("only in the old version", text)

    def test_documents_say_their_unit(self):
        comparison = results.Comparison("memory")
        comparison.add(run_of("bytes_per_entry", flow=100), run_of("bytes_per_entry", flow=50))
        self.assertEqual(comparison.rows()[0]["ratio"], 0.5)
        self.assertIn("bytes per entry", results.table(comparison, "main", 1))

    def test_documents_without_a_unit_are_in_ns_per_packet(self):
        self.assertEqual(results.values({"rows": [{"name": "syn", "ns_per_packet": 3}]}),
                         {"syn": 3})

    def test_rows_that_measure_something_else_are_left_out(self):
        self.assertEqual(results.values({"rows": [{"name": "syn", "connections": 3}]}), {})

    def test_the_table_has_a_line_for_each_row(self):
        comparison = results.Comparison("pipeline")
        comparison.add(run_of(syn=100, ack=2000), run_of(syn=50, ack=3000))
        lines = results.table(comparison, "main (0123456789)", 1).splitlines()
        self.assertEqual(lines[-3:], ["       old    new  new/old      min .. max",
                                      "syn  100.0   50.0    0.500  0.500 .. 0.500",
                                      "ack  2,000  3,000    1.500  1.500 .. 1.500"])


PRESETS = {"version": 6, "configurePresets": [
    {"name": "release", "generator": "Ninja", "binaryDir": "${sourceDir}/build/release"}]}

SCRIPT = """#!/bin/sh
# sekimori-bench-toy --json FILE [OPTION]
[ "$3" != fail ] || { echo no luck; exit 1; }
echo '{"unit": "ns_per_packet", "rows": [{"name": "syn", "ns_per_packet": VALUE}]}' >"$2"
echo VALUE >>"ORDER"
"""


class WholeWay(unittest.TestCase):
    def setUp(self):
        scratch = tempfile.TemporaryDirectory()
        self.addCleanup(scratch.cleanup)
        self.root = pathlib.Path(scratch.name) / "project"
        self.order = pathlib.Path(scratch.name) / "order"
        self.root.mkdir()
        self.git("init", "--quiet")
        (self.root / ".gitignore").write_text("build/\n")
        (self.root / "CMakePresets.json").write_text(json.dumps(PRESETS))
        (self.root / "CMakeLists.txt").write_text(
            "cmake_minimum_required(VERSION 3.25)\nproject(toy NONE)\n")
        self.commit("without")
        self.benchmark(100)
        self.commit("slow")
        self.benchmark(25)

    def git(self, *words):
        subprocess.run(["git", "-c", "user.name=Test", "-c", "user.email=test@example.net", *words],
                       cwd=self.root, check=True, capture_output=True)

    def commit(self, tag):
        self.git("add", "--all")
        self.git("commit", "--quiet", "--message", tag)
        self.git("tag", tag)

    def benchmark(self, value):
        script = SCRIPT.replace("VALUE", str(value)).replace("ORDER", str(self.order))
        (self.root / "toy.sh").write_text(script)
        (self.root / "toy.sh").chmod(0o755)
        (self.root / "CMakeLists.txt").write_text(
            "cmake_minimum_required(VERSION 3.25)\nproject(toy NONE)\n"
            "configure_file(toy.sh bin/sekimori-bench-toy COPYONLY)\n"
            "add_custom_target(sekimori-bench-toy)\n")

    def compare(self, *words):
        """The status, standard output and standard error."""
        out, err = io.StringIO(), io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            status = compare.main(list(words), self.root)
        return status, out.getvalue(), err.getvalue()

    def results(self):
        return json.loads((self.root / "build" / "bench" / "compare.json").read_text())

    def test_both_are_built_and_run_alternately(self):
        status, out, err = self.compare("slow", "toy", "--repetitions", "2")
        self.assertEqual(status, 0, err)
        self.assertEqual(self.order.read_text().split(), ["100", "25", "100", "25"])
        self.assertEqual(self.results()["comparisons"][0]["rows"][0]["ratio"], 0.25)
        self.assertIn("0.250", out)

    def test_the_base_moves_on_with_the_next_comparison(self):
        self.compare("without", "toy")
        self.commit("fast")
        self.compare("fast", "toy", "--repetitions", "1")
        self.assertEqual(self.results()["comparisons"][0]["rows"][0]["ratio"], 1)

    def test_a_base_without_the_benchmark_is_said(self):
        status, out, err = self.compare("without", "toy")
        self.assertEqual((status, out), (0, ""))
        self.assertIn("has no benchmark toy", err)
        self.assertEqual(self.results()["comparisons"], [])

    def test_a_name_that_is_no_benchmark_is_refused(self):
        status, _, err = self.compare("slow", "nothing")
        self.assertEqual(status, 1)
        self.assertIn("there is no benchmark named nothing", err)

    def test_a_name_that_is_no_commit_is_refused(self):
        status, _, err = self.compare("nowhere", "toy")
        self.assertEqual(status, 1)
        self.assertIn("'nowhere' names no commit", err)

    def test_a_benchmark_that_fails_shows_why(self):
        status, _, err = self.compare("slow", "toy", "--repetitions", "1", "--", "fail")
        self.assertEqual(status, 1)
        self.assertIn("no luck", err)


if __name__ == "__main__":
    unittest.main()
