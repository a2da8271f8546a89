//! The active defence: rules on the values at the two gates of each process.
//!
//! A [`Recipe`] is read from YAML and resolved against a [`Catalog`] when it is loaded, so that nothing in it can silently
//! mean nothing. At each gate the engine has its rules judge what a process is given and what it proposes, which changes
//! nothing; what was found is counted and acted on once a run, however many attempts it took.
//!
//! # What a recipe says
//!
//! ```yaml
//! process_recipes:
//!   _money:                            # a leading underscore: a template
//!     outputs:
//!       - { field: domain.total, min: 0, level: A, message: "the books must balance" }
//!   transfer:
//!     inherits: _money                 # or a list of templates; a rule of one's own replaces theirs
//!     inputs:                          # judged before the body, on what the body will be given
//!       - { field: amount, min: 1, max: 10000, level: B }
//!     outputs:                         # judged after the body, on what would be committed
//!       - field: domain.temperature
//!         max: 90
//!         level: S
//!         min_threshold: 2
//!         max_threshold: 3
//!         reset_on_success: true
//! ```
//!
//! Several conditions in one entry are several rules, each with a counter of its own.
//!
//! ## Fields
//!
//! A field is an argument by its name (`amount`), or a path that starts with its layer (`domain.motor.speed`,
//! `global.limit`, `local.sum`). It goes on from there, as far as there is something to go to, and may be chained:
//!
//! | in a path | means | of |
//! |---|---|---|
//! | `.speed`, `.0` | a field | structs that [derive `Inspect`](derive@crate::Inspect), tuples |
//! | `.Running.speed` | a field of a variant; missing where it is another one | enums |
//! | `[3]`, `[-1]` | an element, counted from the first or from the last | lists |
//! | `["alice"]`, `[42]` | the value under a key | maps |
//! | `[*]` | every element, see below | lists, sets, the values of maps; their keys by `keys()[*]` |
//! | `len()` | the number of entries, or of characters | collections, strings |
//! | `first()`, `last()` | an element; missing where there is none | lists, sorted sets, strings |
//! | `keys()`, `values()` | a part of a map, as a collection | maps |
//! | `sum()` | the sum; 0 of nothing. Exact, whatever comes between; of floats rounded once | numbers |
//! | `mean()` | the mean, the float that is nearest to it; missing where there are none | integers, floats |
//! | `min()`, `max()` | the least, the greatest; missing where there are none | numbers, times |
//! | `norm()` | a method of the type's own, named by `#[inspect(methods(norm -> f64))]` | structs, enums, contexts |
//!
//! An `Option` is looked through, and so is a newtype. Put a path with brackets in quotes: YAML has a meaning for them.
//! A missing element makes a sum, a mean, a `min()` or a `max()` missing too, and NaN makes it NaN. The mean of equal numbers is
//! that number, and no mean is outside of what it is the mean of: [`exact`](crate::exact), which a process can use as well. A sum
//! of integers or decimals beyond 128 bits is out of range, and satisfies no condition; one of floats is infinite then.
//!
//! `[*]` has the rule judge each: `domain.orders[*].total`, `domain.accounts[*]`, `domain.orders[*].lines[*].price`. One that does not
//! pass is a violation of the rule, one for all of them, which names the first three (`domain.orders[3].total = -5`,
//! `domain.accounts["a-17"] = 40`, of the keys `domain.accounts.keys()["a-17"] = "a-17"`; where there is no order, those whose names are the least) and counts the rest. Where there are no elements it neither passes
//! nor is violated. The cost is linear in the elements, at most 1,000,000 for one rule, those of collections in collections counted
//! together: where there are more, none is judged, and that is a violation. Conditions on a change do not fit.
//!
//! ## Conditions
//!
//! | condition | fits | passes when |
//! |---|---|---|
//! | `min`, `max` | numbers, times | the value is at least, at most the bound |
//! | `between: [1, 5]` | numbers, times | it is neither below the first nor above the second |
//! | `eq`, `neq` | all but collections and structs | it is, is not the bound; of an enum, the variant of that name |
//! | `in`, `not_in` | the same but booleans | it is one of the list, none of it. The list may be the lines of a file beside the recipe: `in: { file: currencies.txt }` |
//! | `min_len`, `max_len` | strings (in characters), collections (in entries) | its length is at least, at most the bound |
//! | `regex` | strings | the expression matches somewhere in it: anchor it with `^` and `$` |
//! | `not_regex` | strings | the expression matches nowhere in it |
//! | `multiple_of` | integers, decimals | it is a whole number of times the bound |
//! | `finite: true` | floats | it is neither infinite nor NaN |
//! | `unique: true` | lists of scalars | no two elements are the same |
//! | `exists: true` | what need not be there | it is there; with `false`, it is not |
//! | `changed: true`, `unchanged: true` | all, see below | it is another than the committed value; it is the same |
//! | `max_delta` | numbers, see below | it is no further than that from the committed value |
//! | `monotonic: true` | numbers, times, see below | it is not below the committed value |
//! | `max_rate: 2`, `max_rate: 5 per 1m` | numbers, see below | it has moved no faster than that since the rule saw it last |
//! | `stuck: 30m` | scalars, see below | it has not been the same for so long |
//!
//! `changed`, `unchanged`, `max_delta` and `monotonic` compare what is proposed with what is committed: they fit the domain, at the output gate. Where there was no
//! value before, every value is a change, and neither too far from it nor below it. There was none
//!
//! - in a field that no run of its session has written and that has its default: a default is nobody's value. What a session was
//!   opened with is one, where it is another than the default, as the state that a store gave back. (Of a domain without a
//!   `Default`, what is zero or empty is no value.) A method of a context looks at all its fields: at first none of them was
//!   written;
//! - under a key, at a position, in an `Option` or a variant that was not there;
//! - where it was NaN or out of range, and for `max_delta` and `monotonic` infinite: nothing can follow on that, and one bad value
//!   must not be in the way of all that come after it. A new value that is NaN satisfies nothing, and for `max_delta` none that is
//!   infinite does.
//!
//! `unchanged` alone looks at the first state too: who leaves a field alone leaves that. Values are compared to any length, and so
//! are lists of links; collections in collections 128 deep. What is deeper is neither changed nor unchanged.
//!
//! `max_rate` and `stuck` go by the [clock](crate::EngineBuilder::clock) of the records, and by what the rule itself has seen: in runs that
//! were not refused, of arguments as well as of the domain, at either gate. The first value has no rate, and is not stuck. A rate is
//! per second where nothing else is said, up as well as down; of integers and decimals it is exact. Where no time has gone by since the last
//! value, a move has no rate: it is held against the next value that comes later. A clock that is put back makes the value a first one. What is
//! refused is seen by neither: after a jump that was refused a value is let in as soon as it could have come to it by then. `stuck` is judged when its process runs: "while it should move" is
//! `{ field: domain.temperature, stuck: 30m, when: "domain.mode == 'heating'", level: C }`. What is seen is kept for each session and each value of its `per` (1,024 of them; the one that was
//! seen longest ago gives way), stored with the session's counters, and kept by the rules that stay the same when the recipe changes. Both read the clock once a run;
//! a rule that goes by no time costs nothing of it.
//!
//! `None`, whatever else is missing, and NaN satisfy no condition, whatever it asks, but for `exists: false`. "If it is a bolus, at most
//! 10 units" is `{ field: domain.mode.Bolus.dose, max: 10, where_present: true }`; NaN is there, and satisfies nothing. Integers are compared as integers, at any
//! size, and decimals as decimals; a decimal bound of more than 15 digits is written in quotes. Floats are subtracted as floats:
//! `max_delta: 0.1` is at the mercy of their rounding. Times are compared with RFC 3339 texts, UUIDs with what is written with
//! hyphens. A type of one's own is judged by what its [`Inspect`](crate::Inspect) shows; a foreign one behind a feature of this
//! crate (`rust_decimal`, `chrono`, `jiff`, `uuid`) or by an [`InspectAs`](crate::context::InspectAs).
//!
//! Looking at a value and asking allocates nothing, but for the `unique` of more than 32 elements; `regex` makes its tables when it
//! is first asked.
//!
//! ## Bounds with a name
//!
//! ```yaml
//! limits: { high: 10000, colours: [red, blue] }      # at the top of the file
//! process_recipes:
//!   transfer:
//!     inputs:
//!       - { field: amount, max: limits.high }         # the same as `max: 10000`
//!       - { field: colour, in: limits.colours }
//!       - { field: amount, max: global.highest }      # a value of the global context
//! ```
//!
//! A limit is a bound or a list of bounds; a bound within a list can be one too: `between: [limits.low, limits.high]`. Its type is checked where
//! it is named. Where several files make up a recipe, the limit of a later one takes the place of the one of that name, also for the rules of
//! the files before: a file of nothing but `limits` behind others sets what holds at one place. In `that` and `when` there are no limits. A bound that begins with
//! `limits.` or `global.` is such a name, also of a text.
//!
//! `max: global.highest` is bounded by a value of the global context, which is read when the gate judges; `min`, `max`, `eq`, `neq`, `min_len` and
//! `max_len` take one. It is of the kind of the field (an integer, a float, a decimal, a time, a text, …), which is checked when the recipe is
//! loaded. A violation tells it beside the value: `120.0, global.highest = 100.0`. Where there is none, and where it is NaN, nothing satisfies the
//! rule. In a review it is the same as itself, and weighed against nothing else.
//!
//! ## Conditions on several values
//!
//! ```yaml
//! invariants:
//!   - { that: "domain.total == domain.cash + domain.shares", level: S, message: "the books are off: {value}" }
//! process_recipes:
//!   transfer:
//!     inputs:
//!       - { that: "amount <= domain.limit || domain.is_vip", level: B }
//!       - { field: amount, max: 500, when: "domain.mode == 'night'", level: B }
//! ```
//!
//! `that` takes the place of `field` and of what is asked of it. It is a condition in the language of workflows
//! ([`workflow`](crate::workflow) says what there is in it), over what a rule sees: `domain`, as it is proposed at the output gate,
//! `global`, `local`, and the arguments by their names. When the recipe is loaded, names, types and zones are checked, each at its
//! place within the text; what need not be there must be asked for before (`domain.limit != null && …`). What is true or false
//! whatever the values are is told. Numbers are compared and computed as there: integers of 128 bits, decimals exactly, and what
//! overflows has no value; `sum()`, `mean()`, `min()` and `max()` of a list are exact as those of a path are, but of what has no
//! elements there is no mean, no least and no greatest. A comparison with NaN does not hold: `a <= b` is violated, and `!(a > b)` passes.
//!
//! A violation names the condition, and tells the value of each path in it (16 at most). What has no value, as of a division by zero, of a
//! position beyond the end, or of more than 10,000,000 steps, is a violation too, which says so. As in a workflow, a part of `||`
//! or `&&` that decides makes up for another that has no value.
//!
//! `now` is the time by the [clock](crate::EngineBuilder::clock) of the records: `when: "now.getHours('Europe/Berlin') >= 22"`,
//! `that: "now - domain.calibrated < duration('90d')"` (a difference is a number of seconds). It is read once for both gates of an attempt,
//! and only where a rule asks; a run that is tried again asks anew. A violation tells it with the other values. Nothing of it is in a
//! journal: a replay asks no rule, and what was refused is not in it.
//!
//! An invariant is judged after every process that writes any of what its condition names. `when` is such a condition as well: the rule
//! is judged only where it holds; elsewhere it neither passes nor is violated, so that its counter stays.
//!
//! ## Runs that are missing
//!
//! ```yaml
//! process_recipes:
//!   record_reading:
//!     outputs:
//!       - { missing: 10m, level: C, message: "no reading: {value}" }
//! ```
//!
//! `missing` takes the place of `field` and of what is asked of it: no run of its process has come to its commit for so long, in its session, or, where none
//! ever has, since the session was looked at first: by whoever drives it, when it begins. Time finds it, and no run: whoever drives a workflow looks when it is due
//! ([`WorkflowManager`](crate::workflow::WorkflowManager) while it waits for something else too, [`Sessions`](crate::workflow::Sessions)), by the
//! [clock](crate::EngineBuilder::clock) of the records; without one a timer of one's own calls [`Engine::look_at_alarms`](crate::Engine::look_at_alarms) at
//! [`Engine::alarms_due`](crate::Engine::alarms_due). A workflow in virtual time needs an engine by the same clock. Each time that is over without a run is one violation (several that nobody has looked at are
//! one), until the process is run: it counts, warns, acts and is on record as any. With `alarm: true` all of them are one excursion, which ends with the
//! next run. Level S stops the engine; A and B refuse a run, and there is none: they are refused, as is what would be asked of one (`when`, `per`, `of`).
//! Since when one is waited for is stored with the session, and how long it was missing when that was found last: it goes on after a restart, however often there
//! is one, and [`Sessions`](crate::workflow::Sessions) open a session by themselves when its time is over. One that was stored before its recipe had the rule, or by a version that
//! did not store this, waits from when it is opened next.
//!
//! ## Settings
//!
//! | key | meaning | where not given |
//! |---|---|---|
//! | `level` | what happens when the rule acts | `B` |
//! | `max_threshold` | at which violation it acts; the counter then starts again | 1 |
//! | `min_threshold` | from which violation on it warns, below `max_threshold` | 1 |
//! | `within: 1h` | which violations count: those of the last hour, by the [clock](crate::EngineBuilder::clock) of the records | all |
//! | `of: 10` | which violations count: those among the last 10 judgements of the rule | all |
//! | `across: engine` | whose violations count: those of all sessions of the engine | `session`: each session counts for itself |
//! | `per: domain.customer` | by what: there is a counter for each value of this field | one counter |
//! | `reset_on_success` | whether a pass puts the counter back to 0 | `false` |
//! | `alarm: true` | an excursion of the value counts once, see below | each violation counts |
//! | `deadband: 3` | by how much the value must be back inside before the excursion is over | it is over with the first pass |
//! | `on_delay: 10s` | for how long the value must be outside before that counts, by the clock of the records | it counts at once |
//! | `latched: true` | the alarm stands until somebody has acknowledged it, though its value is back | it returns with its value |
//! | `off_delay: 10s` | for how long the value must be back inside before the excursion is over | it is over at once |
//! | `where_present: true` | the rule is asked only where there is something: where there is nothing, it neither passes nor is violated | what is missing is a violation |
//! | `when` | the rule is judged only where this condition holds, see above | it always is |
//! | `message` | what records and errors say besides; `{value} {before} {key} {limit} {count} {field} {process} {level} {max_threshold}` are filled in (`{before}` is the committed value, for the domain at the output gate; `{key}` the value of its `per`), `{{` is a brace | |
//! | `unit: degF` | in what its number is measured: told with the value and the bound, as in `found 95 degF`. Rules on one field have the same | that of the field, see [units](#units) |
//! | `id`, `owner`, `priority`, `response` | what it says of itself for people, see below | |
//!
#![doc = include_str!("units.md")]
//!
//! ## What a rule says of itself
//!
//! ```yaml
//! - id: BANK-7                                  # a word; no other rule has it
//!   field: amount
//!   max: 10000
//!   level: B
//!   owner: treasury
//!   priority: high
//!   response: "call the desk, then clear it or send it back: wiki/BANK-7"
//! ```
//!
//! All four stand in each record and violation of the rule, in [`explain`](crate::Engine::explain), in `tracing` and in reviews
//! ([`Recipe::compare`]); [`Query::rule`] finds it by its id. An `owner` has at most 200 characters, a `priority` 40, a `response` 1,000.
//!
//! By its `id` a rule is known again: with another bound, level or threshold it is the same rule, changed, and goes on with its counter,
//! when a recipe is reloaded and after a restart, as long as what that counts together (`within`, `of`, `across`, `per`) is the same. A rule that
//! is given an id goes on with the counter that it had; one that loses its id, or gets another after a restart, begins at 0. In a later file
//! and in who inherits, a rule takes the place of the one with its id. An entry with an id has one condition.
//!
//! ## Windows
//!
//! `max_threshold: 3, within: 1h` acts where the last three violations lie within one hour, the hour included;
//! `max_threshold: 3, of: 10` where three of the last ten judgements are violations. `min_threshold` warns from as many in the same
//! window. A time is written as in workflows: `90s`, `1h 30m`. After the level acted the window is empty: as without one, the counter
//! starts again. So a window finds what happens too often, and is no quota: of a rule with level B it refuses the third within the hour,
//! and lets in the fourth. So much and no more within an hour is asked of what the context keeps, by an expression that goes through a
//! list: `that: "domain.given.filter(dose, now - dose.at < duration('1h')).map(dose, dose.units).sum() + units <= 15.0"`
//! (`workflow::condition` has what there is in that language).
//!
//! | | `within` | `of` |
//! |---|---|---|
//! | a pass | changes nothing; with `reset_on_success: true` it empties the window: three in a row, within the hour | is one of the ten; `reset_on_success: true` beside it is refused |
//! | not asked (`where_present`), not judged | changes nothing | is none of the ten |
//! | what a pass costs | nothing | nothing, while no violation is in the window; else that it is counted |
//! | kept, here and in a store | when each violation in the window was: at most `max_threshold`, which is at most 1,000 | which judgement each was |
//!
//! A clock that is put back says that a violation was before the last one: then no time has passed between the two, and those before
//! stay as far from the last as they were. None is lost by it, and none stays longer than its window; the level may act sooner. A
//! clock that is put forward by an hour has passed an hour.
//!
//! Two entries of one field, condition and level can stand beside each other with a window each: `max_threshold: 3, within: 1m` and
//! `max_threshold: 10, within: 1d`.
//!
//! ## Alarms
//!
//! ```yaml
//! process_recipes:
//!   record_reading:
//!     outputs:
//!       - { field: domain.temperature, max: 100, deadband: 3, on_delay: 10s, level: C }
//!       - { field: domain.temperature, max: 125, level: A }
//! ```
//!
//! With any of `alarm: true`, `deadband`, `on_delay`, `off_delay` and `latched: true` (the words of ISA-18.2) a rule is an alarm: what counts is an
//! excursion of its value, once, and not each run that sees it. It begins with the first violation (`on_delay`: with the first one so
//! long after the value went outside), and is over with the first pass by which the value is back inside by the `deadband`
//! (`off_delay`: when it has been back for so long). With `max: 100, deadband: 3` a value that goes to 101, 99, 102, 97, 101 makes two
//! excursions. What is between 97 and 100 goes on with what was.
//!
//! | | level C, I | level S, A, B |
//! |---|---|---|
//! | a violation that begins an excursion | counts, is a record, acts at its threshold | as without an alarm |
//! | a violation in an excursion | nothing: the run goes on | as without an alarm: it counts, and where its level acts the run is refused |
//! | `max_threshold: 3, within: 1h` | three excursions that began within an hour | three violations within an hour |
//! | `on_delay`; `of`; `reset_on_success` with a `max_threshold` above 1 | allowed; refused; refused | refused; allowed; allowed |
//!
//! So an alarm lets no state through that its rule would refuse. A deadband is a number of the field's own type (a float is subtracted
//! as floats are) and fits `min`, `max` and `between`, also of `[*]`: there an excursion is over when all elements are back. Each
//! session has excursions of its own, and with `per` each value; `across: engine` does not fit. What the rule is not asked (`when`,
//! `where_present`) changes nothing. An alarm goes by what its gate has seen, committed or not.
//!
//! An `on_delay` and an `off_delay` are over when somebody looks: a run that the rule judges, whoever drives the session while it waits,
//! [`Engine::alarms`](crate::Engine::alarms) (the `off_delay`), or [`Engine::look_at_alarms`](crate::Engine::look_at_alarms); [`Engine::alarms_due`](crate::Engine::alarms_due) says when. A clock that is put back
//! begins both anew. There are at most 65,536 alarms at a time; the rule of one more counts every violation, which is told by
//! `tracing`.
//!
//! When the level acts, the alarm is raised. [`Engine::alarms`](crate::Engine::alarms) lists what is not normal, of all sessions:
//!
//! | [`AlarmState`] | when |
//! |---|---|
//! | unacknowledged | it is raised; of a `latched` one also when its value is back: until somebody has seen it, no new excursion of it counts (where the level refuses runs, it does all the same) |
//! | acknowledged | and somebody has seen it: [`Engine::acknowledge`](crate::Engine::acknowledge). With the return of its value it is normal |
//! | returned unacknowledged | its value is back, and nobody has seen it. An acknowledgement makes it normal, a new excursion raises it again |
//! | shelved | somebody has put it aside for a time: [`Engine::shelve`](crate::Engine::shelve). Its rule counts, records and refuses as before; it is raised when the time is over, or it is taken up ([`Engine::unshelve`](crate::Engine::unshelve)), if its value is outside then |
//! | suppressed by design | it was raised, and its `when` does not hold: nobody knows where its value is. As the rule is judged again, it stands as before |
//! | normal | it is in no list |
//!
//! [`Engine::alarm_figures`](crate::Engine::alarm_figures) says how many alarms there are for each operator: on average and at most in
//! ten minutes, how often they were a flood, which of them chatter, how many stand, and for how long.
//!
//! Each change is a record ([`AlarmEvent`]), those by operators with who and why; a sink that must have such a record and does not take
//! it keeps the change from being made. Where there is a store, alarms are in it with their records: they are there after a restart,
//! also those of sessions that are not open, and can be acknowledged. Two programs on one store know of each other's as they do of
//! counters across the engine. An excursion that has raised nothing, and a delay, begin anew with a restart: the rule then counts
//! sooner, never later, but for the delay. In memory a session that is let go of takes its alarms along. Another recipe keeps the alarms of the
//! rules that stay the same, and lets go of the others; that they are gone is in the record of the change.
//!
//! ## All sessions together, each value by itself
//!
//! With `across: engine` ten accounts that violate a rule once each trip a `max_threshold` of ten: there is one counter, in whichever of
//! the engine's sessions it is violated or passed, and the level acts in the session whose violation it is. It is counted under the
//! auditor's lock: of a thousand violations by as many threads exactly every tenth acts.
//!
//! With `per: domain.customer` there is a counter for each value of a field: an argument, or a value of the domain or the global context,
//! as the gate sees it. It is a text, an integer, a boolean, a character, a UUID or an enum (its variant) of the Data zone; where there
//! is nothing, that is a value too. A pass counts for its own value alone. Records name the value, and a text of more than 128 bytes by
//! its beginning and a hash. An invariant cannot be counted by an argument. There are at most 1,024 values for each rule, in each session
//! or in the engine: where there is one more, those give way whose window is empty, and else the one whose counter was not changed for
//! longest. That is told by `tracing` as a warning, and counted: [`EngineStatus::counters_dropped`].
//!
//! Both go with windows, and with each other: `max_threshold: 3, within: 1d, across: engine, per: domain.customer`.
//!
//! | where there is a store | |
//! |---|---|
//! | counters of a session | stored with it: a commit takes them along |
//! | counters across the engine | stored once, with the records of the violations that they count; passes since then are not, so that after a restart the level may act sooner, never later |
//! | two programs on one store | two engines, each of which decides by what it knows. Where a program records a violation and another one has recorded something since, it takes over what that one has counted, and counts its own behind it. So each is behind the other by what that one has done since; where both have come to a threshold together that neither has come to, the next violation acts |
//! | a replay | judges nothing anew, and counts nothing |
//!
//! | level | when it acts | reach |
//! |---|---|---|
//! | S Safety | the run rolls back; every later run is refused until [`Engine::reset_interlock`](crate::Engine::reset_interlock) | system |
//! | A Abort | the run rolls back, its workflow ends | workflow |
//! | B Block | the run rolls back | process |
//! | C Campaign | recorded and logged as a warning; the run goes on | |
//! | I Info | recorded as information and logged at `info`; the run goes on | |
//!
//! S and A are logged as errors; B as a warning, since a request that is refused is no failure of the program.
//!
//! Below its threshold a violation is counted and the run goes on. All rules of a gate are judged; the strongest level that
//! acts is what happens. Every violation is a record ([`Violation`]), which the caller gets too: from
//! [`Engine::run_reported`](crate::Engine::run_reported), and from the error where a level acted.
//!
//! # Rules for more than one process
//!
//! ```yaml
//! defaults: { level: C, max_threshold: 3 }  # for the entries of this file: level, thresholds, reset_on_success
//! invariants:                               # after every process that writes the field, or what it is computed of
//!   - { field: domain.total, min: 0, level: S, max_threshold: 1 }
//!   - { field: domain.temperature, max: 99, processes: all }   # after every process
//! process_recipes:
//!   "*":                                    # every process for which the path exists
//!     inputs: [ { field: global.limit, min: 1 } ]
//!   _warm: { outputs: [ { field: domain.temperature, max: 80, level: C }, { field: domain.temperature, max: 90, level: S } ] }
//!   _hot: { inherits: [ _warm ], outputs: [ { field: domain.temperature, max: 70 } ] }
//!   transfer: { inherits: [ _warm, _hot ] }
//! ```
//!
//! Rules for all processes come first, then those of each parent in order, then a process's own. A later one takes the place of
//! all earlier ones with the same gate, field and condition; so does a later file
//! ([`EngineBuilder::recipe_file`](crate::EngineBuilder::recipe_file) called again) with an earlier one. Nothing takes the place
//! of an invariant. In one list the same field and condition can stand with several bounds or levels: graduated limits.
//!
//! Every process counts for itself, also where a rule is inherited or stands under `"*"`: three processes that violate it once
//! each are three counters at 1. An invariant is one rule with one counter: its third violation is the third, whichever
//! processes it was of, and a pass of any process that judges it puts it back where it has `reset_on_success`.
//!
//! A recipe is checked as a whole: what contradicts itself is refused, and what can do nothing is told by
//! [`Engine::recipe_warnings`](crate::Engine::recipe_warnings) and logged when a recipe comes into force. Every kind of error and warning has a page in
//! [`errors`](crate::errors). [`Engine::compare_recipe_files`](crate::Engine::compare_recipe_files) shows what a new recipe would
//! change, for a review; [`Recipe::compare`] compares any two.
//!
//! A recipe written for the Python reference loads as it is: `domain_ctx.`, `global_ctx.` and `local_ctx.` are the layers, `threshold`
//! is `max_threshold`, `side_effects` and `errors` are compared with the contract. Where a default means something else there,
//! a warning says so. The `max_threshold: n` of its 3.0 line acts at violation n + 1; here, as in its 2.x, it acts at violation n:
//! that is warned of too, in a file that looks like one of its own.
//!
//! # Fragments
//!
//! A crate of processes ships the rules that belong to them ([`fragment!`](crate::fragment!)), the program hands them over
//! ([`EngineBuilder::fragments`](crate::EngineBuilder::fragments), `fragments = [..]` of [`files!`](macro@crate::files)), and a recipe
//! file includes them by their names:
//!
//! ```yaml
//! include:
//!   - currencies                              # as it is: a file that stands before this one
//!   - motor: { at: domain.left, global: global.motors }
//!   - motor: { at: [domain.right, domain.arm.elbow], limits: { fastest: 50 } }
//! ```
//!
//! Where it has `at`, a fragment is written for the library's own context, as [mounted](mod@crate::mount) processes are: its `domain.speed` is
//! `domain.left.speed`, in fields, `per`, `that` and `when`; its process `spin` is `left.spin`, its template `_careful` is `_left.careful`, its
//! `id: M-1` is `left.M-1`. `global` says so of the library's global layer: `global.most` is `global.motors.most`. It has no rules for `"*"`.
//! One without `at` is taken as it stands. As a later file does, what includes a fragment takes the place of its rules: of the same
//! process, gate, field and condition, under their names in the program. `defaults` are of their own file.
//!
//! The `limits` of a fragment are its own, whatever others call theirs; where it is included, they can be given other values. Fragments
//! include fragments, at places within their own; one that several include for one place is there once, and who gives it other limits than it has there is refused. A problem of a fragment
//! is told at its own line, with where it is included; a circle, and one twice for one place in one file, are [refused](crate::errors::R053).
//! Workflows include parts of workflows, [a state each](crate::workflow::file#parts-that-crates-ship).
//!
//! A [reload](crate::Engine::reload_recipe) includes the same fragments; they are in the recipe's digest as all rules are, and a record says
//! `motor:3:7` of where a rule stands.
//!
//! # An example
//!
//! ```
//! use theus_core::prelude::*;
//!
//! #[derive(Clone, Default, Context)]
//! struct Oven { temperature: f64 }
//!
//! #[process(outputs = [domain.temperature])]
//! fn record(ctx: Ctx<Oven>, value: f64) { ctx.domain.temperature.set(value); }
//!
//! let recipe = "
//! process_recipes:
//!   record:
//!     outputs: [ { field: domain.temperature, max: 90, level: S, max_threshold: 2 } ]
//! ";
//! let engine = Engine::builder(Oven::default()).process::<Record>().recipe("audit.yaml", recipe)?.build()?;
//!
//! let first = engine.run_reported(Record { value: 95.0 });
//! assert!(first.result.is_ok(), "one violation of two: a warning");
//! assert_eq!(first.violations[0].rule, "domain.temperature max 90");
//!
//! let second = engine.run(Record { value: 96.0 }).unwrap_err();
//! assert!(matches!(second, RunError::Interlocked(_)));
//! assert!(matches!(engine.run(Record { value: 20.0 }), Err(RunError::Halted(_))));
//! assert_eq!(*engine.snapshot()?.temperature, 95.0, "what was refused changed nothing");
//!
//! engine.reset_interlock("R. Lee", "the burner was replaced")?;
//! engine.run(Record { value: 20.0 })?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # On record
//!
//! Everything that the audit does is an [`AuditRecord`]: violations and what came of them, interlocks and their resets, which
//! recipe was in force, what its changes changed and which were refused, what became of alarms, and sinks that failed. Each is chained to the one before it by its hash.
//!
//! | I want to | use |
//! |---|---|
//! | see the last records, ask and verify them | [`Engine::ledger`](crate::Engine::ledger), [`Query`] |
//! | keep them in a file | [`EngineBuilder::sink`](crate::EngineBuilder::sink) with a [`FileSink`] |
//! | keep them elsewhere | a [`Sink`] of one's own |
//! | say what happens where a sink fails or blocks | [`SinkOptions`] |
//! | read and verify files, with no engine | [`LedgerFiles`] |
//! | have those of a session that is carried as a value, as a ledger of its own | `Gathered::records`; [`AuditRecord::to_line`], [`Chain`] |
//! | count `across: engine` where several machines carry the sessions | [`Engine::count_elsewhere`](crate::Engine::count_elsewhere), [`Engine::count_by`](crate::Engine::count_by) |
//! | change the rules while the engine runs | [`Engine::reload_recipe`](crate::Engine::reload_recipe) |
//! | know beforehand what the rules would say | [`Engine::explain`](crate::Engine::explain) |
//! | see what stands, acknowledge it, put it aside | [`Engine::alarms`](crate::Engine::alarms), [`Engine::acknowledge`](crate::Engine::acknowledge), [`Engine::shelve`](crate::Engine::shelve) |
//! | see how the engine stands | [`Engine::status`](crate::Engine::status) |
//!
//! Where a sink does not take a record, it is offered again before the next one for as long as it is in memory. Until then:
//!
//! | the record tells of | the sink is closed for it (level S and A where nothing else is said) | it is not |
//! |---|---|---|
//! | a violation below its threshold | the run is refused: [`RunError::Unrecorded`](crate::RunError::Unrecorded) | the run goes on |
//! | a violation whose level acts | the level acts, and its error says what is not on record | the level acts |
//! | a reset of the interlock | the engine stays stopped | it goes on |
//! | what an operator does to an alarm | the alarm stands as before | it is done |
//! | what becomes of an alarm by itself | nothing: the violation that it follows from has its own row | nothing |
//! | a change of the recipe | the recipe stays | it changes |
//! | the recipe at the start | the engine is not built | it is built |
//!
//! That a sink begins to fail is a record itself, and every failure is told by `tracing`.
//!
//! # What is redacted
//!
//! A field of a context that is marked `#[context(redact)]`, and an argument of a process that is marked `#[redact]`, is judged as any
//! other, and people are not shown its value: `(redacted)` stands in its place.
//!
//! ```
//! use theus_core::prelude::*;
//!
//! #[derive(Clone, Default, Context)]
//! struct Till {
//!     #[context(redact)]
//!     card: String,
//! }
//!
//! #[process(outputs = [domain.card])]
//! fn pay(ctx: Ctx<Till>, #[redact] card: String) { ctx.domain.card.set(card); }
//!
//! let recipe = r#"process_recipes: { pay: { inputs: [ { field: card, min_len: 12, message: "no card: {value}" } ] } }"#;
//! let engine = Engine::builder(Till::default()).process::<Pay>().recipe("audit.yaml", recipe)?.build()?;
//! let refused = engine.run(Pay { card: "4111".to_owned() }).unwrap_err().to_string();
//! assert!(refused.contains("found (redacted)") && refused.contains("no card: (redacted)") && !refused.contains("4111"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! | of a field that is redacted | |
//! |---|---|
//! | all that is below it is redacted too | a nested context, elements and keys by `[*]`, what a path computes of it: `domain.card.len()` |
//! | its value is in none of | violations, records, errors of refused runs, messages (`{value}`, `{before}`, `{key}`), `explain`, logs; `Debug` of commands and snapshots; `Debug` and JSON of [events](crate::signal::Event); `Debug` of [positions](crate::workflow::Position); what a [replay](crate::Engine::replay) finds; the command line's `show`, `diff`, `journal`, `replay` |
//! | a condition that names it | tells `(redacted)` for it, and not why it has no value |
//! | `per` it | each value has a counter of its own; a store has a hash of the value with it. Who has that can try whether it is one that he guesses |
//! | what a process asks of its effects, which is given it | is not shown in the command line's `journal`; bodies of messages are, they are types of your own |
//! | who is in the program has it | processes, guards and rules, who [subscribes](crate::signal::SignalBus::subscribe), a [`Journal`](crate::engine::Journal); [`Engine::redaction`](crate::Engine::redaction) says what he is not to show |
//! | it is stored as any other | the state, the commands and events of a session in a store, and in an exported journal, have every value: it is needed to go on and to replay. Encrypt the store |
//!
//! It is a mark on a field, and follows no value: what a process copies elsewhere, what a method of a context or of a type computes, and
//! what an error of your own says is shown.
//!
//! # What a chain proves, and what it does not
//!
//! | what was done | without a key | with one: [`FileOptions::key`], [`LedgerFiles::verify_with`] | against a noted [`Tail`]: [`LedgerFiles::verify_to`] |
//! |---|---|---|---|
//! | a record altered, swapped, doubled; a line or a file taken out of the middle | found | found | found |
//! | the beginning taken away, under whatever name | found | found | found |
//! | of a ledger of which old files are let go ([`FileOptions::keep`]), more than that | found, unless the checkpoint was written anew too | found | found |
//! | the end cut off | not found, but for what a checkpoint vouches for | found | found |
//! | records added | not found | found | found |
//! | all of it written anew | not found: the hash has no secret | found | found |
//! | an earlier ledger with its own checkpoint put back as a whole | not found | not found | found |
//!
//! A checkpoint is a file beside the ledger, `audit.jsonl.checkpoint`: where the ledger begins, up to where it goes, and with a key
//! a code over both that only the key makes. What is changed in a ledger shows as long as one later hash of it is known from
//! elsewhere: note tails where others cannot write.

mod alarm;
mod auditor;
mod by_time;
mod change;
mod clock;
mod counted;
#[cfg(feature = "store")]
mod counted_elsewhere;
mod counter;
mod counters;
mod described;
mod difference;
#[cfg(feature = "store")]
mod elsewhere;
mod error;
mod explain;
#[cfg(feature = "store")]
mod for_all;
mod in_force;
mod interlock;
mod judge;
mod key;
mod ledger;
mod outcomes;
mod plan;
mod record;
mod reload;
#[cfg(any(feature = "store", feature = "test"))]
mod rule_list;
mod samples;
#[cfg(feature = "store")]
mod saved;
mod shared_interlock;
#[cfg(feature = "store")]
mod since;
mod status;
mod tallies;
mod tally;

pub use alarm::{
    Alarm, AlarmChange, AlarmError, AlarmEvent, AlarmFigures, AlarmId, AlarmState, CHATTERS, Chattering, FLOOD,
    LONGEST_SHELVED, STALE, Shelf,
};
#[doc(hidden)]
pub use auditor::{Auditor, MAX_RECORDS};
pub use change::{RecipeChange, RecipeIdentity, RecipeStatus};
#[doc(hidden)]
pub use counted::CountedRule;
#[doc(hidden)]
pub use counters::AuditSession;
#[cfg(feature = "store")]
pub use elsewhere::CountsForAll;
pub use error::{AuditBlockError, AuditInterlockError, Refusal, ResetError, Unrecorded};
pub use explain::{Explanation, RuleAccount, Would};
#[cfg(feature = "store")]
pub use for_all::{CountChange, CountForAll, CountStep, CountWindow, Counted, RuleForAll, Uncounted, Verdict};
#[doc(hidden)]
pub use judge::Gates;
#[doc(hidden)]
pub use ledger::RecordLog;
pub use ledger::{
    Chain, Excerpt, Fault, FileOptions, FileSink, Fsync, Hash, LedgerError, LedgerFiles, LedgerKey, NotAHash, Opened,
    Place, Query, RuleName, Sink, SinkError, SinkOptions, SinkStatus, Tail, Tampered, Verified, Verify, WhenFull,
};
#[doc(hidden)]
pub use outcomes::RuleOutcomes;
pub use record::{Action, AuditEvent, AuditRecord, Interlock, Violation};
pub use shared_interlock::{Look, SharedInterlock, Unreachable};
pub use status::{EngineStatus, RecordsStatus};

#[doc(hidden)]
pub use theus_lang::audit::Subject;
pub use theus_lang::audit::{
    Across, AlarmSettings, Catalog, ChangeKind, Counting, Gate, Level, Operator, Per, ProcessEntry, ProcessRules,
    Recipe, RecipeChanges, Rule, RuleChange, RuleMetadata, RuleSettings, Text, Window,
};

pub(crate) use in_force::InForce;
pub(crate) use ledger::Offered;
#[cfg(feature = "conformance")]
pub(crate) use ledger::hash_of;
#[cfg(feature = "store")]
pub(crate) use ledger::verify_pages;
pub(crate) use reload::{Beginning, NotTaken, log_warnings};
#[cfg(feature = "test")]
pub(crate) use rule_list::in_file;
#[cfg(any(feature = "store", feature = "test"))]
pub(crate) use rule_list::{ListedRule, rules_of, write_rule};

#[cfg(test)]
mod fake;
#[cfg(test)]
mod fixture;
#[cfg(test)]
mod tests;
