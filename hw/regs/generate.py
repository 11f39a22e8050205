#!/usr/bin/env python3
"""Writes everything that is known about a kernel's registers from its one description, the TOML
file of its name in this folder: SystemVerilog package and register file, C++ header, kernel.xml and
a page of the documents; and likewise the in-band metadata from metadata.toml. With --check it
writes nothing and fails if a file is not what it would write."""

import pathlib
import sys
import tomllib

import emit_cpp
import emit_document
import emit_metadata
import emit_sv
import emit_xml
from model import Kernel

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]


def metadata_outputs(metadata):
    yield ROOT / "hw/rtl/generated/mark_pkg.sv", emit_metadata.package(metadata)
    yield ROOT / "common/card_metadata.hpp", emit_metadata.header(metadata)
    yield ROOT / "docs/hw/metadata.md", emit_metadata.page(metadata)


def kernel_outputs(kernel):
    name = kernel.name
    yield ROOT / f"hw/rtl/generated/{name}_regs_pkg.sv", emit_sv.package(kernel)
    yield ROOT / f"hw/rtl/generated/{name}_regs.sv", emit_sv.register_file(kernel)
    yield ROOT / f"hw/host/{name}_registers.hpp", emit_cpp.header(kernel)
    yield ROOT / f"hw/package/{name}.xml", emit_xml.kernel_xml(kernel)
    yield ROOT / f"docs/hw/{name}-registers.md", emit_document.page(kernel)


def outputs():
    """Path and text of every file that follows from a description."""
    for description in sorted(HERE.glob("*.toml")):
        table = tomllib.loads(description.read_text())
        if description.stem == "metadata":
            yield from metadata_outputs(emit_metadata.Metadata(table))
        else:
            yield from kernel_outputs(Kernel(table, description.name))


def main():
    check = sys.argv[1:] == ["--check"]
    if not check and sys.argv[1:]:
        sys.exit("usage: generate.py [--check]")
    stale = []
    for path, text in outputs():
        if path.is_file() and path.read_text() == text:
            continue
        if check:
            stale.append(str(path.relative_to(ROOT)))
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
            print(path.relative_to(ROOT))
    if stale:
        sys.exit("not as hw/regs describes them; run hw/regs/generate.py:\n  " + "\n  ".join(stale))


if __name__ == "__main__":
    main()
