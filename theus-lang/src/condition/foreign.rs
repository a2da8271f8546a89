//! Names and functions of other tools' conditions: whoever writes one is told ours.

const ACTIVE: &str = "a guard or a step of a workflow asks whether a state is active: `in('STATE')`";
const CLOCK: &str =
    "what time it is, is `now`; how long ago something was, `now - domain.x`; the hour, `now.getHours('UTC')`";
const COMPUTED: &str = "let a process compute the value, and ask for that";

/// What to write in place of a name that means nothing here.
pub(super) fn name(word: &str) -> Option<&'static str> {
    Some(match word {
        "_event" | "evt" | "payload" | "message" | "msg" | "data" => "what the event brought is `event`: `event.x`",
        "context" | "ctx" | "model" | "vars" | "variables" | "this" | "self" | "store" | "state_data" => {
            "the state is `domain.x`, the configuration `global.x`"
        }
        "state" | "_state" | "currentState" | "current_state" => ACTIVE,
        "time" | "today" | "Date" | "_time" | "Now" | "NOW" => CLOCK,
        "None" | "nil" | "undefined" | "NULL" | "Null" => "write `null`",
        "True" | "TRUE" => "write `true`",
        "False" | "FALSE" => "write `false`",
        _ => return None,
    })
}

/// What to write in place of a function that there is not.
pub(super) fn function(word: &str) -> Option<&'static str> {
    Some(match word {
        "In" | "in_state" | "inState" | "stateIn" | "isIn" | "is_in" | "hasTag" | "can" => ACTIVE,
        "now" => "write `now`",
        "time" | "today" | "currentTime" | "getTime" | "Date" => CLOCK,
        "hour" | "hours" | "hour_of_day" | "getHour" => "the hour of a time is `now.getHours('UTC')`",
        "weekday" | "dayOfWeek" | "day_of_week" => "the day of the week is `now.getDayOfWeek('UTC')`: 0 is Sunday",
        "uint" => "integers of every width are one type: leave `uint` out",
        "len" | "length" | "count" => "did you mean `size`?",
        "is_empty" | "isEmpty" | "empty" => "write `size() == 0`",
        "str" | "to_string" | "toString" => "did you mean `string`?",
        "float" | "Number" | "number" => "did you mean `double`?",
        "defined" | "isset" | "is_some" | "isDefined" | "exists_in" => "did you mean `has`?",
        "includes" | "has_key" | "hasKey" | "contains_key" | "containsKey" => "write `value in list`, or `key in map`",
        "avg" | "average" => "did you mean `mean`?",
        "total" => "did you mean `sum`?",
        "not" => "write `!` for \"not\"",
        "abs" | "round" | "floor" | "ceil" | "lower" | "upper" | "toLowerCase" | "toUpperCase" | "trim" | "split"
        | "join" | "sort" | "sorted" => COMPUTED,
        _ => return None,
    })
}

/// Words by which other tools ask which event it is.
pub(super) const EVENT_NAMES: [&str; 2] = ["name", "type"];

/// What is said of them.
pub(super) const WHICH_EVENT: &str = "`event` is what the event brought; which one it is, is said by the key under `events` that the condition stands under";
