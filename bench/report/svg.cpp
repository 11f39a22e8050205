#include "bench/report/svg.hpp"

#include <array>
#include <cstdio>

namespace sekimori::bench {

namespace {

std::string number(double value) {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%.1f", value);
  return text.data();
}

/// ` name="value"`
std::string attribute(const char* name, std::string_view value) {
  return ' ' + std::string{name} + "=\"" + std::string{value} + '"';
}

std::string escaped(std::string_view text) {
  std::string result;
  for (const char c : text) {
    switch (c) {
      case '&':
        result += "&amp;";
        break;
      case '<':
        result += "&lt;";
        break;
      case '>':
        result += "&gt;";
        break;
      default:
        result += c;
    }
  }
  return result;
}

std::string stroke_attributes(const Stroke& stroke) {
  return attribute("stroke", stroke.colour) + attribute("stroke-width", number(stroke.width)) +
         (stroke.dashed ? attribute("stroke-dasharray", "6 4") : "");
}

const char* anchor_text(Anchor anchor) {
  switch (anchor) {
    case Anchor::start:
      return "start";
    case Anchor::middle:
      return "middle";
    case Anchor::end:
      return "end";
  }
  return "start";
}

}  // namespace

void Svg::line(Position from, Position to, const Stroke& stroke) {
  content_ += "<line" + attribute("x1", number(from.x)) + attribute("y1", number(from.y)) +
              attribute("x2", number(to.x)) + attribute("y2", number(to.y)) +
              stroke_attributes(stroke) + "/>\n";
}

void Svg::rectangle(Position corner, double width, double height, const char* colour) {
  content_ += "<rect" + attribute("x", number(corner.x)) + attribute("y", number(corner.y)) +
              attribute("width", number(width)) + attribute("height", number(height)) +
              attribute("fill", colour) + "/>\n";
}

void Svg::circle(Position centre, double radius, const char* colour) {
  content_ += "<circle" + attribute("cx", number(centre.x)) + attribute("cy", number(centre.y)) +
              attribute("r", number(radius)) + attribute("fill", colour) +
              attribute("stroke", "#ffffff") + "/>\n";
}

void Svg::polyline(const std::string& points, const Stroke& stroke) {
  content_ += "<polyline" + attribute("points", points) + attribute("fill", "none") +
              attribute("stroke-linejoin", "round") + stroke_attributes(stroke) + "/>\n";
}

void Svg::text(Position at, std::string_view content, const TextStyle& style) {
  // Letters without descenders are about 0.7 of the font's size; half of that is below the middle.
  const double below_middle = 0.35 * style.size;
  const std::string place =
      style.upwards ? attribute("transform", "translate(" + number(at.x + below_middle) + ' ' +
                                                 number(at.y) + ") rotate(-90)")
                    : attribute("x", number(at.x)) + attribute("y", number(at.y + below_middle));
  content_ +=
      "<text" + place + attribute("font-size", number(style.size)) +
      attribute("fill", style.colour) + attribute("text-anchor", anchor_text(style.anchor)) +
      (style.bold ? attribute("font-weight", "bold") : "") + '>' + escaped(content) + "</text>\n";
}

void Svg::begin_group(Position offset) {
  content_ +=
      "<g" +
      attribute("transform", "translate(" + number(offset.x) + ' ' + number(offset.y) + ')') +
      ">\n";
}

std::string Svg::document(double width, double height) const {
  return "<svg xmlns=\"http://www.w3.org/2000/svg\"" + attribute("width", number(width)) +
         attribute("height", number(height)) +
         attribute("viewBox", "0 0 " + number(width) + ' ' + number(height)) +
         attribute("font-family", "DejaVu Sans, Verdana, Helvetica, Arial, sans-serif") +
         ">\n<rect width=\"100%\" height=\"100%\" fill=\"#ffffff\"/>\n" + content_ + "</svg>\n";
}

double text_width(std::string_view content, double size) {
  // Continuation bytes of UTF-8 are no letters of their own.
  std::size_t letters = 0;
  for (const char c : content) letters += (static_cast<unsigned char>(c) & 0xc0U) != 0x80U ? 1 : 0;
  return 0.61 * size * static_cast<double>(letters);
}

std::string point_text(Position point) {
  return number(point.x) + ',' + number(point.y);
}

}  // namespace sekimori::bench
