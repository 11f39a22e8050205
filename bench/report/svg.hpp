#pragma once

#include <string>
#include <string_view>

namespace sekimori::bench {

struct Position {
  double x = 0;
  double y = 0;
};

enum class Anchor { start, middle, end };

struct TextStyle {
  Anchor anchor = Anchor::start;
  double size = 13;
  const char* colour = "#333333";
  bool bold = false;
  bool upwards = false;  ///< turned by 90 degrees, reading from below
};

struct Stroke {
  const char* colour = "#333333";
  double width = 1;
  bool dashed = false;
};

/// SVG elements, appended to a text. Coordinates are in pixels from the upper left corner.
class Svg {
 public:
  void line(Position from, Position to, const Stroke& stroke);
  void rectangle(Position corner, double width, double height, const char* colour);
  void circle(Position centre, double radius, const char* colour);
  /// The points are "x,y x,y ...".
  void polyline(const std::string& points, const Stroke& stroke);
  /// `at` is where the anchor of the text is, at half the height of its letters.
  void text(Position at, std::string_view content, const TextStyle& style);
  void begin_group(Position offset);
  void end_group() { content_ += "</g>\n"; }
  void append(const std::string& elements) { content_ += elements; }

  /// What was drawn so far, without a document around it.
  [[nodiscard]] const std::string& content() const { return content_; }
  /// As a document of that size, on white.
  [[nodiscard]] std::string document(double width, double height) const;

 private:
  std::string content_;
};

/// About how wide a text is; letters differ.
[[nodiscard]] double text_width(std::string_view content, double size = TextStyle{}.size);
[[nodiscard]] std::string point_text(Position point);

}  // namespace sekimori::bench
