//! Texts that are put together while the program is compiled.

use crate::context::{Layer, Zone};
use crate::process::Access;

/// How long a path or a name can be.
const MOST_BYTES: usize = 120;

/// How many paths a mounted process can read, and how many it can write.
pub(super) const MOST_PATHS: usize = 48;

/// A text that is known while the program is compiled.
#[derive(Clone, Copy)]
pub(super) struct Text {
    bytes: [u8; MOST_BYTES],
    length: usize,
}

impl Text {
    const EMPTY: Self = Self { bytes: [0; MOST_BYTES], length: 0 };

    /// As it is said.
    pub(super) const fn as_str(&'static self) -> &'static str {
        let (used, _) = self.bytes.split_at(self.length);
        match std::str::from_utf8(used) {
            Ok(text) => text,
            Err(_) => "",
        }
    }

    const fn and(mut self, more: &str) -> Self {
        let more = more.as_bytes();
        assert!(self.length + more.len() <= MOST_BYTES, "a path of a mounted process has more than 120 bytes");
        let mut at = 0;
        while at < more.len() {
            self.bytes[self.length + at] = more[at];
            at += 1;
        }
        self.length += more.len();
        self
    }
}

/// `motor.spin`, of the place `domain.motor`; of all of the domain it is the library's own name.
pub(super) const fn name(place: &str, process: &str) -> Text {
    match place.split_at_checked("domain.".len()) {
        Some((_, inner)) => Text::EMPTY.and(inner).and(".").and(process),
        None => Text::EMPTY.and(process),
    }
}

/// Where the paths of a process are, in the program's layers.
pub(super) const fn paths(accesses: &[Access], domain: &str, global: &str) -> [Text; MOST_PATHS] {
    assert!(accesses.len() <= MOST_PATHS, "a process that is mounted reads 48 paths at most, and writes 48 at most");
    let mut paths = [Text::EMPTY; MOST_PATHS];
    let mut at = 0;
    while at < accesses.len() {
        // `domain` and `global` are of one length.
        let (_, inner) = accesses[at].path.split_at("domain".len());
        let place = if matches!(accesses[at].layer, Layer::Global) { global } else { domain };
        paths[at] = Text::EMPTY.and(place).and(inner);
        at += 1;
    }
    paths
}

/// The accesses of a process, at these paths.
pub(super) const fn moved(accesses: &[Access], paths: &'static [Text; MOST_PATHS]) -> [Access; MOST_PATHS] {
    let mut moved = [Access { layer: Layer::Domain, path: "", zone: Zone::Data }; MOST_PATHS];
    let mut at = 0;
    while at < accesses.len() {
        moved[at] = Access { layer: accesses[at].layer, path: paths[at].as_str(), zone: accesses[at].zone };
        at += 1;
    }
    moved
}

#[cfg(test)]
mod tests {
    use super::*;

    const ACCESS: Access = Access { layer: Layer::Domain, path: "domain.speed", zone: Zone::Data };

    fn longest(more: usize) -> String {
        "x".repeat(MOST_BYTES - "left.".len() + more)
    }

    #[test]
    fn paths_are_moved_by_their_layer() {
        static PATHS: [Text; MOST_PATHS] = paths(
            &[ACCESS, Access { layer: Layer::Global, path: "global.most", zone: Zone::Data }],
            "domain.left",
            "global.limits",
        );
        assert_eq!((PATHS[0].as_str(), PATHS[1].as_str()), ("domain.left.speed", "global.limits.most"));
        static NAME: Text = name("domain.arm.left", "spin");
        static OF_ALL: Text = name("domain", "spin");
        assert_eq!((NAME.as_str(), OF_ALL.as_str()), ("arm.left.spin", "spin"));
    }

    #[test]
    fn as_much_as_there_is_room_for_passes() {
        assert_eq!(name("domain.left", &longest(0)).length, MOST_BYTES);
        paths(&[ACCESS; MOST_PATHS], "domain.left", "global");
    }

    #[test]
    #[should_panic(expected = "more than 120 bytes")]
    fn a_longer_path_is_refused() {
        name("domain.left", &longest(1));
    }

    #[test]
    #[should_panic(expected = "reads 48 paths at most")]
    fn more_paths_are_refused() {
        paths(&[ACCESS; MOST_PATHS + 1], "domain.left", "global");
    }
}
