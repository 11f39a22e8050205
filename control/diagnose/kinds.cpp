#include "control/diagnose/kinds.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <string>

#include "control/model/rate_text.hpp"

namespace sekimori {
namespace {

CriterionRule at_least(std::string_view what, Figure figure, double bound,
                       double Features::*value) {
  return {.what = what, .figure = figure, .at_least = true, .bound = bound, .value = value};
}

CriterionRule at_most(std::string_view what, Figure figure, double bound, double Features::*value) {
  return {.what = what, .figure = figure, .at_least = false, .bound = bound, .value = value};
}

CriterionRule is_so(std::string_view what, double Features::*value) {
  return at_least(what, Figure::yes_no, 1, value);
}

CriterionRule share_of_more(std::string_view what, double bound, double Features::*value) {
  return at_least(what, Figure::share, bound, value);
}

std::vector<KindRule> not_attacks() {
  return {
      {IncidentKind::link_down, {is_so("a link of the box is down", &Features::link_down)}},
      {IncidentKind::server_not_answering,
       {at_most("packets of the server, of its usual rate", Figure::share, 0.02,
                &Features::inside_of_usual),
        at_least("packets to it, of their usual rate", Figure::share, 0.3,
                 &Features::offered_of_usual),
        at_most("packets to it, of their usual rate", Figure::times, 2,
                &Features::offered_of_usual)}},
      {IncidentKind::policy_change,
       {at_most("age of the policy's last change for it", Figure::seconds, 60,
                &Features::policy_age_s),
        at_most("packets to it, of their usual rate", Figure::times, 2,
                &Features::offered_of_usual)}},
  };
}

std::vector<KindRule> of_many_or_few_bytes() {
  return {
      {IncidentKind::carpet_bombing,
       {is_so("it is a prefix or a tenant", &Features::is_group),
        at_least("destinations that get more than usual", Figure::count, 4, &Features::members),
        at_most("largest share of one destination in what is more", Figure::share, 0.5,
                &Features::largest_member)}},
      {IncidentKind::amplification,
       {share_of_more("UDP and fragments in what is more than usual", 0.6, &Features::udp),
        at_least("UDP from the port of one service that amplifies", Figure::share, 0.6,
                 &Features::reflectors),
        at_least("of these large, fragmented or to a client's port", Figure::share, 0.5,
                 &Features::responses)}},
      {IncidentKind::fragment_flood,
       {share_of_more("fragments in what is more than usual", 0.5, &Features::fragments)}},
      {IncidentKind::dns_query_flood,
       {share_of_more("UDP to port 53 in what is more than usual", 0.5, &Features::dns)}},
      {IncidentKind::icmp_flood,
       {share_of_more("ICMP in what is more than usual", 0.5, &Features::icmp)}},
      {IncidentKind::udp_flood,
       {share_of_more("UDP and fragments in what is more than usual", 0.6, &Features::udp)}},
  };
}

std::vector<KindRule> of_tcp() {
  return {
      {IncidentKind::rst_flood,
       {share_of_more("RSTs in what is more than usual", 0.5, &Features::rst)}},
      {IncidentKind::fin_flood,
       {share_of_more("FINs in what is more than usual", 0.5, &Features::fin)}},
      {IncidentKind::connection_flood,
       {is_so("SYNs, connections or new sources are above their threshold",
              &Features::connections_above),
        at_least("handshakes completed for each SYN more than usual", Figure::share, 0.5,
                 &Features::completed)}},
      {IncidentKind::syn_flood_real,
       {share_of_more("SYNs in what is more than usual", 0.5, &Features::syn),
        at_least("packets of sources that proved themselves", Figure::share, 0.3,
                 &Features::proved)}},
      {IncidentKind::syn_flood_spoofed,
       {share_of_more("SYNs in what is more than usual", 0.5, &Features::syn),
        at_least("different sources for each sampled SYN", Figure::share, 0.5,
                 &Features::distinct_sources),
        at_most("handshakes completed for each SYN more than usual", Figure::share, 0.2,
                &Features::completed),
        at_most("packets of sources that proved themselves", Figure::share, 0.3,
                &Features::proved)}},
      {IncidentKind::ack_flood,
       {share_of_more("TCP without SYN in what is more than usual", 0.6, &Features::segments),
        at_least("ACKs in sampled TCP without SYN", Figure::share, 0.8, &Features::acks),
        at_least("of these at most 100 bytes long", Figure::share, 0.7, &Features::small),
        at_most("packets of sources that proved themselves", Figure::share, 0.3, &Features::proved),
        at_most("packets of the server for each that is more than usual", Figure::share, 0.3,
                &Features::answered)}},
  };
}

std::vector<KindRule> all_rules() {
  std::vector<KindRule> rules = not_attacks();
  for (std::vector<KindRule> more : {of_many_or_few_bytes(), of_tcp()}) {
    std::ranges::move(more, std::back_inserter(rules));
  }
  return rules;
}

std::string one_digit(double value) {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%.1f", value);
  return text.data();
}

std::string figure_text(Figure figure, double value) {
  if (std::isnan(value)) return "not known";
  switch (figure) {
    case Figure::share:
      return percent_text(value);
    case Figure::times:
      return one_digit(value) + " times";
    case Figure::count:
      return count_text(value);
    case Figure::seconds:
      return count_text(value) + " s";
    case Figure::yes_no:
      break;
  }
  return value >= 1 ? "yes" : "no";
}

std::string wanted_text(const CriterionRule& rule) {
  const std::string bound = figure_text(rule.figure, rule.bound);
  if (rule.figure == Figure::yes_no) return bound;
  return (rule.at_least ? "at least " : "at most ") + bound;
}

Candidate judge(const KindRule& rule, const Features& features) {
  Candidate candidate{.kind = rule.kind, .criteria = {}};
  for (const CriterionRule& criterion : rule.criteria) {
    const double found = features.*criterion.value;
    // Both comparisons fail for what is not known.
    const bool met = criterion.at_least ? found >= criterion.bound : found <= criterion.bound;
    candidate.criteria.push_back({.what = std::string{criterion.what},
                                  .wanted = wanted_text(criterion),
                                  .found = figure_text(criterion.figure, found),
                                  .met = met});
  }
  return candidate;
}

}  // namespace

std::span<const KindRule> kind_rules() {
  static const std::vector<KindRule> rules = all_rules();
  return rules;
}

Diagnosis recognise(const Features& features) {
  Diagnosis diagnosis;
  for (const KindRule& rule : kind_rules()) {
    diagnosis.candidates.push_back(judge(rule, features));
    const Candidate& candidate = diagnosis.candidates.back();
    const bool met = std::ranges::all_of(candidate.criteria, &Criterion::met);
    if (met && diagnosis.kind == IncidentKind::unknown) diagnosis.kind = rule.kind;
  }
  if (diagnosis.kind == IncidentKind::amplification) diagnosis.protocol = features.reflector;
  return diagnosis;
}

}  // namespace sekimori
