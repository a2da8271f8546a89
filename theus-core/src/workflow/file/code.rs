//! The codes of what can be wrong with a workflow file. They never change their meaning; their pages are in
//! [`errors`](crate::errors).

/// No states in the file.
pub(in crate::workflow) const NOTHING: &str = "W001";
/// Something of another kind than what belongs there.
pub(in crate::workflow) const WRONG_KIND: &str = "W002";
/// An unknown key.
pub(in crate::workflow) const UNKNOWN_KEY: &str = "W003";
/// A key or a name that is none.
pub(in crate::workflow) const NOT_A_NAME: &str = "W004";
/// An unknown process.
pub(in crate::workflow) const UNKNOWN_PROCESS: &str = "W005";
/// An unknown state.
pub(in crate::workflow) const UNKNOWN_STATE: &str = "W006";
/// Two states of one name.
pub(in crate::workflow) const SAME_NAME: &str = "W007";
/// An argument that is not given.
pub(in crate::workflow) const MISSING_ARGUMENT: &str = "W008";
/// An argument that the process does not take.
pub(in crate::workflow) const UNKNOWN_ARGUMENT: &str = "W009";
/// A literal that does not fit its argument.
pub(in crate::workflow) const LITERAL_FIT: &str = "W010";
/// An expression that does not fit its place.
pub(in crate::workflow) const EXPRESSION_FIT: &str = "W011";
/// An expression that is none.
pub(in crate::workflow) const EXPRESSION: &str = "W012";
/// A text that is not the name of an event.
pub(in crate::workflow) const NOT_AN_EVENT: &str = "W013";
/// The same trigger twice.
pub(in crate::workflow) const TWICE: &str = "W014";
/// An event that looks like another one.
pub(in crate::workflow) const MISSPELT_EVENT: &str = "W015";
/// An event of the runtime that something else would raise.
pub(in crate::workflow) const BUILTIN: &str = "W016";
/// A final state that goes on.
pub(in crate::workflow) const FINAL: &str = "W017";
/// A history that cannot remember.
pub(in crate::workflow) const HISTORY: &str = "W018";
/// Regions that are none.
pub(in crate::workflow) const REGIONS: &str = "W019";
/// An initial state that is no child.
pub(in crate::workflow) const INITIAL: &str = "W020";
/// A candidate that is never taken.
pub(in crate::workflow) const NEVER_TAKEN: &str = "W021";
/// Eventless moves without an end.
pub(in crate::workflow) const ENDLESS: &str = "W022";
/// Parallel steps that conflict.
pub(in crate::workflow) const CONFLICT: &str = "W023";
/// A timeout that cannot be kept.
pub(in crate::workflow) const TIMEOUT: &str = "W024";
/// An error that is not declared.
pub(in crate::workflow) const UNKNOWN_ERROR: &str = "W025";
/// Too much or too deep.
pub(in crate::workflow) const TOO_MUCH: &str = "W026";
/// A step that says nothing, or not how.
pub(in crate::workflow) const STEP: &str = "W027";
/// A time that is none.
pub(in crate::workflow) const DURATION: &str = "W028";
/// Keys that exclude each other.
pub(in crate::workflow) const EXCLUSIVE: &str = "W029";
/// An initialised field that is no Data field.
pub(in crate::workflow) const INITIALISED: &str = "W030";

/// A state that is final without saying so.
pub(in crate::workflow) const IMPLICIT_FINAL: &str = "W101";
/// A state that nothing leads to.
pub(in crate::workflow) const UNREACHABLE: &str = "W102";
/// States that no way leads out of.
pub(in crate::workflow) const DEAD_END: &str = "W103";
/// An event that nothing raises.
pub(in crate::workflow) const NO_SOURCE: &str = "W104";
/// An input that may not have been written.
pub(in crate::workflow) const UNWRITTEN: &str = "W105";
/// A declared error that leads nowhere.
pub(in crate::workflow) const NO_EDGE: &str = "W106";
/// Regions that want to leave to different places.
pub(in crate::workflow) const PREEMPTED: &str = "W107";
/// A word that tools for YAML 1.1 read as something else.
pub(in crate::workflow) const YAML_WORD: &str = "W108";
/// A value that may be missing, or a text that only looks like an expression.
pub(in crate::workflow) const DOUBTFUL_VALUE: &str = "W109";
/// A `done` that never comes.
pub(in crate::workflow) const NEVER_DONE: &str = "W110";
/// An event that comes when its state has been left.
pub(in crate::workflow) const OVERTAKEN: &str = "W111";
/// A chain that is begun again for ever.
pub(in crate::workflow) const AGAIN: &str = "W112";
/// A loop that nothing in it ends.
pub(in crate::workflow) const NEVER_ENDS: &str = "W113";

/// A meaning that differs from the Python reference, or a spelling of it.
pub(in crate::workflow) const PYTHON: &str = "W201";
