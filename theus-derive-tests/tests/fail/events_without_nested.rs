use theus_core::prelude::*;

#[derive(Clone, Default, Context)]
struct Machine {
    #[context(events = "LEFT")]
    sig_jammed: bool,
}

fn main() {
    let _ = Machine { sig_jammed: false };
}
