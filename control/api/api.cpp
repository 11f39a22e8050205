#include "control/api/api.hpp"

#include <algorithm>
#include <charconv>
#include <exception>

#include "control/api/schema.hpp"
#include "control/api/schemas.hpp"
#include "control/api/target.hpp"
#include "control/model/listing.hpp"

namespace sekimori {
namespace {

constexpr std::size_t max_problem_faults = 20;

tl::unexpected<Problem> problem(ProblemKind kind, std::string detail,
                                std::vector<InputFault> faults = {}) {
  return tl::unexpected{
      Problem{.kind = kind, .detail = std::move(detail), .faults = std::move(faults)}};
}

/// The part of a pattern such as "/v1/objects/{name}" up to the next "/", which is taken off.
std::string_view next_part(std::string_view& pattern) {
  pattern.remove_prefix(1);
  const std::size_t end = std::min(pattern.find('/'), pattern.size());
  const std::string_view part = pattern.substr(0, end);
  pattern.remove_prefix(end);
  return part;
}

/// The texts that stand for the pattern's parameters, by name; empty if the path is another.
std::optional<std::vector<std::pair<std::string, std::string>>> match(
    std::string_view pattern, const std::vector<std::string>& segments) {
  std::vector<std::pair<std::string, std::string>> found;
  for (const std::string& segment : segments) {
    if (pattern.empty()) return {};
    const std::string_view part = next_part(pattern);
    if (part.starts_with('{')) {
      found.emplace_back(part.substr(1, part.size() - 2), segment);
    } else if (part != segment) {
      return {};
    }
  }
  if (!pattern.empty()) return {};
  return found;
}

/// A text as the schema's type; what is no number stays a text, which the schema then refuses.
Json typed(const std::string& text, const Json& schema) {
  if (schema.at("type") != "integer") return text;
  std::uint64_t value = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), value);
  if (read.ec != std::errc{} || read.ptr != text.data() + text.size()) return text;
  return value;
}

class ParameterReader {
 public:
  void read(const std::vector<Parameter>& known,
            const std::vector<std::pair<std::string, std::string>>& given) {
    for (const auto& [name, text] : given) {
      const auto parameter = std::ranges::find(known, name, &Parameter::name);
      if (parameter == known.end()) {
        fault(name, "is not known here" + names(known));
      } else if (values_.contains(name)) {
        fault(name, "is given twice");
      } else {
        Json value = typed(text, parameter->schema);
        for (InputFault& found : schema_faults(value, parameter->schema, component_schemas())) {
          fault(name, std::move(found.rule));
        }
        values_[name] = std::move(value);
      }
    }
    for (const Parameter& parameter : known) {
      const std::string name{parameter.name};
      const auto usual = parameter.schema.find("default");
      if (!values_.contains(name) && usual != parameter.schema.end()) values_[name] = *usual;
    }
  }

  [[nodiscard]] Json take_values() { return std::move(values_); }
  [[nodiscard]] std::vector<InputFault> take_faults() { return std::move(faults_); }

 private:
  void fault(const std::string& name, std::string rule) {
    if (faults_.size() < max_problem_faults) {
      // shown() cuts a long name and quotes it.
      const std::string place = shown(name);
      faults_.push_back({.place = place.substr(1, place.size() - 2), .rule = std::move(rule)});
    }
  }

  static std::string names(const std::vector<Parameter>& known) {
    std::string list;
    for (const Parameter& parameter : known) add_listed(list, parameter.name);
    return list.empty() ? list : "; known are " + list;
  }

  Json values_ = Json::object();
  std::vector<InputFault> faults_;
};

std::string_view method_of(const RequestHead& head) {
  // RFC 9110, section 9.3.2: HEAD is GET without the content.
  return head.method == "HEAD" ? std::string_view{"GET"} : std::string_view{head.method};
}

std::string allowed_methods(const RequestHead& head) {
  const auto target = parse_target(head.target);
  std::string methods;
  if (!target) return methods;
  for (const Route& route : routes()) {
    if (!match(route.path, target->segments)) continue;
    add_listed(methods, route.method);
    if (route.method == "GET") methods += ", HEAD";
  }
  return methods;
}

bool is_json(std::string_view content_type) {
  std::string type{content_type.substr(0, content_type.find(';'))};
  while (type.ends_with(' ')) type.pop_back();
  std::transform(type.begin(), type.end(), type.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return type == "application/json";
}

/// How many bytes follow the head. Only a length that is told beforehand can be bounded.
tl::expected<std::size_t, Problem> body_length(const RequestHead& head, const Route& route) {
  const bool has_body = head.content_length && *head.content_length != "0";
  if (route.request.empty()) {
    if (has_body || !head.transfer_encoding.empty()) {
      return problem(ProblemKind::malformed, "This takes no body; leave it out.");
    }
    return 0;
  }
  if (!head.transfer_encoding.empty() || !head.content_length) {
    return problem(ProblemKind::length_required,
                   "Send the body with Content-Length and without Transfer-Encoding.");
  }
  if (!is_json(head.content_type) || !head.content_encoding.empty()) {
    return problem(ProblemKind::media_type,
                   "The body has to be application/json without Content-Encoding.");
  }
  std::size_t length = 0;
  const char* end = head.content_length->data() + head.content_length->size();
  const auto read = std::from_chars(head.content_length->data(), end, length);
  const bool number = head.content_length->find_first_not_of("0123456789") == std::string::npos;
  if (!number || head.content_length->empty() || read.ptr != end) {
    return problem(ProblemKind::malformed, "Content-Length has to be a whole number.");
  }
  if (read.ec != std::errc{} || length > route.max_body_bytes) {
    return problem(ProblemKind::too_large,
                   "The body may have at most " + std::to_string(route.max_body_bytes) + " bytes.");
  }
  return length;
}

tl::expected<Json, Problem> parse_body(std::string_view body, const Route& route) {
  Json json = Json::parse(body.begin(), body.end(), nullptr, false);
  if (json.is_discarded()) {
    return problem(ProblemKind::malformed, "The body is no JSON (RFC 8259) in UTF-8.");
  }
  const Json schema{{"$ref", "#/components/schemas/" + std::string{route.request}}};
  auto faults = schema_faults(json, schema, component_schemas(), "", max_problem_faults);
  if (!faults.empty()) {
    return problem(ProblemKind::invalid,
                   "The body breaks the rules in `errors`; schema " + std::string{route.request} +
                       " of /v1/openapi.json has them all.",
                   std::move(faults));
  }
  return json;
}

std::string with_parameters(std::string_view media_type, const Route& route) {
  if (media_type == "application/json") return std::string{media_type};
  // Prometheus wants its format's version.
  const bool metrics = route.operation == "showMetrics";
  return std::string{media_type} + (metrics ? "; version=0.0.4" : "") + "; charset=utf-8";
}

std::string written(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
}

bool concerns_the_caller(ProblemKind kind) {
  return kind == ProblemKind::certificate_refused || kind == ProblemKind::duty_missing ||
         kind == ProblemKind::own_request;
}

}  // namespace

tl::expected<Api::Admitted, Problem> Api::admit(const RequestHead& head,
                                                const Caller& caller) const {
  const auto target = parse_target(head.target);
  if (!target) return tl::unexpected{target.error()};
  bool path_known = false;
  for (const Route& route : routes()) {
    const auto path_values = match(route.path, target->segments);
    if (!path_values) continue;
    path_known = true;
    if (route.method != method_of(head)) continue;
    if (!covers(caller.duty, route.duty)) {
      return problem(ProblemKind::duty_missing, caller.person + " has duty " +
                                                    std::string{name_of(caller.duty)} + "; " +
                                                    std::string{route.operation} + " needs " +
                                                    std::string{name_of(route.duty)} + ".");
    }
    ParameterReader reader;
    reader.read(route.path_parameters, *path_values);
    reader.read(route.query, target->query);
    if (auto faults = reader.take_faults(); !faults.empty()) {
      return problem(ProblemKind::invalid, "The path or the query breaks the rules in `errors`.",
                     std::move(faults));
    }
    const std::string_view media_type = negotiate(head.accept, route.media_types);
    if (media_type.empty()) {
      std::string types;
      for (const std::string_view type : route.media_types) add_listed(types, type);
      return problem(ProblemKind::not_acceptable, "Accept has to allow one of " + types + ".");
    }
    const auto length = body_length(head, route);
    if (!length) return tl::unexpected{length.error()};
    return Admitted{
        .route = &route,
        .input = {.parameters = reader.take_values(), .body = nullptr, .media_type = media_type},
        .body_bytes = *length};
  }
  if (path_known) {
    return problem(
        ProblemKind::method_not_allowed,
        "Method " + shown(head.method) + " is not for this path; Allow names those that are.");
  }
  return problem(ProblemKind::not_found, "Nothing has this path; see /v1/openapi.json.");
}

Answer Api::answer(Admitted admitted, std::string_view body, const RequestHead& head,
                   const Caller& caller) const {
  const Route& route = *admitted.route;
  if (!route.request.empty()) {
    auto json = parse_body(body, route);
    if (!json) return refuse(json.error(), head, caller);
    admitted.input.body = std::move(*json);
  }
  try {
    auto reply = route.run(operations_, caller, admitted.input);
    if (!reply) return refuse(reply.error(), head, caller);
    return {.status = 200,
            .media_type = with_parameters(admitted.input.media_type, route),
            .body = admitted.input.media_type == "application/json" ? written(reply->json)
                                                                    : std::move(reply->text),
            .headers = {}};
  } catch (const std::exception& error) {
    // What went wrong inside is no business of clients; the operation's own log has it.
    return refuse({.kind = ProblemKind::internal,
                   .detail = "An unexpected fault; see the log of sekimori-control.",
                   .faults = {}},
                  head, caller);
  }
}

Answer Api::refuse(const Problem& problem, const RequestHead& head, const Caller& caller) const {
  const std::string path = shown_path(head.target);
  if (concerns_the_caller(problem.kind)) {
    operations_.note_refusal(caller, head.method, path, problem);
  }
  Answer answer{.status = text_of(problem.kind).status,
                .media_type = "application/problem+json",
                .body = written(problem_json(problem, path)),
                .headers = {}};
  if (problem.kind == ProblemKind::method_not_allowed) {
    answer.headers.emplace_back("Allow", allowed_methods(head));
  }
  if (problem.kind == ProblemKind::unavailable) answer.headers.emplace_back("Retry-After", "5");
  return answer;
}

}  // namespace sekimori
