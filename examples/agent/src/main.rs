//! An agent that plans, uses tools, is reviewed, asks a human, tries again and gives up: an example of Theus.
#![forbid(unsafe_code)]

mod context;
mod model;
mod processes;
mod prompt;
mod script;
mod tools;

fn main() {}
