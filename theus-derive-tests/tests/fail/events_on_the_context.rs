use theus_core::prelude::*;

#[derive(Clone, Default, Context)]
#[context(events = "LEFT")]
struct Motor {
    sig_jammed: bool,
}

fn main() {
    let _ = Motor { sig_jammed: false };
}
