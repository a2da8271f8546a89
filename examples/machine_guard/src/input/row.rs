//! One row of the file: its fields, and what they mean.

use std::borrow::Cow;
use std::ops::Range;

use theus_core::source::printable;

use super::error::Wrong;
use crate::reading::Reading;

const HEADER: [&str; 2] = ["timestamp", "value"];

/// Takes rows apart. It keeps its buffers from one row to the next.
pub(super) struct RowReader {
    parser: csv_core::Reader,
    text: Vec<u8>,
}

/// One field: its text without quotes, and where it stands in the row.
struct Field<'a> {
    text: &'a str,
    place: Range<usize>,
}

/// A row that is longer than rows can be.
pub(super) fn too_long(most: u64) -> Wrong {
    Wrong { message: format!("the row is longer than {most} bytes"), marked: 0..0, label: "" }
}

impl RowReader {
    pub(super) fn new() -> Self {
        Self { parser: csv_core::Reader::new(), text: Vec::new() }
    }

    /// Checks the header.
    pub(super) fn header(&mut self, row: &[u8]) -> Result<(), Wrong> {
        let fields = self.fields(row);
        if matches!(&fields, Ok(fields) if fields.each_ref().map(|field| field.text) == HEADER) {
            return Ok(());
        }
        let message = match row.is_empty() {
            true => "the file has no header: its first line must be `timestamp,value`",
            false => "the first line must be the header `timestamp,value`",
        };
        Err(Wrong { message: message.to_owned(), marked: 0..row.len(), label: "not the header" })
    }

    /// The reading that a row gives.
    pub(super) fn reading(&mut self, row: &[u8]) -> Result<Reading, Wrong> {
        let [timestamp, value] = self.fields(row)?;
        let wrong = |field: &Field<'_>, message: String, label| Wrong { message, marked: field.place.clone(), label };
        if timestamp.text.is_empty() {
            return Err(wrong(&timestamp, "the timestamp is missing".to_owned(), "nothing here"));
        }
        // Any way to write a time will do, but not none: a column of names is another file. Nor what is not seen where it is
        // shown, or turns round what is.
        if !timestamp.text.chars().any(|c| c.is_ascii_digit()) || !matches!(printable(timestamp.text), Cow::Borrowed(_))
        {
            let message = format!("`{}` is no timestamp", printable(timestamp.text));
            return Err(wrong(&timestamp, message, "no date, time or number"));
        }
        if value.text.is_empty() {
            return Err(wrong(&value, "the value is missing".to_owned(), "nothing here"));
        }
        let Ok(number) = value.text.parse::<f64>() else {
            return Err(wrong(&value, format!("`{}` is not a number", printable(value.text)), "not a number"));
        };
        // `inf` is what the sensor said; a number that turns into it is not.
        if number.is_infinite() && value.text.contains(|c: char| c.is_ascii_digit()) {
            return Err(wrong(&value, format!("`{}` is out of range", value.text), "no 64-bit float is so great"));
        }
        Ok(Reading { timestamp: timestamp.text.to_owned(), value: number })
    }

    /// The two fields of a row.
    fn fields<'a>(&'a mut self, row: &'a [u8]) -> Result<[Field<'a>; 2], Wrong> {
        let whole = |message: String, label| Wrong { message, marked: 0..row.len(), label };
        let Ok(text) = std::str::from_utf8(row) else {
            return Err(Wrong { message: "the row is not UTF-8 text".to_owned(), marked: 0..0, label: "" });
        };
        // To the parser it ends the row, and what stands behind it would be lost without a word.
        if let Some(at) = row.iter().position(|byte| *byte == b'\r') {
            let message = "a carriage return stands within the row: rows end with `\\n` or `\\r\\n`".to_owned();
            return Err(Wrong { message, marked: at..at + 1, label: "here" });
        }
        if row.iter().filter(|byte| **byte == b'"').count() % 2 == 1 {
            return Err(whole("a quote is opened and not closed in the same row".to_owned(), "one quote too many"));
        }
        // A field without its quotes is never longer than with them.
        self.text.resize(row.len(), 0);
        self.parser.reset();
        let (mut ends, mut count, mut written) = ([0; 2], 0, 0);
        // The row, and then its end.
        for part in [row, b""] {
            let mut part = part;
            loop {
                let mut spill = [0; 1];
                let room = ends.get_mut(count..).filter(|room| !room.is_empty()).unwrap_or(&mut spill);
                let (result, read, wrote, ended) = self.parser.read_record(part, &mut self.text[written..], room);
                (part, written, count) = (&part[read..], written + wrote, count + ended);
                if !matches!(result, csv_core::ReadRecordResult::OutputEndsFull) {
                    break;
                }
            }
        }
        if count != 2 {
            let fields = if count == 1 { "1 field".to_owned() } else { format!("{count} fields") };
            return Err(whole(format!("the row has {fields} instead of 2"), "expected `timestamp,value`"));
        }
        let unquoted = std::str::from_utf8(&self.text[..written]).unwrap_or_default();
        let comma = text.find(',').filter(|_| !text.contains('"'));
        let [first, second] = match comma {
            Some(comma) => [trimmed(text, 0..comma), trimmed(text, comma + 1..text.len())],
            // With quotes, where a field stands is not worth finding: the row is marked.
            None => [0..text.len(), 0..text.len()],
        };
        let field = |from, to, place| Field { text: unquoted.get(from..to).unwrap_or_default().trim(), place };
        Ok([field(0, ends[0], first), field(ends[0], ends[1], second)])
    }
}

/// The range without the blanks at its ends; an empty one stays where it is.
fn trimmed(text: &str, range: Range<usize>) -> Range<usize> {
    let part = &text[range.clone()];
    let core = part.trim();
    if core.is_empty() {
        return range;
    }
    let start = range.start + (part.len() - part.trim_start().len());
    start..start + core.len()
}
