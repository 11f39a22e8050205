#!/usr/bin/env python3
"""Compares benchmarks of the working tree with those of another commit. Builds the commit beside
the working tree, runs both alternately, and prints for each row how the new value relates to the
old one: the median, least and greatest ratio of runs that followed each other. A machine that
changes its speed changes it for both."""

import argparse
import json
import os
import pathlib
import subprocess
import sys
import tempfile

from results import Comparison, document, table

ROOT = pathlib.Path(__file__).resolve().parents[2]
PRESET = "release"


class Failure(Exception):
    """What went wrong, as a message for the user."""


def run(command, where, **options):
    return subprocess.run(command, cwd=where, text=True, check=False, **options)


def say(text):
    print(f"== {text}", file=sys.stderr, flush=True)


class Tree:
    """A checked-out commit, or the working tree, with its build."""

    def __init__(self, label, folder):
        self.label = label
        self.folder = folder
        # Objects are the same wherever the tree lies, so that the compiler's cache knows them.
        self.environment = os.environ | {"CCACHE_BASEDIR": str(folder), "CCACHE_NOHASHDIR": "1"}

    def command(self, command):
        """Runs a step of the build; its output is shown only if it fails."""
        done = run(command, self.folder, env=self.environment, stdout=subprocess.PIPE,
                   stderr=subprocess.STDOUT)
        if done.returncode != 0:
            raise Failure(f"{done.stdout}\n{' '.join(command)} failed in {self.folder}")
        return done.stdout

    def build(self, benchmark):
        """Builds the benchmark with what it needs. False if this tree has none of that name."""
        # Targets are listed as of the last configuration, which may be that of another commit.
        self.command(["cmake", "--preset", PRESET])
        target = f"sekimori-bench-{benchmark}"
        targets = self.command(["cmake", "--build", f"build/{PRESET}", "--target", "help"])
        if f"{target}: phony" not in targets.splitlines():
            return False
        say(f"building {target} of {self.label}")
        self.command(["cmake", "--build", f"build/{PRESET}", "--target", target])
        return True

    def measure(self, benchmark, options):
        """The JSON document of one run."""
        with tempfile.TemporaryDirectory() as scratch:
            file = pathlib.Path(scratch) / "result.json"
            program = self.folder / "build" / PRESET / "bin" / f"sekimori-bench-{benchmark}"
            done = run([str(program), "--json", str(file), *options], self.folder,
                       stdout=subprocess.PIPE, stderr=subprocess.PIPE)
            if done.returncode != 0:
                raise Failure(f"{done.stdout}{done.stderr}\nthe benchmark {benchmark} of "
                              f"{self.label} failed")
            return json.loads(file.read_text())


def commit_of(root, revision):
    done = run(["git", "rev-parse", "--verify", "--quiet", f"{revision}^{{commit}}"], root,
               stdout=subprocess.PIPE)
    if done.returncode != 0:
        raise Failure(f"'{revision}' names no commit; for example main, HEAD~1 or a tag")
    return done.stdout.strip()


def base_tree(root, revision):
    """The commit in its own worktree. All comparisons share one, so that only what differs from
    the last one has to be built."""
    commit = commit_of(root, revision)
    folder = root / "build" / "compare" / "base"
    if (folder / ".git").exists():
        command = ["git", "checkout", "--quiet", "--detach", commit]
        where = folder
    else:
        folder.parent.mkdir(parents=True, exist_ok=True)
        run(["git", "worktree", "prune"], root)
        command = ["git", "worktree", "add", "--quiet", "--detach", str(folder), commit]
        where = root
    done = run(command, where, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    if done.returncode != 0:
        raise Failure(f"{done.stdout}\ncannot check {revision} out in {folder}")
    return Tree(f"{revision} ({commit[:10]})", folder)


def compare(base, new, benchmark, repetitions, options):
    """One benchmark of both trees; None, with a word about it, where there is nothing to compare."""
    if not new.build(benchmark):
        raise Failure(f"there is no benchmark named {benchmark}")
    if not base.build(benchmark):
        say(f"{base.label} has no benchmark {benchmark}; nothing to compare with")
        return None
    comparison = Comparison(benchmark)
    for repetition in range(repetitions):
        say(f"{benchmark}: repetition {repetition + 1} of {repetitions}")
        comparison.add(base.measure(benchmark, options), new.measure(benchmark, options))
    return comparison


def arguments(words):
    parser = argparse.ArgumentParser(
        prog="./dev bench --compare", description=__doc__,
        epilog="What follows -- goes to the benchmark, for example: "
               "--compare main pipeline -- --rows synack --repetitions 1")
    parser.add_argument("base", metavar="BASE", help="the commit to compare with")
    parser.add_argument("names", metavar="NAME", nargs="*", help="benchmarks (default: pipeline)")
    parser.add_argument("--repetitions", type=int, default=5, metavar="N",
                        help="how often both are run (default: 5)")
    parser.add_argument("--json", default="build/bench/compare.json", metavar="FILE",
                        help="file for the results (default: %(default)s)")
    options = []
    if "--" in words:
        at = words.index("--")
        words, options = words[:at], words[at + 1:]
    settings = parser.parse_args(words)
    settings.names = settings.names or ["pipeline"]
    settings.options = options
    if settings.repetitions < 1:
        parser.error("--repetitions must be at least 1")
    return settings


def main(words, root=ROOT):
    settings = arguments(words)
    try:
        base = base_tree(root, settings.base)
        new = Tree("the working tree", root)
        comparisons = [compare(base, new, name, settings.repetitions, settings.options)
                       for name in settings.names]
    except Failure as failure:
        print(failure, file=sys.stderr)
        return 1
    comparisons = [found for found in comparisons if found is not None]
    for comparison in comparisons:
        print(table(comparison, base.label, settings.repetitions))
    file = root / settings.json
    file.parent.mkdir(parents=True, exist_ok=True)
    results = document(comparisons, base.label, settings.repetitions)
    file.write_text(json.dumps(results, indent=2) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
