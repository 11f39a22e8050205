# How a SystemVerilog module becomes a C++ class and how its properties become tests.

set(SEKIMORI_RTL "${CMAKE_SOURCE_DIR}/hw/rtl")
set(SEKIMORI_VERILATOR_ROOT /usr/share/verilator)

# Verilator's run-time library, once for all models.
add_library(sekimori_verilated STATIC
  "${SEKIMORI_VERILATOR_ROOT}/include/verilated.cpp"
  "${SEKIMORI_VERILATOR_ROOT}/include/verilated_threads.cpp")
target_include_directories(sekimori_verilated SYSTEM PUBLIC
  "${SEKIMORI_VERILATOR_ROOT}/include" "${SEKIMORI_VERILATOR_ROOT}/include/vltstd")
target_link_libraries(sekimori_verilated PUBLIC Threads::Threads)

# sekimori_model(NAME TOP module SOURCES ... [PARAMETERS NAME=VALUE ...]): the library NAME with the
# class V<NAME>, Verilator's model of the module. Warnings of Verilator are errors, but for those
# about what is left unused of a word.
function(sekimori_model name)
  cmake_parse_arguments(ARG "" "TOP" "SOURCES;PARAMETERS" ${ARGN})
  set(folder "${CMAKE_CURRENT_BINARY_DIR}/${name}")
  set(archive "${folder}/V${name}__ALL.a")
  list(TRANSFORM ARG_PARAMETERS PREPEND "-G")
  add_custom_command(
    OUTPUT "${archive}"
    BYPRODUCTS "${folder}/V${name}.h"
    COMMAND ${CMAKE_COMMAND} -E env OBJCACHE=ccache ${VERILATOR} --cc --build --build-jobs 1
      -Wall -Wno-UNUSED -Wno-PINCONNECTEMPTY --x-assign unique --x-initial unique
      -O3 -CFLAGS "-O2 -march=x86-64-v3"
      -MAKEFLAGS "OPT_SLOW=-O0 --no-print-directory -s"
      --top-module ${ARG_TOP} --prefix V${name} --Mdir "${folder}"
      ${ARG_PARAMETERS} ${ARG_SOURCES}
    DEPENDS ${ARG_SOURCES}
    COMMENT "Verilating ${name}"
    VERBATIM)
  add_custom_target(${name}-model DEPENDS "${archive}")
  add_library(${name} INTERFACE)
  add_dependencies(${name} ${name}-model)
  target_include_directories(${name} SYSTEM INTERFACE "${folder}")
  target_link_libraries(${name} INTERFACE "${archive}" sekimori_verilated)
endfunction()

# sekimori_proof(TOP SOURCES ... [PARAMETERS NAME=VALUE ...] [DEPTH clocks]):
# a test that proves the properties hw/formal/<TOP>_props.sv of a module for all time.
function(sekimori_proof top)
  cmake_parse_arguments(ARG "" "DEPTH" "SOURCES;PARAMETERS" ${ARGN})
  set(options)
  if(ARG_DEPTH)
    list(APPEND options --depth ${ARG_DEPTH})
  endif()
  foreach(parameter IN LISTS ARG_PARAMETERS)
    list(APPEND options --param ${parameter})
  endforeach()
  add_test(NAME hw.proof.${top}
    COMMAND Python3::Interpreter "${CMAKE_SOURCE_DIR}/hw/formal/prove.py" --top ${top} ${options}
      --work "${CMAKE_CURRENT_BINARY_DIR}/${top}" ${ARG_SOURCES}
      "${CMAKE_SOURCE_DIR}/hw/formal/${top}_props.sv")
  set_tests_properties(hw.proof.${top} PROPERTIES LABELS hw TIMEOUT 600)
endfunction()

# sekimori_package(KERNEL SOURCES ...): a test that what Vitis is told about a kernel is so.
function(sekimori_package kernel)
  cmake_parse_arguments(ARG "" "" "SOURCES" ${ARGN})
  add_test(NAME hw.package.${kernel}
    COMMAND Python3::Interpreter "${CMAKE_SOURCE_DIR}/hw/package/check.py" ${kernel} ${ARG_SOURCES})
  set_tests_properties(hw.package.${kernel} PROPERTIES LABELS hw TIMEOUT 120)
endfunction()

# sekimori_synthesis(KERNEL SOURCES ...): a test that the kernel stays within its budget.
function(sekimori_synthesis kernel)
  cmake_parse_arguments(ARG "" "" "SOURCES" ${ARGN})
  add_test(NAME hw.synthesis.${kernel}
    COMMAND Python3::Interpreter "${CMAKE_SOURCE_DIR}/hw/synth/synthesize.py" ${kernel}
      --work "${CMAKE_CURRENT_BINARY_DIR}/${kernel}_synthesis" ${ARG_SOURCES})
  set_tests_properties(hw.synthesis.${kernel} PROPERTIES
    LABELS hw TIMEOUT 3600 SKIP_RETURN_CODE 77)
endfunction()
