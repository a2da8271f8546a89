//! Words of other tools: whoever writes one is told ours.

/// A word as others write it, who does (or nobody in particular), the key that must be known where it stands, and what to
/// write instead where that is more than the key.
type Word = (&'static str, &'static str, &'static str, &'static str);

const XSTATE: &str = "XState";
const SCXML: &str = "SCXML";
const TEMPORAL: &str = "Temporal";
const BURR: &str = "Burr";
const STEP_FUNCTIONS: &str = "Step Functions";

/// Of several rows of one word, the first is taken whose key is known in that place. Without regard to case, `_` and `-`.
const WORDS: &[Word] = &[
    // The workflow.
    ("id", XSTATE, "name", ""),
    ("entrypoint", BURR, "initial", ""),
    ("startat", STEP_FUNCTIONS, "initial", ""),
    ("start", "", "initial", ""),
    ("initialstate", "", "initial", ""),
    ("actions", BURR, "external", "`states`, each with its `entry`"),
    ("nodes", "", "external", "`states`"),
    ("edges", "", "external", "`events` of each state"),
    ("events", "", "external", "`events` of each state; an event from outside is listed under `external`"),
    ("context", XSTATE, "states", "the fields of the domain, which only processes change"),
    ("datamodel", SCXML, "states", "the fields of the domain, which only processes change"),
    // A state.
    ("id", "", "entry", "the key of the state"),
    ("name", "", "entry", "the key of the state"),
    ("type", XSTATE, "final", "`final: true`, `regions` or `history`"),
    ("parallel", SCXML, "regions", ""),
    ("onentry", "", "entry", ""),
    ("onenter", "", "entry", ""),
    ("onexit", "", "exit", ""),
    ("onleave", "", "exit", ""),
    ("ondone", XSTATE, "done", ""),
    ("onerror", XSTATE, "on_error", ""),
    ("catch", STEP_FUNCTIONS, "on_error", ""),
    ("transition", SCXML, "events", ""),
    ("next", STEP_FUNCTIONS, "events", "`events: { EVT_CHAIN_DONE: STATE }`"),
    ("invoke", XSTATE, "entry", "a process among the steps of `entry`, with `EVT_CHAIN_DONE` and `on_error`"),
    ("actions", XSTATE, "entry", ""),
    ("action", "", "entry", ""),
    ("steps", "", "entry", ""),
    ("run", "", "entry", ""),
    ("tasks", "", "entry", ""),
    ("onsuccess", "", "events", "`events: { EVT_CHAIN_DONE: STATE }`"),
    ("onfailure", "", "events", "`events: { EVT_CHAIN_FAIL: STATE }`"),
    ("retry", "", "entry", "`retry` of a step: `entry: { run: process, retry: 3 }`"),
    ("with", "", "entry", "`with` of a step: `entry: { run: process, with: { .. } }`"),
    ("timeout", "", "after", "`after: { 30s: STATE }`; a step has a `timeout` of its own"),
    ("delay", XSTATE, "after", ""),
    ("output", XSTATE, "result", ""),
    ("data", XSTATE, "result", ""),
    ("donedata", SCXML, "result", ""),
    ("children", "", "states", ""),
    ("substates", "", "states", ""),
    ("tags", XSTATE, "description", ""),
    ("meta", XSTATE, "description", ""),
    // A candidate.
    ("target", XSTATE, "to", ""),
    ("next", STEP_FUNCTIONS, "to", ""),
    ("goto", "", "to", ""),
    ("cond", SCXML, "when", ""),
    ("guard", XSTATE, "when", ""),
    ("condition", "", "when", ""),
    ("if", "", "when", ""),
    ("entry", "", "steps", ""),
    ("run", "", "steps", ""),
    ("actions", XSTATE, "steps", ""),
    ("action", "", "steps", ""),
    ("do", "", "steps", ""),
    ("reenter", XSTATE, "to", "`to: this state` to leave and enter it, no `to` to stay"),
    ("internal", XSTATE, "to", "no `to` at all"),
    // A step.
    ("name", "", "run", ""),
    ("call", "", "run", ""),
    ("task", "", "run", ""),
    ("action", "", "run", ""),
    ("activity", TEMPORAL, "run", ""),
    ("args", "", "with", ""),
    ("kwargs", "", "with", ""),
    ("arguments", "", "with", ""),
    ("params", "", "with", ""),
    ("parameters", STEP_FUNCTIONS, "with", ""),
    ("input", TEMPORAL, "with", ""),
    ("inputs", "", "with", ""),
    ("retries", "", "retry", ""),
    ("retrypolicy", TEMPORAL, "retry", ""),
    ("starttoclosetimeout", TEMPORAL, "timeout", ""),
    ("scheduletoclosetimeout", TEMPORAL, "timeout", ""),
    ("onfailure", "", "on_error", ""),
    ("rollback", "", "compensate", ""),
    ("undo", "", "compensate", ""),
    ("compensation", "", "compensate", ""),
    ("when", "", "run", "a step around it: `{ flux: if, when: \"..\", then: .. }`"),
    ("if", "", "run", "a step around it: `{ flux: if, when: \"..\", then: .. }`"),
    // What steps are made of.
    ("otherwise", "", "else", ""),
    ("body", "", "do", ""),
    ("steps", "", "do", ""),
    ("steps", "", "then", ""),
    ("items", "", "in", ""),
    ("list", "", "in", ""),
    ("item", "", "as", ""),
    ("var", "", "as", ""),
    // `retry`.
    ("maximumattempts", TEMPORAL, "attempts", ""),
    ("maxattempts", STEP_FUNCTIONS, "attempts", ""),
    ("maxretries", "", "attempts", "`attempts`, the first try included"),
    ("retries", "", "attempts", "`attempts`, the first try included"),
    ("times", "", "attempts", ""),
    ("initialinterval", TEMPORAL, "backoff", ""),
    ("intervalseconds", STEP_FUNCTIONS, "backoff", "`backoff: 1s`"),
    ("interval", "", "backoff", ""),
    ("delay", "", "backoff", ""),
    ("wait", "", "backoff", ""),
    ("backoffcoefficient", TEMPORAL, "factor", ""),
    ("backoffrate", STEP_FUNCTIONS, "factor", ""),
    ("multiplier", "", "factor", ""),
    ("maximuminterval", TEMPORAL, "longest", ""),
    ("maxinterval", "", "longest", ""),
    ("maxdelay", "", "longest", ""),
    ("maxbackoff", "", "longest", ""),
    ("nonretryableerrortypes", TEMPORAL, "longest", "`on`, a list of the errors that are tried again"),
    ("errorequals", STEP_FUNCTIONS, "longest", "`on`"),
    ("errors", "", "longest", "`on`"),
];

/// What to write in place of another tool's word, where only these keys are known.
pub(super) fn ours(written: &str, known: &[&str]) -> Option<String> {
    if written == "<<" {
        return Some("YAML's merge keys are not read here: write the entries out".to_owned());
    }
    let plain: String = written.chars().filter(|c| !matches!(c, '_' | '-')).collect::<String>().to_ascii_lowercase();
    let (_, whose, key, ours) = WORDS.iter().find(|(theirs, _, key, _)| *theirs == plain && known.contains(key))?;
    let ours = if ours.is_empty() { format!("`{key}`") } else { (*ours).to_owned() };
    Some(if whose.is_empty() {
        format!("here it is {ours}")
    } else {
        format!("{whose} writes `{written}`; here it is {ours}")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_of_another_tool_is_known_in_its_place_however_it_is_spelt() {
        let known = ["to", "when", "steps"];
        assert_eq!(ours("target", &known).as_deref(), Some("XState writes `target`; here it is `to`"));
        assert_eq!(ours("if", &known).as_deref(), Some("here it is `when`"));
        assert_eq!(ours("target", &["run", "with"]), None);
        let retry = ["attempts", "backoff", "factor", "longest", "on"];
        for spelt in ["maximum_attempts", "maximumAttempts", "MaximumAttempts", "maximum-attempts"] {
            let expected = format!("Temporal writes `{spelt}`; here it is `attempts`");
            assert_eq!(ours(spelt, &retry), Some(expected));
        }
    }

    #[test]
    fn a_word_is_plain_and_no_row_hides_another() {
        for (index, (theirs, _, key, _)) in WORDS.iter().enumerate() {
            assert!(theirs.chars().all(|c| c.is_ascii_lowercase()), "{theirs}");
            assert!(
                WORDS[..index].iter().all(|(other, _, there, _)| (other, there) != (theirs, key)),
                "{theirs} {key}"
            );
        }
    }
}
