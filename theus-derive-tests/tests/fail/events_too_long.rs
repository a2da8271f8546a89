use theus_core::prelude::*;

#[derive(Clone, Default, Context)]
struct Motor {
    sig_jammed: bool,
}

#[derive(Clone, Default, Context)]
struct Machine {
    #[context(nested, events = "A_WORD_THAT_NOBODY_READS_TO_ITS_END_AS_IT_GOES_ON")]
    left: Motor,
}

fn main() {
    let _ = (Machine::default().left, Motor { sig_jammed: false });
}
