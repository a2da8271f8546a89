//! Words of other tools: whoever writes one is told ours.

use crate::source::{Value, nearest};

/// A word as others write it, who does (or nobody in particular), the key that must be known where it stands, and what to
/// write instead where that is more than the key.
type Word = (&'static str, &'static str, &'static str, &'static str);

const XSTATE: &str = "XState";
const SCXML: &str = "SCXML";
const TEMPORAL: &str = "Temporal";
const BURR: &str = "Burr";
const STEP_FUNCTIONS: &str = "Step Functions";
const SPRING: &str = "Spring Statemachine";
const BPMN: &str = "BPMN";

const RECIPE: &str =
    "said in a recipe, a file of its own with `process_recipes`, which the engine is given by `recipe_file`";
const MODEL: &str = "the fields of the domain, which only processes change";
const SIGNAL: &str = "a process that writes a signal field: `sig_x` raises `SIG_X` with its commit";
const SESSION: &str = "a process with an effect, or a session of its own, which is met by events";

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
    ("context", XSTATE, "states", MODEL),
    ("datamodel", SCXML, "states", MODEL),
    ("data", "", "external", MODEL),
    ("variables", "", "external", MODEL),
    ("input", XSTATE, "external", MODEL),
    ("output", XSTATE, "external", "`result` of a final state"),
    ("startstate", "", "initial", ""),
    ("beginat", "", "initial", ""),
    ("begin", "", "initial", ""),
    ("firststate", "", "initial", ""),
    ("endstates", "", "external", "`final: true` of each of those states"),
    ("finalstates", "", "external", "`final: true` of each of those states"),
    ("end", "", "external", "`final: true` of a state"),
    ("end", "", "final", "`final: true`"),
    ("final", SCXML, "external", "`final: true` of a state"),
    ("on", XSTATE, "external", "`events`"),
    ("onerror", "", "external", "`on_error`"),
    ("history", "", "external", "said among the `states` of the state that it remembers"),
    ("done", "", "external", "`final: true` of a state at the top: with it the workflow is over"),
    ("type", XSTATE, "external", "`regions` in place of `states`, where it is parallel"),
    ("parallel", SCXML, "external", "`regions` in place of `states`"),
    ("script", SCXML, "external", "processes, which the steps of a state run"),
    ("machine", XSTATE, "external", "`states`"),
    ("statemachine", "", "external", "`states`"),
    ("workflow", "", "external", "`name`, and `states` beside it"),
    ("signals", "", "external", "`external` for events from outside; a signal field of the domain raises its own"),
    ("commands", "", "external", ""),
    ("guards", XSTATE, "external", "`when`, an expression where it is used"),
    ("conditions", "", "external", "`when`, an expression where it is used"),
    ("delays", XSTATE, "external", "`after: { 30s: STATE }`, a time where it is used"),
    ("timers", "", "external", "`after: { 30s: STATE }` of a state"),
    ("actors", XSTATE, "external", SESSION),
    ("processes", "", "external", "registered in the program: `Engine::builder(..).process::<P>()`"),
    ("activities", TEMPORAL, "external", "registered in the program: `Engine::builder(..).process::<P>()`"),
    ("tasks", "", "external", "`entry` of a state, or `steps` where there is one state only"),
    ("comment", STEP_FUNCTIONS, "external", "`description`"),
    ("doc", "", "description", ""),
    ("comment", "", "description", ""),
    ("summary", "", "description", ""),
    ("timeoutseconds", STEP_FUNCTIONS, "external", "`after` of a state around all others, or `timeout` of a step"),
    ("maxiterations", XSTATE, "limit", ""),
    ("maxsteps", "", "limit", ""),
    ("audit", "", "external", RECIPE),
    ("audit", "", "final", RECIPE),
    ("audit", "", "run", RECIPE),
    ("rules", "", "external", RECIPE),
    ("processrecipes", "", "external", RECIPE),
    ("invariants", "", "external", RECIPE),
    ("include", "", "external", "fragments are of recipes: a workflow stands in one file"),
    ("defaults", "", "external", RECIPE),
    ("defaultlevel", "", "external", RECIPE),
    ("level", "", "external", RECIPE),
    ("level", "", "run", RECIPE),
    ("inherits", "", "external", RECIPE),
    // A history.
    ("target", XSTATE, "history", "`default`, of a history; a way on is `always`, or among `events`"),
    ("to", "", "history", "`default`, of a history; a way on is `always`, or among `events`"),
    ("transition", SCXML, "history", "`events: { CMD_X: STATE }`, `always`, or of a history its `default`"),
    ("deep", "", "history", "`history: deep`"),
    ("shallow", "", "history", "`history: shallow`"),
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
    ("next", STEP_FUNCTIONS, "events", "`events: { EVT_CHAIN_DONE: STATE }`"),
    ("choices", STEP_FUNCTIONS, "always", "`always`, a list of candidates with `when`; the last without one"),
    ("choice", SPRING, "always", "`always`, a list of candidates with `when`; the last without one"),
    ("junction", SPRING, "always", "`always`, a list of candidates with `when`; the last without one"),
    ("exclusivegateway", BPMN, "always", "`always`, a list of candidates with `when`; the last without one"),
    ("parallelgateway", BPMN, "regions", "`regions`, whose `done` comes when each has ended"),
    ("fork", SPRING, "regions", "`regions`, whose `done` comes when each has ended"),
    ("join", SPRING, "regions", "`done` of the state with `regions`"),
    ("branches", STEP_FUNCTIONS, "regions", ""),
    ("region", SPRING, "regions", ""),
    ("resource", STEP_FUNCTIONS, "entry", ""),
    ("servicetask", BPMN, "entry", ""),
    ("task", "", "entry", ""),
    ("usertask", BPMN, "events", "`events`; an event from outside is listed under `external`"),
    ("boundaryevent", BPMN, "after", "`after` for a time, `on_error` for an error"),
    ("sequenceflow", BPMN, "events", ""),
    ("outgoing", BPMN, "events", ""),
    ("endevent", BPMN, "final", "`final: true`"),
    ("seconds", STEP_FUNCTIONS, "after", "`after: { 30s: STATE }`"),
    ("timeoutseconds", STEP_FUNCTIONS, "after", "`after: { 30s: STATE }`; a step has a `timeout` of its own"),
    ("timer", "", "after", ""),
    ("every", "", "after", "`after: { 30s: THIS_STATE }`, which begins again"),
    ("stateentry", SPRING, "entry", ""),
    ("stateexit", SPRING, "exit", ""),
    ("stateentryfunction", SPRING, "entry", ""),
    ("onsuccess", "", "final", "`events: { EVT_CHAIN_DONE: STATE }`"),
    ("else", "", "final", "the last of a list of candidates, without `when`"),
    ("when", "", "final", "`when` of a candidate: `events: { CMD_X: { to: STATE, when: \"..\" } }`"),
    ("cond", SCXML, "final", "`when` of a candidate: `events: { CMD_X: { to: STATE, when: \"..\" } }`"),
    ("guard", XSTATE, "final", "`when` of a candidate: `events: { CMD_X: { to: STATE, when: \"..\" } }`"),
    ("event", SCXML, "final", "a key of `events`: `events: { CMD_X: STATE }`"),
    ("cause", STEP_FUNCTIONS, "result", ""),
    ("context", XSTATE, "final", MODEL),
    ("assign", XSTATE, "final", "a process among the steps that writes the field"),
    ("raise", XSTATE, "final", SIGNAL),
    ("send", SCXML, "final", SIGNAL),
    ("spawn", XSTATE, "final", SESSION),
    ("finalize", SCXML, "final", "a process among the steps of the event"),
    ("script", SCXML, "entry", "`entry`: steps that run processes"),
    ("log", SCXML, "entry", "a process; what happens is in the trace anyway"),
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
    ("interval", "", "every", ""),
    ("timecycle", BPMN, "every", ""),
    ("schedule", "", "cron", ""),
    ("crontab", "", "cron", ""),
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
    ("internal", XSTATE, "to", "no `to` at all, or `reenter: false` for a target inside"),
    ("event", SCXML, "to", "the key that the candidate stands under: `events: { CMD_X: { to: STATE } }`"),
    ("in", XSTATE, "when", "`when: \"in('STATE')\"`"),
    ("assign", XSTATE, "steps", "a process among the `steps` that writes the field"),
    ("raise", XSTATE, "steps", SIGNAL),
    ("send", SCXML, "steps", SIGNAL),
    ("delay", XSTATE, "steps", "`after` of a state"),
    (
        "type",
        SCXML,
        "to",
        "`to: this state` to leave and enter it, no `to` to stay, `reenter: false` for a target inside",
    ),
    ("else", "", "to", "another candidate behind this one: `[{ to: A, when: \"..\" }, B]`"),
    ("otherwise", "", "to", "another candidate behind this one: `[{ to: A, when: \"..\" }, B]`"),
    ("conditionexpression", BPMN, "when", ""),
    ("guardexpression", SPRING, "when", ""),
    ("from", "", "to", "the state that it stands in"),
    ("source", SPRING, "to", "the state that it stands in"),
    // A step.
    ("type", XSTATE, "run", ""),
    ("src", XSTATE, "run", ""),
    ("resource", STEP_FUNCTIONS, "run", ""),
    ("function", "", "run", ""),
    ("step", "", "run", ""),
    (
        "next",
        STEP_FUNCTIONS,
        "run",
        "the next step of the list; a state is led to by `events: { EVT_CHAIN_DONE: STATE }`",
    ),
    ("to", "", "run", "`events: { EVT_CHAIN_DONE: STATE }` of the state"),
    ("ondone", XSTATE, "run", "`events: { EVT_CHAIN_DONE: STATE }` of the state"),
    ("onsuccess", "", "run", "`events: { EVT_CHAIN_DONE: STATE }` of the state"),
    ("catch", STEP_FUNCTIONS, "run", "`on_error: { ERROR: STATE }`"),
    ("fallback", "", "run", "`on_error: { ERROR: STATE }`"),
    ("timeoutseconds", STEP_FUNCTIONS, "timeout", ""),
    ("heartbeatseconds", STEP_FUNCTIONS, "timeout", ""),
    ("heartbeattimeout", TEMPORAL, "timeout", ""),
    ("scheduletostarttimeout", TEMPORAL, "timeout", ""),
    ("delay", "", "run", "`after` of a state"),
    ("sleep", "", "run", "`after` of a state"),
    ("wait", "", "run", "`after` of a state"),
    ("assign", XSTATE, "run", "a process that writes the field"),
    ("set", "", "run", "a process that writes the field"),
    ("raise", XSTATE, "run", SIGNAL),
    ("send", SCXML, "run", SIGNAL),
    ("sendto", XSTATE, "run", SIGNAL),
    ("emit", XSTATE, "run", SIGNAL),
    ("signal", "", "run", SIGNAL),
    ("event", "", "run", SIGNAL),
    ("spawn", XSTATE, "run", SESSION),
    ("spawnchild", XSTATE, "run", SESSION),
    ("invoke", XSTATE, "run", SESSION),
    ("stopchild", XSTATE, "run", SESSION),
    ("script", SCXML, "run", "a process"),
    ("log", SCXML, "run", "a process; what happens is in the trace anyway"),
    ("cancel", SCXML, "run", "leaving the state, which ends its times"),
    ("switch", "", "run", "`flux: if`, with `when`, `then` and `else`"),
    ("choose", XSTATE, "run", "`flux: if`, with `when`, `then` and `else`"),
    ("loop", "", "run", "`flux: while`, with `when` and `do`"),
    ("repeat", "", "run", "`flux: while`, with `when` and `do`"),
    ("foreach", SCXML, "run", "`flux: for_each`, with `in`, `as` and `do`"),
    ("maxconcurrency", STEP_FUNCTIONS, "on_failure", "`parallel: 8`"),
    ("concurrency", "", "on_failure", "`parallel: 8`"),
    ("map", STEP_FUNCTIONS, "run", "`flux: for_each`, with `in`, `as` and `do`"),
    ("branches", STEP_FUNCTIONS, "run", "`parallel: [..]`"),
    ("goto", "", "run", "`events: { EVT_CHAIN_DONE: STATE }` of the state"),
    ("output", "", "run", "a field that the process writes"),
    ("outputs", "", "run", "said by the contract of the process"),
    ("result", "", "run", "a field that the process writes"),
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
    ("max", "", "attempts", ""),
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
    ("maxdelayseconds", STEP_FUNCTIONS, "longest", ""),
    ("scheduletoclosetimeout", TEMPORAL, "max_elapsed", ""),
    ("maxelapsedtime", "", "max_elapsed", ""),
    ("retryafter", "", "longest", "`after: \"${ error.retry_after }\"`"),
    ("nextretrydelay", TEMPORAL, "longest", "`after: \"${ error.retry_after }\"`"),
    ("jitterstrategy", STEP_FUNCTIONS, "jitter", ""),
    ("nonretryableerrortypes", TEMPORAL, "longest", "`on`, a list of the errors that are tried again"),
    ("errorequals", STEP_FUNCTIONS, "longest", "`on`"),
    ("errors", "", "longest", "`on`"),
];

/// What to write in place of another tool's word, where only these keys are known.
pub(super) fn ours(written: &str, value: Option<&Value>, known: &[&str]) -> Option<String> {
    if written == "<<" {
        return Some("YAML's merge keys are not read here: write the entries out".to_owned());
    }
    let plain = plain(written);
    if let Some(ours) = value.and_then(Value::as_str).and_then(|value| of_type(&plain, value, known)) {
        return Some(format!("here it is {ours}"));
    }
    // The `after` of a `retry` is another than that of a state.
    let is_meant = |key: &&str| known.contains(key) && !(*key == "after" && known.contains(&"backoff"));
    let (_, whose, key, ours) = WORDS.iter().find(|(theirs, _, key, _)| *theirs == plain && is_meant(key))?;
    let ours = if ours.is_empty() { format!("`{key}`") } else { (*ours).to_owned() };
    Some(if whose.is_empty() {
        format!("here it is {ours}")
    } else {
        format!("{whose} writes `{written}`; here it is {ours}")
    })
}

fn plain(written: &str) -> String {
    written.chars().filter(|c| !matches!(c, '_' | '-')).take(64).collect::<String>().to_ascii_lowercase()
}

/// What the kind of a state is here, where others name it by `type`.
fn of_type(key: &str, value: &str, known: &[&str]) -> Option<&'static str> {
    if key != "type" {
        return None;
    }
    let is_root = known.contains(&"external");
    Some(match plain(value).as_str() {
        "parallel" if is_root => "`regions` in place of `states`",
        _ if !known.contains(&"final") => return None,
        "final" | "succeed" | "fail" | "end" | "terminate" => "`final: true`",
        "parallel" => "`regions` in place of `states`",
        "history" | "shallow" => "`history: shallow`, or `history: deep`, with a `default`",
        "deep" => "`history: deep`, with a `default`",
        "compound" | "atomic" | "normal" | "simple" => "nothing at all: what is inside the state says it",
        "initial" | "start" => "`initial` beside the states",
        "task" | "pass" | "action" | "operation" => "`entry`, with the processes to run",
        "choice" | "switch" | "junction" => "`always`, a list of candidates with `when`; the last without one",
        "wait" | "delay" | "timer" => "`after: { 30s: STATE }`",
        "interval" | "repeat" | "cycle" => "`every: { 30s: { steps: .. } }`",
        "map" | "foreach" => "`entry: { flux: for_each, in: \"..\", as: item, do: .. }`",
        _ => return None,
    })
}

/// What to write in place of the name that another tool gives to an event.
pub(super) fn event(written: &str) -> Option<String> {
    let after = |prefix: &str| written.strip_prefix(prefix);
    let of = |state: &str| state.rsplit('.').next().unwrap_or(state).to_owned();
    if let Some(state) = after("done.state.").or_else(|| after("xstate.done.state.")) {
        let state = of(state);
        return Some(format!(
            "here it is `done.state.{state}`; in `{state}` itself `done`, beside its `states`: `done: STATE`"
        ));
    }
    if ["done.invoke", "xstate.done.actor", "done.actor"].iter().any(|known| written.starts_with(known)) {
        return Some("here it is `EVT_CHAIN_DONE`, which comes when the steps are done".to_owned());
    }
    let is_error = written == "error" || ["error.", "xstate.error"].iter().any(|known| written.starts_with(known));
    if is_error {
        return Some("here it is `EVT_CHAIN_FAIL`; a declared error leads on by `on_error`".to_owned());
    }
    if written.starts_with("xstate.after") {
        return Some("here it is `after`, beside `events`: `after: { 30s: STATE }`".to_owned());
    }
    Some(
        match plain(written).as_str() {
            "" => "here it is `always`, beside `events`: `always: STATE`",
            "always" | "else" | "default" => "it stands beside `events`: `always: STATE`",
            "done" | "ondone" => "it stands beside `events`: `done: STATE`, for when the inside of this state is done; `EVT_CHAIN_DONE` is for its steps",
            "every" | "interval" | "timercycle" => "it stands beside `events`: `every: { 30s: { steps: .. } }`",
            "after" | "timeout" | "delay" | "timer" => "it stands beside `events`: `after: { 30s: STATE }`",
            "onerror" => "it stands beside `events`: `on_error: { ERROR: STATE }`",
            "onsuccess" | "success" => "here it is `EVT_CHAIN_DONE`, which comes when the steps are done",
            "onfailure" | "failure" | "fail" => "here it is `EVT_CHAIN_FAIL`, which comes when a step has failed",
            "xstate.init" | "onentry" | "entry" | "enter" => "it stands beside `events`: `entry: [process]`",
            "xstate.stop" | "onexit" | "exit" => "it stands beside `events`: `exit: [process]`",
            _ if written.ends_with(['*', '.']) => "an event is named as a whole; `\"*\"` is any that the state does not name",
            _ => return None,
        }
        .to_owned(),
    )
}

/// The state that another tool's way of naming one leads to: `#id`, `.child`, `a.b.c`.
pub(super) fn state(written: &str, is_known: impl Fn(&str) -> bool) -> Option<&str> {
    let last = written.trim_start_matches(['#', '.']).rsplit(['.', '/']).next()?;
    (last.len() < written.len() && is_known(last)).then_some(last)
}

/// Which declared error, or which of the words for several, is meant by another tool's name of one.
pub(super) fn error(written: &str) -> Option<&'static str> {
    Some(match plain(written.strip_prefix("States.").unwrap_or(written)).as_str() {
        "all" | "any" | "default" | "error" | "exception" | "taskfailed" => "write `\"*\"` for any declared error",
        "timeouterror" | "timedout" if nearest(written, ["Timeout"]).is_none() => {
            "write `Timeout`, which an `async fn` with a `timeout` can have"
        }
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_of_another_tool_is_known_in_its_place_however_it_is_spelt() {
        let known = ["to", "when", "steps"];
        assert_eq!(ours("target", None, &known).as_deref(), Some("XState writes `target`; here it is `to`"));
        assert_eq!(ours("if", None, &known).as_deref(), Some("here it is `when`"));
        assert_eq!(ours("target", None, &["run", "with"]), None);
        let retry = ["attempts", "backoff", "factor", "longest", "on"];
        for spelt in ["maximum_attempts", "maximumAttempts", "MaximumAttempts", "maximum-attempts"] {
            let expected = format!("Temporal writes `{spelt}`; here it is `attempts`");
            assert_eq!(ours(spelt, None, &retry), Some(expected));
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
