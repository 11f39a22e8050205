# Packages one kernel as a Vitis object:
#
#   vivado -mode batch -source hw/package/package_kernel.tcl -tclargs KERNEL OUTPUT.xo SOURCE...
#
# Sources are the kernel's files in the order of hw/sim/CMakeLists.txt. The interfaces are found by
# their names; the registers and streams are those of KERNEL.xml, which is generated.

if {[llength $argv] < 3} {
  error "usage: package_kernel.tcl KERNEL OUTPUT.xo SOURCE..."
}
set kernel  [lindex $argv 0]
set output  [file normalize [lindex $argv 1]]
set sources [lrange $argv 2 end]
set here    [file dirname [file normalize [info script]]]
set work    [file join [file dirname $output] ${kernel}_package]

create_project -force $kernel $work/project -part xcu250-figd2104-2L-e
add_files -norecurse $sources
# A kernel with more than sources and streams has a file of its own for that.
set has_more [file exists [file join $here $kernel.tcl]]
if {$has_more} {
  source [file join $here $kernel.tcl]
  ${kernel}_sources $here
}
set_property top $kernel [current_fileset]
update_compile_order -fileset sources_1

ipx::package_project -root_dir $work/ip -vendor sekimori -library kernel -taxonomy /KernelIP \
  -import_files -set_current false
ipx::unload_core $work/ip/component.xml
ipx::edit_ip_in_project -upgrade true -name edit -directory $work/ip $work/ip/component.xml

set core [ipx::current_core]
if {$has_more} { ${kernel}_interfaces $core }
foreach bus [ipx::get_bus_interfaces -of_objects $core] {
  set name [get_property NAME $bus]
  if {[string match {*axi*} $name]} {
    ipx::associate_bus_interfaces -busif $name -clock ap_clk $core
  }
}
set_property sdx_kernel true $core
set_property sdx_kernel_type rtl $core
set_property ipi_drc {ignore_freq_hz true} $core
ipx::update_checksums $core
ipx::save_core $core
close_project -delete

package_xo -force -xo_path $output -kernel_name $kernel -ip_directory $work/ip \
  -kernel_xml $here/$kernel.xml
