# What package_kernel.tcl does for network_port besides what it does for every kernel: the MAC is
# AMD's IP, and the pins of the cage are interfaces that the link configuration connects by name.
# Places of the MAC and its lanes are those of cage 0 of an Alveo U250.

proc network_port_sources {here} {
  create_ip -name cmac_usplus -vendor xilinx.com -library ip -module_name cmac_usplus_0
  set_property -dict {
    CONFIG.CMAC_CAUI4_MODE {1}
    CONFIG.NUM_LANES {4x25}
    CONFIG.USER_INTERFACE {AXIS}
    CONFIG.ENABLE_AXI_INTERFACE {0}
    CONFIG.INCLUDE_STATISTICS_COUNTERS {0}
    CONFIG.INCLUDE_RS_FEC {1}
    CONFIG.TX_FLOW_CONTROL {0}
    CONFIG.RX_FLOW_CONTROL {0}
    CONFIG.RX_MIN_PACKET_LEN {64}
    CONFIG.RX_MAX_PACKET_LEN {9604}
    CONFIG.GT_REF_CLK_FREQ {156.25}
    CONFIG.GT_DRP_CLK {100.00}
    CONFIG.CMAC_CORE_SELECT {CMACE4_X0Y8}
    CONFIG.GT_GROUP_SELECT {X1Y44~X1Y47}
  } [get_ips cmac_usplus_0]
  generate_target all [get_ips cmac_usplus_0]
  add_files -fileset constrs_1 -norecurse [file join $here network_port.xdc]
}

proc network_port_interface {core name vlnv mode ports} {
  set bus [ipx::add_bus_interface $name $core]
  set_property bus_type_vlnv $vlnv:1.0 $bus
  set_property abstraction_type_vlnv ${vlnv}_rtl:1.0 $bus
  set_property interface_mode $mode $bus
  foreach {logical physical} $ports {
    set_property physical_name $physical [ipx::add_port_map $logical $bus]
  }
}

proc network_port_interfaces {core} {
  network_port_interface $core gt_refclk xilinx.com:interface:diff_clock slave \
    {CLK_P gt_refclk_p CLK_N gt_refclk_n}
  network_port_interface $core gt_port xilinx.com:interface:gt master \
    {GRX_P gt_rxp_in GRX_N gt_rxn_in GTX_P gt_txp_out GTX_N gt_txn_out}
}
