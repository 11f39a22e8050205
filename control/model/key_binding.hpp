#pragma once

#include <cstdint>
#include <limits>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "control/model/keys.hpp"

namespace sekimori {

// How a definition in the tables of box_keys.cpp and object_keys.cpp is tied to the field of the
// model that it fills. The field's type says of which type the key is.

template <typename T>
struct Unplaced {
  using type = T;
};
template <typename T>
struct Unplaced<Placed<T>> {
  using type = T;
};

template <typename T>
consteval KeyType key_type() {
  if (std::is_enum_v<T>) return KeyType::choice;
  if (std::is_same_v<T, bool>) return KeyType::boolean;
  if (std::is_same_v<T, std::string>) return KeyType::name;
  if (std::is_same_v<T, std::vector<PlacedPrefix>>) return KeyType::prefixes;
  if (std::is_same_v<T, PortRange>) return KeyType::ports;
  return KeyType::quantity;
}

template <auto member>
struct Field;

template <typename OwnerType, typename Member, Member OwnerType::*member>
struct Field<member> {
  using Owner = OwnerType;
  using Type = typename Unplaced<Member>::type;
  static constexpr KeyType key_type = sekimori::key_type<Type>();

  static void assign(Owner& owner, Value value, Place place) {
    if constexpr (std::is_same_v<Type, Member>) {
      owner.*member = converted(std::move(value));
    } else {
      owner.*member = {converted(std::move(value)), place, true};
    }
  }

 private:
  static Type converted(Value value) {
    if constexpr (key_type == KeyType::quantity || key_type == KeyType::choice) {
      return static_cast<Type>(std::get<std::uint64_t>(value));
    } else {
      return std::get<Type>(std::move(value));
    }
  }
};

/// Ties a definition to the field that it fills. A range that the field cannot hold, or a default
/// outside of the range, does not compile.
template <auto member>
consteval Key<typename Field<member>::Owner> key(KeyDefinition definition) {
  definition.type = Field<member>::key_type;
  if constexpr (Field<member>::key_type == KeyType::quantity) {
    using Type = typename Field<member>::Type;
    if (definition.maximum > std::numeric_limits<Type>::max()) throw "the field is too small";
    if (definition.fallback < definition.minimum || definition.fallback > definition.maximum) {
      throw "the default is out of range";
    }
  }
  return {definition, &Field<member>::assign};
}

constexpr std::uint64_t index_of(auto enumerator) {
  return static_cast<std::uint64_t>(enumerator);
}

inline constexpr std::array<std::string_view, 2> action_names{"pass", "drop"};
inline constexpr std::uint64_t max_rate_per_s = 1'000'000'000;

}  // namespace sekimori
