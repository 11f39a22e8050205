#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <vector>

#include "control/api/operations.hpp"

namespace sekimori {

/// A part of the target that a client fills in.
struct Parameter {
  std::string_view name;
  Json schema;  ///< of a text or a whole number; `default` fills in for a missing one
  std::string_view description;
};

/// What a request asks for, checked against the route's schemas.
struct Input {
  Json parameters;              ///< of path and query, by name
  Json body;                    ///< null if the route takes none
  std::string_view media_type;  ///< of the answer, one of the route's
};

/// What came of it: JSON, or text of another type.
struct Reply {
  Json json;
  std::string text;  ///< instead of JSON, unless the media type is application/json
};

/// One operation. From this table come routing, duties, checks of the input and the OpenAPI
/// document, so they cannot differ.
struct Route {
  std::string_view method;
  std::string_view path;  ///< "/v1/objects/{name}"
  std::string_view operation;
  std::string_view summary;
  Duty duty = Duty::viewer;
  std::vector<Parameter> path_parameters = {};
  std::vector<Parameter> query = {};
  std::string_view request = {};   ///< the component that describes the body; empty: none
  std::string_view response = {};  ///< of application/json
  std::vector<std::string_view> media_types = {"application/json"};  ///< the preferred one first
  std::vector<ProblemKind> problems = {};  ///< that the operation itself may have
  std::size_t max_body_bytes = 0;
  tl::expected<Reply, Problem> (*run)(Operations&, const Caller&, const Input&) = nullptr;
};

/// All routes, in the order of the documents.
[[nodiscard]] const std::vector<Route>& routes();

// Their parts, each in a file of its own.
[[nodiscard]] std::vector<Route> system_routes();
[[nodiscard]] std::vector<Route> incident_routes();
[[nodiscard]] std::vector<Route> policy_routes();
[[nodiscard]] std::vector<Route> record_routes();

// Parameters that several routes have.
[[nodiscard]] Parameter identifier_parameter(std::string_view name, std::string_view description);
[[nodiscard]] Parameter object_parameter(std::string_view name);
[[nodiscard]] Parameter limit_parameter(std::uint32_t usual);
[[nodiscard]] Parameter before_parameter();

/// The value of an optional whole parameter.
[[nodiscard]] std::optional<std::uint64_t> whole_of(const Input& input, std::string_view name);
/// The value of a text parameter, empty if it is missing.
[[nodiscard]] std::string text_of(const Input& input, std::string_view name);
/// A result as a reply.
[[nodiscard]] tl::expected<Reply, Problem> json_reply(Operations::Result result);

inline constexpr std::uint32_t max_page = 1'000;
/// Of bodies that carry no policy.
inline constexpr std::size_t small_body_bytes = std::size_t{64} << 10;

}  // namespace sekimori
