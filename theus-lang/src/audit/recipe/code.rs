//! The codes of what can be wrong with a recipe. They never change their meaning; their pages are in
//! [`errors`](crate::errors).

/// No recipes in the file.
pub(super) const NOTHING: &str = "R001";
/// Something of another kind than what belongs there.
pub(super) const WRONG_KIND: &str = "R002";
/// An unknown key or condition.
pub(super) const UNKNOWN_KEY: &str = "R003";
/// An unknown process.
pub(super) const UNKNOWN_PROCESS: &str = "R004";
/// A process or template without rules.
pub(super) const NO_RULES: &str = "R005";
/// An entry without a field.
pub(super) const NO_FIELD: &str = "R006";
/// An entry without a condition.
pub(super) const NO_CONDITION: &str = "R007";
/// An unknown level.
pub(super) const UNKNOWN_LEVEL: &str = "R008";
/// Thresholds by which an early warning could never be given.
pub(super) const THRESHOLDS: &str = "R009";
/// A template that is not there, or is none.
pub(super) const UNKNOWN_TEMPLATE: &str = "R010";
/// Templates that inherit each other.
pub(super) const CIRCLE: &str = "R011";
/// Too many templates or rules.
pub(super) const TOO_MANY: &str = "R012";
/// The same rule twice.
pub(super) const DUPLICATE: &str = "R013";
/// A path that leads to no value.
pub(super) const UNKNOWN_FIELD: &str = "R014";
/// A value that shows nothing to the audit.
pub(super) const OPAQUE: &str = "R015";
/// A condition that does not fit the type of the field.
pub(super) const CONDITION_FIT: &str = "R016";
/// A bound that does not fit the field.
pub(super) const BOUND_FIT: &str = "R017";
/// Rules that no value satisfies together.
pub(super) const CONTRADICTION: &str = "R018";
/// A message that cannot be filled in.
pub(super) const MESSAGE: &str = "R019";
/// A rule for all processes that fits none.
pub(super) const FITS_NONE: &str = "R020";
/// An invariant on something else than the domain.
pub(super) const INVARIANT: &str = "R021";
/// A process that does more than the recipe allows.
pub(super) const EFFECTS: &str = "R022";
/// A process that fails otherwise than the recipe allows.
pub(super) const ERRORS: &str = "R023";
/// What is no regular expression, or one that grows too large.
pub(super) const PATTERN: &str = "R024";
/// A list of values that is empty, or has one twice.
pub(super) const LIST: &str = "R025";
/// A condition on a change where there is nothing to compare with.
pub(super) const NO_CHANGE: &str = "R026";
/// `where_present` where it would do nothing.
pub(super) const WHERE_PRESENT: &str = "R027";
/// What is no condition in `that` or `when`.
pub(super) const EXPRESSION: &str = "R031";
/// A condition that never holds.
pub(super) const NEVER: &str = "R032";
/// `that` beside what is about one field.
pub(super) const THAT: &str = "R033";
/// A window in which nothing can be counted.
pub(super) const WINDOW: &str = "R034";
/// A value that nothing can be counted by.
pub(super) const PER: &str = "R035";
/// An alarm that could not be one.
pub(super) const ALARM: &str = "R040";
/// An id by which a rule cannot be known.
pub(super) const ID: &str = "R041";
/// A text that is too long to be put on record.
pub(super) const TOO_LONG: &str = "R042";
/// A limit that is not there, or does not fit.
pub(super) const LIMIT: &str = "R043";
/// A rule on missing runs that could not be one.
pub(super) const MISSING: &str = "R044";
/// A list that no file holds.
pub(super) const LIST_FILE: &str = "R052";
/// A unit that does not fit.
pub(super) const UNIT: &str = "R051";
/// What cannot be included.
pub(super) const INCLUDE: &str = "R053";

/// An output rule on what no process changes.
pub(super) const UNCHANGING: &str = "R101";
/// A template that nothing uses.
pub(super) const UNUSED: &str = "R102";
/// A meaning that differs from the Python reference.
pub(super) const PYTHON: &str = "R103";
/// A process, a template or a file whose lists of rules are all empty.
pub(super) const EMPTY: &str = "R104";
/// A rule that every value satisfies.
pub(super) const ALWAYS_PASSES: &str = "R105";
/// Rules that only record and that no value satisfies together.
pub(super) const ALWAYS_RECORDS: &str = "R106";
/// A declaration that the contract does not have.
pub(super) const NOT_DECLARED: &str = "R107";
/// A value in a list that another rule never lets pass.
pub(super) const NEVER_PASSES: &str = "R108";
/// A rule that an invariant repeats.
pub(super) const REPEATED: &str = "R109";
/// A change that is asked of a process that cannot make it.
pub(super) const UNMADE: &str = "R110";
/// An input rule on what its process replaces without reading it.
pub(super) const OLD_VALUE: &str = "R111";
/// An output rule on what its process does not write.
pub(super) const NOT_WRITTEN: &str = "R112";
/// A rule beside a stricter one of the same level.
pub(super) const WEAKER: &str = "R113";
/// A milder rule that acts only after a sterner one.
pub(super) const AFTER_STERNER: &str = "R131";
/// A rule that its guard makes unreachable.
pub(super) const GUARDED_AWAY: &str = "R132";
/// A condition that always holds.
pub(super) const ALWAYS: &str = "R121";
/// A window of a rule that acts at every violation.
pub(super) const IDLE_WINDOW: &str = "R122";
/// A limit that bounds nothing.
pub(super) const UNUSED_LIMIT: &str = "R123";
