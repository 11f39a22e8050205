// Delays of UltraScale+ cells in picoseconds for Yosys' `sta`, as a gate against pipeline stages
// that grow: a number to compare with that of the day before, not a prediction.
//
// Assumptions, in the order of magnitude of a slow corner of speed grade -1, and no vendor's data:
// clock to output 96, a LUT 180 by its slowest pin, into a carry chain 238, four bits along one 26.
// In front of every pin of a LUT, a carry chain or a register that is not a dedicated connection
// stands one net of 300, as for a near neighbour; nothing is known of placement, fan-out or
// crossings between dies. Paths from and to memories do not count. Yosys counts the buffer of the
// clock as a part of every path, which is 96 too many.

(* blackbox *)
module FDRE (output Q, (* clkbuf_sink *) input C, input CE, D, R);
  parameter [0:0] INIT = 0;
  parameter [0:0] IS_C_INVERTED = 0;
  parameter [0:0] IS_D_INVERTED = 0;
  parameter [0:0] IS_R_INVERTED = 0;
  specify
    (posedge C => (Q : D)) = 96;
    $setup(D, posedge C, 25);
    $setup(CE, posedge C, 360);
    $setup(R, posedge C, 360);
  endspecify
endmodule

(* blackbox *)
module FDSE (output Q, (* clkbuf_sink *) input C, input CE, D, S);
  parameter [0:0] INIT = 0;
  parameter [0:0] IS_C_INVERTED = 0;
  parameter [0:0] IS_D_INVERTED = 0;
  parameter [0:0] IS_S_INVERTED = 0;
  specify
    (posedge C => (Q : D)) = 96;
    $setup(D, posedge C, 25);
    $setup(CE, posedge C, 360);
    $setup(S, posedge C, 360);
  endspecify
endmodule

(* blackbox *)
module INV (output O, input I);
  specify
    (I => O) = 0;  // absorbed by the LUT behind it
  endspecify
endmodule

(* blackbox *)
module LUT1 (output O, input I0);
  parameter [1:0] INIT = 0;
  specify
    (I0 => O) = 480;
  endspecify
endmodule

(* blackbox *)
module LUT2 (output O, input I0, I1);
  parameter [3:0] INIT = 0;
  specify
    (I0 => O) = 480;
    (I1 => O) = 480;
  endspecify
endmodule

(* blackbox *)
module LUT3 (output O, input I0, I1, I2);
  parameter [7:0] INIT = 0;
  specify
    (I0 => O) = 480;
    (I1 => O) = 480;
    (I2 => O) = 480;
  endspecify
endmodule

(* blackbox *)
module LUT4 (output O, input I0, I1, I2, I3);
  parameter [15:0] INIT = 0;
  specify
    (I0 => O) = 480;
    (I1 => O) = 480;
    (I2 => O) = 480;
    (I3 => O) = 480;
  endspecify
endmodule

(* blackbox *)
module LUT5 (output O, input I0, I1, I2, I3, I4);
  parameter [31:0] INIT = 0;
  specify
    (I0 => O) = 480;
    (I1 => O) = 480;
    (I2 => O) = 480;
    (I3 => O) = 480;
    (I4 => O) = 480;
  endspecify
endmodule

(* blackbox *)
module LUT6 (output O, input I0, I1, I2, I3, I4, I5);
  parameter [63:0] INIT = 0;
  specify
    (I0 => O) = 480;
    (I1 => O) = 480;
    (I2 => O) = 480;
    (I3 => O) = 480;
    (I4 => O) = 480;
    (I5 => O) = 480;
  endspecify
endmodule

(* blackbox *)
module MUXF7 (output O, input I0, I1, S);
  specify
    (I0 => O) = 90;
    (I1 => O) = 90;
    (S => O) = 380;
  endspecify
endmodule

(* blackbox *)
module MUXF8 (output O, input I0, I1, S);
  specify
    (I0 => O) = 60;
    (I1 => O) = 60;
    (S => O) = 380;
  endspecify
endmodule

(* blackbox *)
module MUXF9 (output O, input I0, I1, S);
  specify
    (I0 => O) = 60;
    (I1 => O) = 60;
    (S => O) = 380;
  endspecify
endmodule

(* blackbox *)
module SRL16E (output Q, input A0, A1, A2, A3, CE, CLK, D);
  parameter [15:0] INIT = 0;
  parameter [0:0] IS_CLK_INVERTED = 0;
  specify
    (posedge CLK => (Q : D)) = 900;
    $setup(D, posedge CLK, 360);
  endspecify
endmodule

(* blackbox *)
module SRLC32E (output Q, output Q31, input [4:0] A, input CE, CLK, D);
  parameter [31:0] INIT = 0;
  parameter [0:0] IS_CLK_INVERTED = 0;
  specify
    (posedge CLK => (Q : D)) = 900;
    $setup(D, posedge CLK, 360);
  endspecify
endmodule

// Yosys maps adders of this family to CARRY4, half of the CARRY8 that is there.
(* blackbox *)
module CARRY4 (output [3:0] CO, output [3:0] O, input CI, input CYINIT, input [3:0] DI, S);
  specify
    (S[0] => O[0]) = 80;
    (S[0] => O[1]) = 120;
    (DI[0] => O[1]) = 420;
    (S[0] => O[2]) = 150;
    (DI[0] => O[2]) = 450;
    (S[0] => O[3]) = 170;
    (DI[0] => O[3]) = 470;
    (S[1] => O[1]) = 80;
    (S[1] => O[2]) = 120;
    (DI[1] => O[2]) = 420;
    (S[1] => O[3]) = 150;
    (DI[1] => O[3]) = 450;
    (S[2] => O[2]) = 80;
    (S[2] => O[3]) = 120;
    (DI[2] => O[3]) = 420;
    (S[3] => O[3]) = 80;
    (CI => O[0]) = 100;
    (CI => O[1]) = 115;
    (CI => O[2]) = 130;
    (CI => O[3]) = 146;
    (S[0] => CO[0]) = 238;
    (DI[0] => CO[0]) = 538;
    (CI => CO[0]) = 100;
    (CYINIT => CO[0]) = 238;
    (S[0] => CO[1]) = 238;
    (DI[0] => CO[1]) = 538;
    (S[1] => CO[1]) = 220;
    (DI[1] => CO[1]) = 520;
    (CI => CO[1]) = 100;
    (CYINIT => CO[1]) = 238;
    (S[0] => CO[2]) = 238;
    (DI[0] => CO[2]) = 538;
    (S[1] => CO[2]) = 220;
    (DI[1] => CO[2]) = 520;
    (S[2] => CO[2]) = 200;
    (DI[2] => CO[2]) = 500;
    (CI => CO[2]) = 100;
    (CYINIT => CO[2]) = 238;
    (S[0] => CO[3]) = 238;
    (DI[0] => CO[3]) = 538;
    (S[1] => CO[3]) = 220;
    (DI[1] => CO[3]) = 520;
    (S[2] => CO[3]) = 200;
    (DI[2] => CO[3]) = 500;
    (S[3] => CO[3]) = 195;
    (DI[3] => CO[3]) = 495;
    (CI => CO[3]) = 26;
    (CYINIT => CO[3]) = 238;
    (CYINIT => O[0]) = 146;
    (CYINIT => O[1]) = 160;
    (CYINIT => O[2]) = 175;
    (CYINIT => O[3]) = 190;
  endspecify
endmodule
