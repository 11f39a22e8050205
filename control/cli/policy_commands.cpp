#include "control/cli/policy_commands.hpp"

#include <cstdio>
#include <optional>

#include "control/cli/exit_status.hpp"
#include "control/cli/files.hpp"
#include "control/compile/compile.hpp"
#include "control/model/read_policy.hpp"
#include "control/model/reference.hpp"

namespace sekimori {
namespace {

struct Compiled {
  int status = exit_success;
  std::optional<PolicyImage> image;
};

/// Reads, checks and compiles a policy; explains on standard error what is wrong.
Compiled compile_file(const std::string& path) {
  // One byte more than allowed shows that the file is too long.
  const auto text = read_file(path, max_policy_text_bytes + 1);
  if (!text) {
    std::fprintf(stderr, "%s\n", text.error().c_str());
    return {.status = exit_wrong_input, .image = {}};
  }
  const auto policy = read_policy(*text, path);
  if (!policy) {
    std::fputs(policy.error().text().c_str(), stderr);
    return {.status = exit_wrong_input, .image = {}};
  }
  auto image = compile_policy(*policy);
  if (!image) {
    std::fprintf(stderr, "%s: the compiled policy was refused: %s\n", path.c_str(),
                 image.error().c_str());
    return {.status = exit_failure, .image = {}};
  }
  return {.status = exit_success, .image = std::move(*image)};
}

std::string counted(std::size_t count, const std::string& what) {
  return std::to_string(count) + ' ' + what + (count == 1 ? "" : "s");
}

std::string summary(const PolicyImage& image) {
  const std::size_t prefixes = image.prefixes().size();
  return "policy " + image.id() + ", " + counted(image.objects().size(), "object") + ", " +
         std::to_string(prefixes) + (prefixes == 1 ? " prefix, " : " prefixes, ") +
         counted(image.services().size(), "service") + ", " +
         counted(image.source_entries().size(), "listed source");
}

}  // namespace

int check_command(const std::string& policy_path) {
  const Compiled compiled = compile_file(policy_path);
  if (compiled.image) {
    std::printf("%s: ok, %s\n", policy_path.c_str(), summary(*compiled.image).c_str());
  }
  return compiled.status;
}

int compile_command(const std::string& policy_path, const std::string& image_path) {
  const Compiled compiled = compile_file(policy_path);
  if (!compiled.image) return compiled.status;
  if (const std::string error = write_file(image_path, compiled.image->bytes()); !error.empty()) {
    std::fprintf(stderr, "%s\n", error.c_str());
    return exit_failure;
  }
  if (image_path != "-") {
    std::printf("%s: %s\n", image_path.c_str(), summary(*compiled.image).c_str());
  }
  return exit_success;
}

int explain_command(const std::string& key) {
  const auto text = explain(key);
  if (!text) {
    std::fprintf(stderr, "%s\n", text.error().c_str());
    return exit_wrong_input;
  }
  std::fputs(text->c_str(), stdout);
  return exit_success;
}

}  // namespace sekimori
