package sum_tree_pkg;

  // Clocks that a sum_tree of `n` words takes.
  function automatic integer latency(input integer n);
    latency = 0;
    for (int left = n; left > 1; left = (left + 3) / 4) latency = latency + 1;
  endfunction

endpackage
