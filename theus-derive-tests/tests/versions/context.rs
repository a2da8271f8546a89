//! The context and the process are another crate's.

use domain::{Fill, Tank};

theus_core::files! {
    mod desk;
    domain = Tank, processes = [Fill], types = [domain::Level],
    recipes = ["audit.yaml"],
}

fn main() {
    assert!(desk::builder(Tank::default()).build().is_ok());
}
