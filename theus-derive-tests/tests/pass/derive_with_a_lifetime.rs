#![deny(warnings)]
#![allow(dead_code)]
use theus_core::prelude::*;

#[derive(Clone, Context)]
struct View {
    name: &'static str,
}

fn main() {}
