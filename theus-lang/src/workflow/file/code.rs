//! The codes of what can be wrong with a workflow file. They never change their meaning; their pages are in
//! [`errors`](crate::errors).

/// No states in the file.
pub(crate) const NOTHING: &str = "W001";
/// Something of another kind than what belongs there.
pub(crate) const WRONG_KIND: &str = "W002";
/// An unknown key.
pub(crate) const UNKNOWN_KEY: &str = "W003";
/// A key or a name that is none.
pub(crate) const NOT_A_NAME: &str = "W004";
/// An unknown process.
pub(crate) const UNKNOWN_PROCESS: &str = "W005";
/// An unknown state.
pub(crate) const UNKNOWN_STATE: &str = "W006";
/// Two states of one name.
pub(crate) const SAME_NAME: &str = "W007";
/// An argument that is not given.
pub(crate) const MISSING_ARGUMENT: &str = "W008";
/// An argument that the process does not take.
pub(crate) const UNKNOWN_ARGUMENT: &str = "W009";
/// A literal that does not fit its argument.
pub(crate) const LITERAL_FIT: &str = "W010";
/// An expression that does not fit its place.
pub(crate) const EXPRESSION_FIT: &str = "W011";
/// An expression that is none.
pub(crate) const EXPRESSION: &str = "W012";
/// A text that is not the name of an event.
pub(crate) const NOT_AN_EVENT: &str = "W013";
/// The same trigger twice.
pub(crate) const TWICE: &str = "W014";
/// An event that looks like another one.
pub(crate) const MISSPELT_EVENT: &str = "W015";
/// An event of the runtime that something else would raise.
pub(crate) const BUILTIN: &str = "W016";
/// A final state that goes on.
pub(crate) const FINAL: &str = "W017";
/// A history that cannot remember.
pub(crate) const HISTORY: &str = "W018";
/// Regions that are none.
pub(crate) const REGIONS: &str = "W019";
/// An initial state that is no child.
pub(crate) const INITIAL: &str = "W020";
/// A candidate that is never taken.
pub(crate) const NEVER_TAKEN: &str = "W021";
/// Eventless moves without an end.
pub(crate) const ENDLESS: &str = "W022";
/// Parallel steps that conflict.
pub(crate) const CONFLICT: &str = "W023";
/// A timeout that cannot be kept.
pub(crate) const TIMEOUT: &str = "W024";
/// An error that is not declared.
pub(crate) const UNKNOWN_ERROR: &str = "W025";
/// Too much or too deep.
pub(crate) const TOO_MUCH: &str = "W026";
/// A step that says nothing, or not how.
pub(crate) const STEP: &str = "W027";
/// A time that is none.
pub(crate) const DURATION: &str = "W028";
/// Keys that exclude each other.
pub(crate) const EXCLUSIVE: &str = "W029";
/// An initialised field that is no Data field.
pub(crate) const INITIALISED: &str = "W030";
/// An `undo` where no saga is left.
pub(crate) const NO_SAGA: &str = "W041";

/// An `atomic` where there are no regions.
pub(crate) const NO_REGION: &str = "W043";
/// A name for what a process does not give.
pub(crate) const NO_RESULT: &str = "W042";
/// What cannot be included.
pub(crate) const INCLUDE: &str = "W044";
/// A deferral that keeps nothing.
pub(crate) const DEFERRAL: &str = "W051";
/// A deferred event that no state takes.
pub(crate) const NEVER_RECALLED: &str = "W052";

/// A state that the program waits for and that is not there.
pub(crate) const NEVER_THERE: &str = "W053";
/// An event that the program sends and no state takes.
pub(crate) const NOBODY_HEARS: &str = "W054";

/// A transition that cannot stay in its state.
pub(crate) const REENTER: &str = "W031";

/// A cycle that is none.
pub(crate) const CYCLE: &str = "W061";

/// A state that is final without saying so.
pub(crate) const IMPLICIT_FINAL: &str = "W101";
/// A state that nothing leads to.
pub(crate) const UNREACHABLE: &str = "W102";
/// States that no way leads out of.
pub(crate) const DEAD_END: &str = "W103";
/// An event that nothing raises.
pub(crate) const NO_SOURCE: &str = "W104";
/// An input that may not have been written.
pub(crate) const UNWRITTEN: &str = "W105";
/// A declared error that leads nowhere.
pub(crate) const NO_EDGE: &str = "W106";
/// Regions that want to leave to different places.
pub(crate) const PREEMPTED: &str = "W107";
/// A word that tools for YAML 1.1 read as something else.
pub(crate) const YAML_WORD: &str = "W108";
/// A value that may be missing, or a text that only looks like an expression.
pub(crate) const DOUBTFUL_VALUE: &str = "W109";
/// A `done` that never comes.
pub(crate) const NEVER_DONE: &str = "W110";
/// An event that comes when its state has been left.
pub(crate) const OVERTAKEN: &str = "W111";
/// A chain that is begun again for ever.
pub(crate) const AGAIN: &str = "W112";
/// A loop that nothing in it ends.
pub(crate) const NEVER_ENDS: &str = "W113";

/// Long work that keeps its session from hearing.
pub(crate) const DEAFENS: &str = "W114";

/// A guard that asks for a state which is always active there, or never.
pub(crate) const DECIDED: &str = "W115";
/// What is invoked and holds up its session.
pub(crate) const HOLDS_UP: &str = "W116";
/// What is taken from an event when none has come.
pub(crate) const NOTHING_SENT: &str = "W117";
/// A way out of a saga that does not say whether that is undone.
pub(crate) const UNSAID: &str = "W121";
/// A saga in which nothing can be undone.
pub(crate) const EMPTY_SAGA: &str = "W122";
/// A guard that asks what time it is where nothing makes it ask again.
pub(crate) const NOT_WOKEN: &str = "W141";

/// A state that only an event leads out of that the program never sends.
pub(crate) const UNANSWERED: &str = "W131";

/// A meaning that differs from the Python reference, or a spelling of it.
pub(crate) const PYTHON: &str = "W201";
