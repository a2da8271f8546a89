//! What an SVG is made of.

use std::fmt::Write as _;

/// The width of one character of the labels' font, and the distance of lines.
pub(super) const CHARACTER: f64 = 6.7;
pub(super) const LINE: f64 = 14.0;

const STYLE: &str = "text{font:11px ui-monospace,Menlo,Consolas,'DejaVu Sans Mono',monospace;fill:#1f2430}\
.n{font-weight:bold}.c{fill:#5b6475}.e{fill:#b3261e}.b{fill:#fff;stroke:#3b4252;stroke-width:1.2}\
.o{fill:#f6f8fb;stroke:#3b4252;stroke-width:1.2}.r{fill:#fff;stroke:none}.p{fill:#f6f8fb;stroke:none}\
.w{fill:none;stroke:#4a5568;stroke-width:1.2}.f{fill:none;stroke:#b3261e;stroke-width:1.2;stroke-dasharray:5 3}\
.d{fill:none;stroke:#3b4252;stroke-width:1;stroke-dasharray:4 4}.s{fill:#3b4252}.h{fill:#fff;stroke:#3b4252;stroke-width:1.2}";

/// A part of the picture; the first two numbers are its place.
pub(super) enum Mark {
    Rect {
        x: f64,
        y: f64,
        width: f64,
        height: f64,
        round: f64,
        class: &'static str,
    },
    Circle {
        x: f64,
        y: f64,
        radius: f64,
        class: &'static str,
    },
    Text {
        x: f64,
        y: f64,
        class: &'static str,
        middle: bool,
        text: String,
    },
    /// A line through points; curved where it leaves the vertical.
    Path {
        points: Vec<(f64, f64)>,
        class: &'static str,
        arrow: bool,
    },
    /// A group with a tooltip begins.
    Begin(String),
    End,
}

pub(super) fn shift(marks: &mut [Mark], dx: f64, dy: f64) {
    for mark in marks {
        match mark {
            Mark::Rect { x, y, .. } | Mark::Circle { x, y, .. } | Mark::Text { x, y, .. } => {
                *x += dx;
                *y += dy;
            }
            Mark::Path { points, .. } => points.iter_mut().for_each(|point| *point = (point.0 + dx, point.1 + dy)),
            Mark::Begin(_) | Mark::End => {}
        }
    }
}

/// How wide a text is; characters of the East take two places.
pub(super) fn width(text: &str) -> f64 {
    text.chars().map(|character| if u32::from(character) >= 0x1100 { 2.0 } else { 1.0 }).sum::<f64>() * CHARACTER
}

/// A text that is not longer than so many characters.
pub(super) fn shortened(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    text.chars().take(most - 1).chain(['…']).collect()
}

/// The five characters that mean something in XML; characters that XML does not have are left out.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            '\n' => out.push('\n'),
            '\u{fffe}' | '\u{ffff}' => {}
            control if control.is_control() => out.push(' '),
            other => out.push(other),
        }
    }
    out
}

pub(super) fn write(name: &str, width: f64, height: f64, marks: &[Mark]) -> String {
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width:.0} {height:.0}\" width=\"{width:.0}\" height=\"{height:.0}\">\n\
         <title>{}</title>\n<style>{STYLE}</style>\n\
         <defs><marker id=\"a\" viewBox=\"0 0 8 8\" refX=\"7.5\" refY=\"4\" markerWidth=\"8\" markerHeight=\"8\" orient=\"auto\">\
         <path d=\"M0 0 L8 4 L0 8 z\" fill=\"#4a5568\"/></marker></defs>\n\
         <rect x=\"0\" y=\"0\" width=\"{width:.0}\" height=\"{height:.0}\" fill=\"#fff\"/>\n",
        escaped(name)
    );
    for mark in marks {
        write_mark(mark, &mut out);
    }
    out.push_str("</svg>\n");
    out
}

fn write_mark(mark: &Mark, out: &mut String) {
    let _ = match mark {
        Mark::Rect { x, y, width, height, round, class } => writeln!(
            out,
            "<rect class=\"{class}\" x=\"{x:.1}\" y=\"{y:.1}\" width=\"{width:.1}\" height=\"{height:.1}\" rx=\"{round}\"/>"
        ),
        Mark::Circle { x, y, radius, class } => {
            writeln!(out, "<circle class=\"{class}\" cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"{radius}\"/>")
        }
        Mark::Text { x, y, class, middle, text } => {
            let anchor = if *middle { " text-anchor=\"middle\"" } else { "" };
            writeln!(out, "<text class=\"{class}\" x=\"{x:.1}\" y=\"{y:.1}\"{anchor}>{}</text>", escaped(text))
        }
        Mark::Path { points, class, arrow } => {
            let arrow = if *arrow { " marker-end=\"url(#a)\"" } else { "" };
            writeln!(out, "<path class=\"{class}\" d=\"{}\"{arrow}/>", curve(points))
        }
        Mark::Begin(title) if title.is_empty() => writeln!(out, "<g>"),
        Mark::Begin(title) => writeln!(out, "<g><title>{}</title>", escaped(title)),
        Mark::End => writeln!(out, "</g>"),
    };
}

fn curve(points: &[(f64, f64)]) -> String {
    let mut path = String::new();
    let mut last: Option<(f64, f64)> = None;
    for &(x, y) in points {
        let _ = match last {
            None => write!(path, "M{x:.1} {y:.1}"),
            Some((from, _)) if (from - x).abs() < 0.5 => write!(path, " L{x:.1} {y:.1}"),
            Some((_, above)) if (above - y).abs() < 0.5 => write!(path, " L{x:.1} {y:.1}"),
            Some((from, above)) => {
                let middle = f64::midpoint(above, y);
                write!(path, " C{from:.1} {middle:.1} {x:.1} {middle:.1} {x:.1} {y:.1}")
            }
        };
        last = Some((x, y));
    }
    path
}
