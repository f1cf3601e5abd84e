//! Colours, and text of a size.

use svg::node::element::Text;

use crate::emit::text::shorten;

/// Of what is to be read first.
pub const INK: &str = "#1f2933";
/// Of what explains it.
pub const MUTED: &str = "#5f6c7b";
/// Of lines that guide the eye.
pub const GRID: &str = "#e4e7eb";
/// Of the axes.
pub const AXIS: &str = "#9aa5b1";
/// Of limits.
pub const LIMIT: &str = "#b42318";

/// Text that begins at `x`, on the line `y`. Names may be in it: the crate escapes the content of elements, though
/// not all that could end an attribute, where no name ever goes.
pub fn text(content: &str, x: f64, y: f64, size: f64, fill: &str) -> Text {
    Text::new(content)
        .set("x", px(x))
        .set("y", px(y))
        .set("font-size", px(size))
        .set("fill", fill)
}

/// A length, to a tenth: more cannot be seen, and would differ from one machine to another.
pub fn px(length: f64) -> f64 {
    (length * 10.0).round() / 10.0
}

/// About how wide a text is: fonts differ, so it errs on the wide side.
pub fn text_width(text: &str, size: f64) -> f64 {
    let ems: f64 = text
        .chars()
        .map(|c| match c {
            'i' | 'j' | 'l' | 'I' | '.' | ',' | ':' | ';' | '\'' | '|' | ' ' => 0.34,
            'm' | 'w' | 'M' | 'W' => 0.88,
            'A'..='Z' | '→' | '%' => 0.74,
            '\u{1100}'.. => 1.05,
            _ => 0.6,
        })
        .sum();
    ems * size
}

/// As much of the text as fits a width, but never less than a few characters.
pub fn fitting(text: &str, size: f64, width: f64) -> String {
    let mut length = text.chars().count();
    let mut shown = text.to_owned();
    while length > 6 && text_width(&shown, size) > width {
        length -= 1;
        shown = shorten(text, length);
    }
    shown
}
