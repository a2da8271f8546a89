//! The rules of an audit, as plainly as they can be said: one list of rules, one loop over the readings.

use serde_json::{Value, json};

#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Gate {
    Input,
    Output,
}

/// What a rule looks at: the argument `value`, or `domain.temperature`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Target {
    Argument,
    Temperature,
}

#[derive(Clone, Debug)]
pub(crate) struct Rule {
    pub(crate) gate: Gate,
    pub(crate) target: Target,
    pub(crate) is_min: bool,
    pub(crate) bound: i32,
    pub(crate) level: char,
    pub(crate) warn_from: u32,
    pub(crate) act_at: u32,
    pub(crate) reset: bool,
}

impl Rule {
    fn field(&self) -> &'static str {
        match self.target {
            Target::Argument => "value",
            Target::Temperature => "domain.temperature",
        }
    }

    fn test(&self) -> &'static str {
        if self.is_min { "min" } else { "max" }
    }

    pub(crate) fn yaml(&self) -> String {
        let (field, test, bound, level) = (self.field(), self.test(), self.bound, self.level);
        let (warn, act, reset) = (self.warn_from, self.act_at, self.reset);
        format!(
            "{{ field: {field}, {test}: {bound}, level: {level}, min_threshold: {warn}, max_threshold: {act}, reset_on_success: {reset} }}"
        )
    }

    fn passes(&self, value: f64) -> bool {
        if self.is_min { value >= f64::from(self.bound) } else { value <= f64::from(self.bound) }
    }
}

/// What the program must say of these readings, none of which leaves the mode `normal`.
pub(crate) fn summary(rules: &[Rule], readings: &[f64]) -> Value {
    let mut counters = vec![0; rules.len()];
    let (mut committed, mut rejected, mut violations, mut warnings) = (0, 0, 0, 0);
    let mut actions = Vec::new();
    let (mut state, mut status, mut temperature) = ("WAITING", "running", 0.0);
    for (at, &reading) in readings.iter().enumerate() {
        let mut worst = None;
        for gate in [Gate::Input, Gate::Output] {
            for (rule, count) in rules.iter().zip(&mut counters).filter(|(rule, _)| rule.gate == gate) {
                let is_before = rule.target == Target::Temperature && gate == Gate::Input;
                if rule.passes(if is_before { temperature } else { reading }) {
                    if rule.reset {
                        *count = 0;
                    }
                    continue;
                }
                violations += 1;
                *count += 1;
                if *count == rule.act_at {
                    *count = 0;
                    let name = format!("{} {} {}", rule.field(), rule.test(), rule.bound);
                    actions.push(json!({
                        "reading": at + 1, "timestamp": format!("t{}", at + 1), "value": reading,
                        "level": rule.level.to_string(), "process": "record_reading", "rule": name,
                    }));
                    let strength = "BAS".find(rule.level);
                    worst = worst.max(strength);
                } else if *count >= rule.warn_from {
                    warnings += 1;
                }
            }
            if worst.is_some() {
                break;
            }
        }
        match worst {
            None => (committed, state, temperature) = (committed + 1, "RUNNING", reading),
            Some(0) => (rejected, state) = (rejected + 1, "SUSPECT"),
            Some(stop) => {
                (rejected, status) = (rejected + 1, if stop == 2 { "halted" } else { "aborted" });
                break;
            }
        }
    }
    json!({
        "readings": committed + rejected, "committed": committed, "rejected": rejected,
        "violations": violations, "warnings": warnings, "actions": actions,
        "final_state": state, "halted": status == "halted", "status": status,
    })
}
