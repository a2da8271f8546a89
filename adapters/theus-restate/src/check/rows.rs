//! The rows of an answer, one after the other as they come: an answer may be as large as all sessions together.

use crate::error::Unreached;

/// What one row may have at most: as much as one of Restate's messages, with what escapes add.
const LONGEST: usize = 128 * 1024 * 1024;

/// An answer of the form `{"rows":[{..},{..}]}`, of which one row is held at a time.
#[derive(Default)]
pub(super) struct Rows {
    depth: u32,
    is_in_text: bool,
    is_escaped: bool,
    /// The row that has begun, and is not whole yet.
    row: Vec<u8>,
    has_rows: bool,
}

/// At which depth a row begins: within the object, and the list.
const ROW: u32 = 2;

impl Rows {
    /// More of the answer has come; each row that is whole by that is given on.
    pub(super) fn take(
        &mut self,
        part: &[u8],
        mut each: impl FnMut(&[u8]) -> Result<(), Unreached>,
    ) -> Result<(), Unreached> {
        for byte in part {
            let was_in_row = self.depth > ROW;
            let is_over = self.reads(*byte)?;
            if was_in_row || self.depth > ROW {
                self.row.push(*byte);
            }
            if is_over && was_in_row && self.depth == ROW {
                each(&self.row)?;
                self.row.clear();
            }
            if self.row.len() > LONGEST {
                return Err(Unreached::Answer(format!("a row has more than {LONGEST} bytes")));
            }
        }
        Ok(())
    }

    /// Whether something ends with this byte that has begun with a bracket.
    fn reads(&mut self, byte: u8) -> Result<bool, Unreached> {
        match (self.is_in_text, byte) {
            (true, _) if self.is_escaped => self.is_escaped = false,
            (true, b'\\') => self.is_escaped = true,
            (true, b'"') => self.is_in_text = false,
            (true, _) => {}
            (false, b'"') => self.is_in_text = true,
            (false, b'{' | b'[') => {
                self.depth += 1;
                self.has_rows |= self.depth == ROW && byte == b'[';
            }
            (false, b'}' | b']') => {
                let less = self.depth.checked_sub(1);
                self.depth = less.ok_or_else(|| Unreached::Answer("a bracket too many".to_owned()))?;
                return Ok(true);
            }
            (false, _) => {}
        }
        Ok(false)
    }

    /// It is over: whole, or else nothing is known by it.
    pub(super) fn end(self) -> Result<(), Unreached> {
        if self.has_rows && self.depth == 0 { Ok(()) } else { Err(Unreached::Answer("it is not whole".to_owned())) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(text: &str, by: usize) -> Result<Vec<String>, Unreached> {
        let (mut rows, mut all) = (Rows::default(), Vec::new());
        for part in text.as_bytes().chunks(by) {
            rows.take(part, |row| {
                all.push(String::from_utf8_lossy(row).into_owned());
                Ok(())
            })?;
        }
        rows.end().map(|()| all)
    }

    #[test]
    fn rows_are_told_apart_however_they_come() {
        let text = r#"{"rows":[{"a":"}]\"{"}, {"b":{"c":[1]}} ,{}]}"#;
        for by in 1..=text.len() {
            assert_eq!(rows(text, by), Ok(vec![r#"{"a":"}]\"{"}"#.into(), r#"{"b":{"c":[1]}}"#.into(), "{}".into()]));
        }
        assert_eq!(rows(r#"{"rows":[]}"#, 3), Ok(vec![]));
    }

    #[test]
    fn what_is_cut_off_is_no_answer() {
        let text = r#"{"rows":[{"a":1},{"a":2}]}"#;
        for end in 0..text.len() {
            assert!(rows(text.get(..end).unwrap_or_default(), 4).is_err(), "{end}");
        }
        assert!(rows("{}", 1).is_err() && rows("]", 1).is_err());
    }
}
