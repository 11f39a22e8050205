# sekimori_fuzz_target(fuzz_NAME SOURCES ... LINKS ... CORPUS folder): a program around one
# LLVMFuzzerTestOneInput. CORPUS is tests/fuzz/corpus/NAME and holds at least one seed. With the
# preset `fuzz` libFuzzer drives the function and can search on its own:
#   build/fuzz/bin/fuzz_policy_toml -max_total_time=60 found tests/fuzz/corpus/policy_toml
# With every other preset it runs over the seeds, whole and cut short, so that the ordinary tests
# and the sanitizers see it. Either way CTest knows the run over the seeds as fuzz.NAME, label fuzz.
function(sekimori_fuzz_target name)
  cmake_parse_arguments(ARG "" "CORPUS" "SOURCES;LINKS" ${ARGN})
  get_filename_component(corpus "${ARG_CORPUS}" ABSOLUTE)
  if(NOT ARG_CORPUS OR NOT IS_DIRECTORY "${corpus}")
    message(FATAL_ERROR "${name}: the seed corpus '${corpus}' is not a folder")
  endif()
  sekimori_program(${name} SOURCES ${ARG_SOURCES} LINKS ${ARG_LINKS})
  sekimori_test_program(${name} fuzz)
  string(REGEX REPLACE "^fuzz_" "fuzz." test "${name}")
  if(SEKIMORI_SANITIZER STREQUAL "fuzzer")
    target_link_options(${name} PRIVATE -fsanitize=fuzzer)
    add_test(NAME ${test} COMMAND ${name} -runs=0 "${corpus}")
  else()
    target_sources(${name} PRIVATE "${CMAKE_SOURCE_DIR}/tests/fuzz/corpus_main.cpp")
    add_test(NAME ${test} COMMAND ${name} "${corpus}")
  endif()
  set_tests_properties(${test} PROPERTIES LABELS fuzz TIMEOUT 120)
endfunction()
