use theus_core::prelude::*;

#[derive(Clone)]
enum Alarm {
    Fire,
    Flood,
}

#[derive(Clone, Context)]
struct Bank {
    sig_alarm: Alarm,
}

fn main() {}
