//! Bytes as hexadecimal digits: what they are in a text.

const DIGITS: &[u8; 16] = b"0123456789abcdef";

/// Two digits each.
pub(super) fn written(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        text.push(char::from(DIGITS[usize::from(byte >> 4)]));
        text.push(char::from(DIGITS[usize::from(byte & 15)]));
    }
    text
}

/// The bytes; none where it is no such text.
pub(super) fn read(text: &str) -> Option<Vec<u8>> {
    let (pairs, rest) = text.as_bytes().as_chunks::<2>();
    let mut bytes = Vec::with_capacity(pairs.len());
    for [high, low] in pairs {
        bytes.push(digit(*high)? << 4 | digit(*low)?);
    }
    rest.is_empty().then_some(bytes)
}

const fn digit(digit: u8) -> Option<u8> {
    match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'a'..=b'f' => Some(digit - b'a' + 10),
        b'A'..=b'F' => Some(digit - b'A' + 10),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read() {
        let all: Vec<u8> = (0..=255).collect();
        let text = written(&all);
        assert!(text.starts_with("000102") && text.ends_with("feff"), "{text}");
        assert_eq!(read(&text), Some(all.clone()));
        assert_eq!(read(&text.to_uppercase()), Some(all));
        assert_eq!(read(""), Some(Vec::new()));
        for wrong in ["0", "0g", "é0", "012", " 1", "+1"] {
            assert_eq!(read(wrong), None, "{wrong}");
        }
    }
}
