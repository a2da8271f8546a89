//! Readings from a CSV file, one at a time: whatever the size of the file, one row of it is in memory.

mod error;
mod row;

use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;

pub(crate) use error::InputError;
use row::RowReader;

use crate::reading::Reading;

/// The longest row that is read. A file without line ends shall not fill the memory.
const LONGEST_ROW: u64 = 4_096;

/// The readings of a CSV file with the header `timestamp,value`. The first error is the last thing it gives.
pub(crate) struct CsvReadings {
    name: String,
    file: BufReader<File>,
    rows: RowReader,
    line: usize,
    buffer: Vec<u8>,
    taken: u64,
    /// The size of the file, where it has one.
    size: Option<u64>,
    over: bool,
}

impl CsvReadings {
    /// Opens a file and reads its header.
    #[expect(clippy::disallowed_methods, reason = "the program's door to files: no process comes here")]
    pub(crate) fn open(path: &Path) -> Result<Self, InputError> {
        let name = path.display().to_string();
        let file = File::open(path).map_err(|source| InputError::Unreadable { file: name.clone(), source })?;
        let size = file.metadata().ok().filter(std::fs::Metadata::is_file).map(|metadata| metadata.len());
        let (file, rows) = (BufReader::new(file), RowReader::new());
        let mut readings = Self { name, file, rows, line: 0, buffer: Vec::new(), taken: 0, size, over: false };
        readings.header()?;
        Ok(readings)
    }

    /// How many bytes were taken, and how many there are.
    pub(crate) fn progress(&self) -> Option<(u64, u64)> {
        self.size.map(|size| (self.taken, size))
    }

    fn header(&mut self) -> Result<(), InputError> {
        self.next_line()?;
        let header = self.buffer.strip_prefix("\u{feff}".as_bytes()).unwrap_or(&self.buffer);
        self.rows.header(header).map_err(|wrong| wrong.at(&self.name, self.line.max(1), &self.buffer))
    }

    /// Reads one line without its end into the buffer. Says whether there was one.
    fn next_line(&mut self) -> Result<bool, InputError> {
        self.buffer.clear();
        // Enough for the longest row and its end, and one byte to know that there is more.
        let read = (&mut self.file).take(LONGEST_ROW + 3).read_until(b'\n', &mut self.buffer);
        let read = read.map_err(|source| InputError::Unreadable { file: self.name.clone(), source })?;
        if read == 0 {
            return Ok(false);
        }
        self.line += 1;
        self.taken += read as u64;
        for end in [b'\n', b'\r'] {
            if self.buffer.last() == Some(&end) {
                self.buffer.pop();
            }
        }
        if self.buffer.len() as u64 > LONGEST_ROW {
            return Err(row::too_long(LONGEST_ROW).at(&self.name, self.line, &self.buffer));
        }
        Ok(true)
    }

    fn row(&mut self) -> Result<Option<Reading>, InputError> {
        while self.next_line()? {
            if !self.buffer.trim_ascii().is_empty() {
                let reading = self.rows.reading(&self.buffer);
                return reading.map(Some).map_err(|wrong| wrong.at(&self.name, self.line, &self.buffer));
            }
        }
        Ok(None)
    }
}

impl Iterator for CsvReadings {
    type Item = Result<Reading, InputError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.over {
            return None;
        }
        let row = self.row().transpose();
        self.over = !matches!(row, Some(Ok(_)));
        row
    }
}

#[cfg(test)]
mod tests;
