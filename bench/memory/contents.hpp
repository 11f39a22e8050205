#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace sekimori::bench {

/// One kind of thing that a dataplane remembers, in a full table for so many of them.
struct Content {
  std::string name;
  std::size_t entries = 0;
  std::function<std::shared_ptr<void>()> make;
  /// What is made besides them, to be taken off.
  std::function<std::shared_ptr<void>()> make_without = {};
  /// The slab caches of which a kernel takes an object each for the like, and what it is there;
  /// empty if it keeps nothing like it.
  std::vector<std::string> kernel_caches = {};
  std::string kernel_thing = {};
  /// The same keys and values in a table of the standard library.
  std::function<std::shared_ptr<void>()> make_standard = {};
};

/// All contents, in several sizes; those of more than `memory_bytes` are left out.
[[nodiscard]] std::vector<Content> all_contents(std::size_t memory_bytes);

}  // namespace sekimori::bench
