#pragma once

#include <cstdint>
#include <limits>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "control/model/keys.hpp"

namespace sekimori {

// How a definition in the tables of the *_keys.cpp files is tied to the field of the model that it
// fills. The field's type says of which type the key is.

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
  if (std::is_same_v<T, std::string>) return KeyType::text;
  if (std::is_same_v<T, std::vector<std::string>>) return KeyType::texts;
  if (std::is_same_v<T, std::vector<PlacedPrefix>>) return KeyType::prefixes;
  if (std::is_same_v<T, PortRange>) return KeyType::ports;
  return KeyType::quantity;
}

/// A member of the owner, or a member of that member, and so on.
template <auto... members>
struct Field;

template <typename OwnerType, typename Member, Member OwnerType::*member, auto next, auto... inner>
struct Field<member, next, inner...> {
  using Owner = OwnerType;
  using Type = typename Field<next, inner...>::Type;
  static constexpr KeyType key_type = Field<next, inner...>::key_type;

  static void assign(Owner& owner, Value value, Place place) {
    Field<next, inner...>::assign(owner.*member, std::move(value), place);
  }

  static Value value(const Owner& owner) { return Field<next, inner...>::value(owner.*member); }
};

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

  static Value value(const Owner& owner) {
    if constexpr (std::is_same_v<Type, Member>) {
      return general(owner.*member);
    } else {
      return general((owner.*member).value);
    }
  }

 private:
  static Value general(const Type& field) {
    if constexpr (key_type == KeyType::quantity || key_type == KeyType::choice) {
      return static_cast<std::uint64_t>(field);
    } else {
      return field;
    }
  }

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
template <auto... members>
consteval Key<typename Field<members...>::Owner> key(KeyDefinition definition) {
  using Bound = Field<members...>;
  definition.type = Bound::key_type;
  if constexpr (Bound::key_type == KeyType::quantity) {
    using Type = typename Bound::Type;
    if (definition.maximum > std::numeric_limits<Type>::max()) throw "the field is too small";
    if (definition.fallback < definition.minimum || definition.fallback > definition.maximum) {
      throw "the default is out of range";
    }
  }
  return {definition, &Bound::assign, &Bound::value};
}

constexpr std::uint64_t index_of(auto enumerator) {
  return static_cast<std::uint64_t>(enumerator);
}

inline constexpr std::array<std::string_view, 2> action_names{"pass", "drop"};
inline constexpr std::uint64_t max_rate_per_s = 1'000'000'000;
inline constexpr std::uint64_t max_packets_per_s = 10 * max_rate_per_s;
inline constexpr std::uint64_t max_bits_per_s = 100'000 * max_rate_per_s;

}  // namespace sekimori
