//! Lists of texts and bytes in one value: each with its length before it.

/// Written.
#[derive(Default)]
pub(super) struct Frames(pub(super) Vec<u8>);

impl Frames {
    /// Seven bits a byte, the lowest first.
    pub(super) fn number(&mut self, mut number: u64) {
        while number >= 0x80 {
            self.0.push((number & 0x7f) as u8 | 0x80);
            number >>= 7;
        }
        self.0.push(number as u8);
    }

    pub(super) fn bytes(&mut self, bytes: &[u8]) {
        self.number(bytes.len() as u64);
        self.0.extend_from_slice(bytes);
    }
}

/// Read; none where they are not what was written.
pub(super) struct Framed<'a>(pub(super) &'a [u8]);

impl<'a> Framed<'a> {
    pub(super) fn number(&mut self) -> Option<u64> {
        let mut number = 0;
        for shift in (0..64).step_by(7) {
            let (&byte, rest) = self.0.split_first()?;
            self.0 = rest;
            number |= u64::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return Some(number);
            }
        }
        None
    }

    pub(super) fn bytes(&mut self) -> Option<&'a [u8]> {
        let length = usize::try_from(self.number()?).ok()?;
        let (bytes, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(bytes)
    }

    pub(super) fn text(&mut self) -> Option<String> {
        std::str::from_utf8(self.bytes()?).ok().map(str::to_owned)
    }

    /// So many as the number before them says, and nothing behind them.
    pub(super) fn list<T>(mut self, mut one: impl FnMut(&mut Self) -> Option<T>) -> Option<Vec<T>> {
        let length = self.number()?;
        let mut list = Vec::new();
        for _ in 0..length {
            list.push(one(&mut self)?);
        }
        self.0.is_empty().then_some(list)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn what_is_written_comes_back(numbers in prop::collection::vec(any::<u64>(), 0..9), text in ".{0,300}") {
            let mut frames = Frames::default();
            frames.number(numbers.len() as u64);
            for number in &numbers {
                frames.number(*number);
                frames.bytes(text.as_bytes());
            }
            let whole = &frames.0;
            let read = |bytes| Framed(bytes).list(|framed| Some((framed.number()?, framed.text()?)));
            let back = read(whole).unwrap();
            prop_assert!(back.iter().map(|(number, _)| number).eq(&numbers));
            prop_assert!(back.iter().all(|(_, back)| *back == text));
            for short in 0..whole.len() {
                prop_assert!(read(&whole[..short]).is_none());
            }
        }

        #[test]
        fn bytes_of_any_kind_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..100)) {
            let _ = Framed(&bytes).list(|framed| Some((framed.number()?, framed.text()?)));
        }
    }
}
