#!/usr/bin/env python3
"""prove.py accepts a true proof and refuses whatever only looks like one; and each file of
properties here belongs to a proof."""

import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

HERE = pathlib.Path(__file__).resolve().parent

# A counter of 3 bits that turns back at 5 and may stand still; what is proved of it is filled in.
MODULE = """
module counter (
  input  logic       clk_i,
  input  logic       rst_ni,
  input  logic       step_i,
  output logic [2:0] count_o
);
  always_ff @(posedge clk_i) begin
    if (step_i) count_o <= count_o == 3'd5 ? 3'd0 : count_o + 3'd1;
    if (!rst_ni) count_o <= 3'd0;
  end
`ifdef PROVE_COUNTER
  logic past_q = 1'b0;
  always_ff @(posedge clk_i) past_q <= 1'b1;
  always_comb if (!past_q) assume (!rst_ni);
  always @(posedge clk_i) if (past_q) begin
    %s
  end
`endif
endmodule
"""


def prove(properties):
    """Whether prove.py accepts the properties, and what it says."""
    with tempfile.TemporaryDirectory() as folder:
        source = pathlib.Path(folder) / "counter.sv"
        source.write_text(MODULE % properties)
        result = subprocess.run(
            [sys.executable, str(HERE / "prove.py"), "--top", "counter", "--work", folder,
             str(source)], capture_output=True, text=True)
    return result.returncode == 0, result.stdout


class Proofs(unittest.TestCase):
    def refused(self, properties, reason):
        accepted, output = prove(properties)
        self.assertFalse(accepted, output)
        self.assertIn(reason, output)

    def test_what_holds_and_can_be_reached_is_accepted(self):
        accepted, output = prove("assert (count_o <= 3'd5); cover (count_o == 3'd5);")
        self.assertTrue(accepted, output)

    def test_a_proof_without_an_assertion_is_refused(self):
        self.refused("cover (count_o == 3'd5);", "less than the minimum number 1: t:$assert")

    def test_an_assertion_that_is_broken_soon_is_refused(self):
        self.refused("assert (count_o <= 3'd2);", "base case FAILED")

    def test_an_assertion_that_does_not_follow_from_itself_is_refused(self):
        # Nothing is said against 6, in which the counter may stand for any time, and 7 comes next.
        self.refused("assert (count_o != 3'd7);", "induction FAILED")

    def test_what_can_never_happen_is_refused_as_an_example(self):
        self.refused("assert (count_o <= 3'd5); cover (count_o == 3'd6);", "cover FAILED")

    def test_a_signal_that_nothing_drives_is_refused(self):
        self.refused("assert (count_o <= nothing);\n  end\n  wire [2:0] nothing;\n  initial begin",
                     "no driver")


class Files(unittest.TestCase):
    def test_each_file_of_properties_is_proved_and_instantiated(self):
        proofs = re.findall(r"^sekimori_proof\((\w+)", (HERE / "CMakeLists.txt").read_text(), re.M)
        files = [path.stem.removesuffix("_props") for path in HERE.glob("*_props.sv")]
        self.assertEqual(sorted(proofs), sorted(files))
        for top in files:
            source = next((HERE.parent / "rtl").rglob(f"{top}.sv")).read_text()
            self.assertIn(f"`ifdef PROVE_{top.upper()}\n", source)
            self.assertRegex(source, rf"\b{top}_props\b")


if __name__ == "__main__":
    unittest.main()
