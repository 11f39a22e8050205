# How the project's own targets are made: language level, warnings, sanitizers, where programs land, and
# tests with their labels. A target sees only what it links, which keeps the direction of dependencies.

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}/bin")
set(CMAKE_CXX_FLAGS_RELWITHDEBINFO "-O3 -g -DNDEBUG")

set(SEKIMORI_SANITIZER "" CACHE STRING "address, undefined, both with a comma between them, thread, fuzzer, or empty for none")

add_library(sekimori_options INTERFACE)
target_include_directories(sekimori_options INTERFACE "${CMAKE_SOURCE_DIR}")
target_compile_options(sekimori_options INTERFACE
  -Wall -Wextra -Wpedantic -Wconversion -Wsign-conversion -Wshadow -Wnon-virtual-dtor
  -Wold-style-cast -Woverloaded-virtual -Wundef -Werror
  -fstack-protector-strong -march=x86-64-v3)
target_link_options(sekimori_options INTERFACE -Wl,-z,relro,-z,now)

if(SEKIMORI_SANITIZER STREQUAL "fuzzer")
  target_compile_options(sekimori_options INTERFACE
    -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all)
  target_link_options(sekimori_options INTERFACE -fsanitize=address,undefined)
elseif(SEKIMORI_SANITIZER)
  target_compile_options(sekimori_options INTERFACE
    -fsanitize=${SEKIMORI_SANITIZER} -fno-sanitize-recover=all -fno-omit-frame-pointer)
  target_link_options(sekimori_options INTERFACE -fsanitize=${SEKIMORI_SANITIZER})
endif()

# sekimori_library(NAME SOURCES ... LINKS ...): a static library of one folder.
function(sekimori_library name)
  cmake_parse_arguments(ARG "" "" "SOURCES;LINKS" ${ARGN})
  add_library(${name} STATIC ${ARG_SOURCES})
  target_link_libraries(${name} PUBLIC sekimori_options ${ARG_LINKS})
endfunction()

# sekimori_program(NAME SOURCES ... LINKS ...): a program in build/<preset>/bin.
function(sekimori_program name)
  cmake_parse_arguments(ARG "" "" "SOURCES;LINKS" ${ARGN})
  add_executable(${name} ${ARG_SOURCES})
  target_link_libraries(${name} PRIVATE sekimori_options ${ARG_LINKS})
endfunction()

# sekimori_install(NAME...): programs that operators use.
function(sekimori_install)
  install(TARGETS ${ARGN} RUNTIME DESTINATION "${CMAKE_INSTALL_BINDIR}" COMPONENT programs)
endfunction()

# tests-LABEL builds the programs that the tests of one label run.
foreach(label unit property scenario fuzz system hw)
  add_custom_target(tests-${label})
endforeach()

# sekimori_test_program(NAME LABEL): makes the target tests-LABEL build NAME, which tests of that label run.
function(sekimori_test_program name label)
  add_dependencies(tests-${label} ${name})
endfunction()

# sekimori_test(NAME LABEL unit|property|scenario|fuzz|system|hw SOURCES ... LINKS ... [TIMEOUT seconds]):
# a GoogleTest program, each of its tests a CTest of its own, named Suite.Test.
function(sekimori_test name)
  cmake_parse_arguments(ARG "" "LABEL;TIMEOUT" "SOURCES;LINKS" ${ARGN})
  if(NOT ARG_TIMEOUT)
    set(ARG_TIMEOUT 120)
  endif()
  sekimori_program(${name} SOURCES ${ARG_SOURCES} LINKS ${ARG_LINKS} GTest::gtest GTest::gmock GTest::gtest_main)
  sekimori_test_program(${name} ${ARG_LABEL})
  set(properties LABELS ${ARG_LABEL} TIMEOUT ${ARG_TIMEOUT} SKIP_REGULAR_EXPRESSION "\\[  SKIPPED \\]")
  if(ARG_LABEL STREQUAL "system")
    list(APPEND properties RESOURCE_LOCK machine)
  endif()
  include(GoogleTest)
  gtest_discover_tests(${name}
    WORKING_DIRECTORY "${CMAKE_SOURCE_DIR}"
    DISCOVERY_TIMEOUT 60
    PROPERTIES ${properties})
endfunction()
