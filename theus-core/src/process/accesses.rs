//! The zones of the paths of a contract.

use crate::context::zone::zone_at;
use crate::context::{Fields, Layer, Zone};
use crate::process::Access;

/// The paths of a list, each with the zone that its field has in the mirror of its layer.
#[doc(hidden)]
#[must_use]
pub const fn accesses<Domain: Fields, Global: Fields, const N: usize>(paths: [&'static str; N]) -> [Access; N] {
    let mut accesses = [Access { layer: Layer::Domain, path: "", zone: Zone::Data }; N];
    let mut at = 0;
    while at < N {
        let path = paths[at];
        let (layer, zones, inner) = match path.split_at_checked(GLOBAL.len()) {
            Some((layer, inner)) if is_global(layer) => (Layer::Global, Global::ZONES, inner),
            _ => (Layer::Domain, Domain::ZONES, path.split_at(DOMAIN.len()).1),
        };
        accesses[at] = Access { layer, path, zone: zone_at(zones, inner) };
        at += 1;
    }
    accesses
}

const DOMAIN: &str = "domain.";
const GLOBAL: &str = "global.";

const fn is_global(layer: &str) -> bool {
    // The macro lets two layers pass; they differ in their first letter.
    layer.as_bytes()[0] == GLOBAL.as_bytes()[0]
}
