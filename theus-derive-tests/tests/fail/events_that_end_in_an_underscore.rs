use theus_core::prelude::*;

#[derive(Clone, Default, Context)]
struct Motor {
    sig_jammed: bool,
}

#[derive(Clone, Default, Context)]
struct Machine {
    #[context(nested, events = "LEFT_")]
    left: Motor,
}

fn main() {
    let _ = (Machine::default().left, Motor { sig_jammed: false });
}
