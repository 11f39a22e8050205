# Two clocks without a relation meet in the cells cdc_fifo and cdc_count. Gray codes, and the words
# that they lead to, have to arrive within a period of the faster one, the MAC's; a reset and the
# state of the link may take any time.
set_max_delay -datapath_only 3.1 \
  -from [get_cells -hierarchical -filter {NAME =~ *gray_q_reg*}] \
  -to   [get_cells -hierarchical -filter {NAME =~ *meta_q_reg*}]
set_max_delay -datapath_only 3.1 \
  -from [get_cells -hierarchical -filter {NAME =~ *_cdc/mem_reg*}] \
  -to   [get_cells -hierarchical -filter {NAME =~ *_cdc/data_q_reg*}]
set_false_path -to [get_cells -hierarchical -filter {NAME =~ *mac_rst_meta_q_reg*}]
set_false_path -to [get_cells -hierarchical -filter {NAME =~ *aligned_meta_q_reg*}]
