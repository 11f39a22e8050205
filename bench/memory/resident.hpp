#pragma once

#include <cstddef>
#include <functional>
#include <memory>

namespace sekimori::bench {

/// By how many bytes of memory, huge pages included, a process grows that makes what `make` returns
/// and keeps it. That happens in a child, so each measurement begins with the same memory. Throws
/// std::runtime_error if the child fails.
[[nodiscard]] std::size_t resident_growth(const std::function<std::shared_ptr<void>()>& make);

}  // namespace sekimori::bench
