//! What is written: lines that steer no terminal.

use std::fmt::Write as _;
use std::io::{self, Write};
use std::time::{Duration, SystemTime};

use serde::Serialize;
use theus_core::source::{printable, printable_json};

/// Where lines go.
pub(crate) struct Out<'a> {
    to: &'a mut dyn Write,
    /// A line that was written by parts, until it ends.
    begun: Vec<u8>,
}

impl<'a> Out<'a> {
    pub(crate) fn new(to: &'a mut dyn Write) -> Self {
        Self { to, begun: Vec::new() }
    }

    /// One line of text.
    pub(crate) fn line(&mut self, text: impl AsRef<str>) -> io::Result<()> {
        writeln!(self.to, "{}", printable(text.as_ref().trim_end()))
    }

    /// One object in one line.
    pub(crate) fn json(&mut self, what: &impl Serialize) -> io::Result<()> {
        writeln!(self.to, "{}", printable_json(&serde_json::to_string(what)?))
    }

    fn end_of_line(&mut self) -> io::Result<()> {
        let line = std::mem::take(&mut self.begun);
        match std::str::from_utf8(&line) {
            Ok(line) => self.to.write_all(printable_json(line).as_bytes()),
            Err(_) => Err(io::Error::new(io::ErrorKind::InvalidData, "what is written is no text")),
        }
    }
}

/// Lines of JSON that somebody else writes.
impl Write for Out<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        for part in bytes.split_inclusive(|byte| *byte == b'\n') {
            self.begun.extend_from_slice(part);
            if part.ends_with(b"\n") {
                self.end_of_line()?;
            }
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        if !self.begun.is_empty() {
            self.end_of_line()?;
        }
        self.to.flush()
    }
}

/// A value in a line of text.
pub(crate) fn value(json: &serde_json::Value) -> String {
    printable_json(&json.to_string()).into_owned()
}

/// `1 step`, `2 steps`, `no steps`; thousands apart.
pub(crate) fn counted(count: u64, what: &str) -> String {
    match count {
        0 => format!("no {what}s"),
        1 => format!("1 {what}"),
        many => format!("{} {what}s", grouped(many)),
    }
}

fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A time in nanoseconds since 1970.
pub(crate) fn at(nanos: u64) -> String {
    time(SystemTime::UNIX_EPOCH + Duration::from_nanos(nanos))
}

/// A time, in UTC.
pub(crate) fn time(time: SystemTime) -> String {
    let mut text = String::new();
    // What is before 1970 or after 9999 has no such form.
    match time.duration_since(SystemTime::UNIX_EPOCH) {
        Err(_) => "before 1970".to_owned(),
        Ok(_) => match write!(text, "{}", humantime::format_rfc3339_millis(time)) {
            Ok(()) => text,
            Err(_) => "after 9999".to_owned(),
        },
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;

    #[test]
    fn a_line_is_one_line_whatever_is_in_it() {
        let mut to = Vec::new();
        let mut out = Out::new(&mut to);
        out.line("a\u{1b}[2J\nb\u{202e}  ").unwrap();
        out.json(&["\u{9b}2J"]).unwrap();
        out.write_all(b"{\"a\":\"\xc2").unwrap();
        out.write_all(b"\x9b\"}\n{}").unwrap();
        out.flush().unwrap();
        let text = String::from_utf8(to).unwrap();
        assert_eq!(text, "a\\u{1b}[2J\\nb\\u{202e}\n[\"\\u009b2J\"]\n{\"a\":\"\\u009b\"}\n{}");
    }

    #[test]
    fn times_have_one_form_as_far_as_they_can() {
        assert_eq!(at(1_500_000_000), "1970-01-01T00:00:01.500Z");
        assert_eq!(at(u64::MAX), "2554-07-21T23:34:33.709Z");
        assert_eq!(time(SystemTime::UNIX_EPOCH - Duration::from_secs(1)), "before 1970");
        assert_eq!(time(SystemTime::UNIX_EPOCH + Duration::from_secs(1 << 40)), "after 9999");
    }

    #[test]
    fn counts_are_read_as_they_are_said() {
        assert_eq!(
            [0, 1, 2, 1_234_567].map(|it| counted(it, "step")),
            ["no steps", "1 step", "2 steps", "1,234,567 steps"]
        );
    }
}
