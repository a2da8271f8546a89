//! What rules see and ask.
//!
//! | module | what it shows |
//! |---|---|
//! | [`random`] | random states, rules and sequences: the engine finds what a [`naive`] reading of the rules finds |
//! | [`paths`] | every kind of path, in words |
//! | [`refusals`], [`refused_paths`] | what is refused of conditions and paths, word by word |
//! | [`at_once`] | bounds on numbers are judged at once: what is broken among them is found, and nothing else |
//! | [`explained`] | what explain says before a run, the run then finds |
//! | [`bounds`] | bounds that are values of the global context |
//! | [`changes`] | conditions on changes, at the gates where they fit |
//! | [`several`] | rules that see more than one value: conditions, and where a rule is judged at all |
//! | [`cost`] | a passing rule allocates nothing, however deep its path |
//! | [`about`] | what a rule says of itself is in all that is told of it |
//! | [`redacted`] | what is marked `redact` is judged, and shown nowhere |
//! | [`foreign`] | types of other crates, behind features |

mod about;
mod at_once;
mod bounds;
mod changes;
mod cost;
mod explained;
mod foreign;
mod generate;
mod json;
mod naive;
mod over_time;
mod paths;
mod random;
mod redacted;
mod refusals;
mod refused_paths;
mod several;
mod world;
