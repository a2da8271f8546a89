use theus_core::prelude::*;

#[derive(Clone, Default, Context)]
struct Motor {
    sig_jammed: bool,
}

#[derive(Clone, Default, Context)]
struct Machine {
    #[context(nested, events = "LEFT")]
    left: Motor,
    sig_left_jammed: bool,
}

theus_core::files! {
    mod desk;
    domain = Machine,
    types = [Motor],
}

fn main() {
    let _ = Machine { left: Motor { sig_jammed: false }, sig_left_jammed: false };
}
