//! Reading a process to run: its arguments, and where its errors lead.

use std::borrow::Cow;

use super::code;
use super::diagnostics::Keys;
use super::reading::Reading;
use super::steps::{Body, get, known_processes};
use crate::audit::ProcessEntry;
use crate::context::Shape;
use crate::process::Contract;
use crate::source::{NodePath, Problem, Value, nearest};
use crate::workflow::chart::{ArgumentSource, Recovery, Run};

const KEYS: &[&str] =
    &["run", "with", "retry", "restart", "timeout", "on_error", "compensate", "process", "flux", "name", "as"];

impl<'a> Reading<'a> {
    /// A process to run, by its name or as a map.
    pub(super) fn run(
        &mut self,
        value: &'a Value,
        at: &NodePath,
        of: &str,
        what: &str,
        is_compensation: bool,
    ) -> Option<Run> {
        match value {
            Value::Text(name) => self.run_named(name, at),
            Value::Mapping(_) => {
                let body = self.diagnostics.entries(value, at, what, (Keys::Parts, ""))?;
                if get(&body, "run").or_else(|| get(&body, "process")).is_none() {
                    self.missing(at, what, "run");
                    return None;
                }
                self.run_of(&body, at, of, is_compensation)
            }
            _ => {
                self.diagnostics.wrong_kind(value, at, what, "the name of a process, or a map with `run`");
                None
            }
        }
    }

    /// A process without anything about it.
    pub(super) fn run_named(&mut self, name: &'a str, at: &NodePath) -> Option<Run> {
        let entry = self.process(name, at)?;
        let arguments = self.arguments(entry, &[], at, at);
        Some(self.plain(entry.contract, arguments, at))
    }

    fn plain(
        &mut self,
        contract: &'static Contract,
        arguments: Vec<(&'static str, ArgumentSource)>,
        at: &NodePath,
    ) -> Run {
        let place = self.sites.place(at);
        let (retry, restart, timeout, on_error, gives, compensate) = (None, None, None, Vec::new(), None, None);
        Run { contract, arguments, retry, restart, timeout, on_error, gives, compensate, place }
    }

    fn process(&mut self, name: &str, at: &NodePath) -> Option<&'a ProcessEntry> {
        let name = &*self.whole.part(at).map_or(Cow::Borrowed(name), |part| part.process(name));
        let found = self.processes.get(name).copied();
        if found.is_none() {
            self.diagnostics.lost_process(at);
            let processes = &self.processes;
            self.diagnostics.error(code::UNKNOWN_PROCESS, || {
                Problem::new(at.clone(), format!("unknown process `{name}`"))
                    .label("no process of this name is registered")
                    .help(known_processes(processes, name))
            });
        }
        found
    }

    /// A process as a map.
    pub(super) fn run_of(&mut self, body: &Body<'a>, at: &NodePath, of: &str, is_compensation: bool) -> Option<Run> {
        let key = if get(body, "run").is_some() { "run" } else { "process" };
        self.python.is_used |= key == "process";
        self.python_step_keys(body, at);
        let known: Vec<_> = body.iter().filter(|(key, _)| !matches!(*key, "on_success" | "on_fail")).copied().collect();
        self.diagnostics.only_keys(&known, at, "a step", KEYS);
        if key == "run" && get(body, "process").is_some() {
            self.diagnostics.error(code::EXCLUSIVE, || {
                Problem::new(at.at_key("process"), "the step names a process twice, by `run` and by `process`")
            });
        }
        let at_name = at.key(key);
        let name = self.diagnostics.text(
            get(body, key)?,
            &at_name,
            format!("`{key}` of a step of {of}"),
            "the name of a process",
        )?;
        let Some(entry) = self.process(name, &at_name) else {
            self.of_unknown(body, at, of, is_compensation);
            return None;
        };
        let contract = entry.contract;
        // Where they are wrong, that is told, and what else is said of the process holds all the same.
        let with = get(body, "with").map_or(Some(Vec::new()), |value| {
            self.diagnostics.entries(
                value,
                &at.key("with"),
                format!("`with` of `{name}`"),
                (Keys::Names, "a map from arguments to values"),
            )
        });
        let arguments = with.map(|with| self.arguments(entry, &with, &at.key("with"), &at_name));
        let mut run = self.plain(contract, Vec::new(), &at_name);
        if let Some(value) = get(body, "retry") {
            run.retry = self.retry(value, contract, &at.key("retry"));
        }
        if let Some(value) = get(body, "restart") {
            run.restart = self.restart(value, contract, &at.key("restart"));
        }
        if let Some(value) = get(body, "timeout") {
            run.timeout = self.timeout(value, contract, &at.key("timeout"));
        }
        for key in
            ["on_error", "compensate", "as"].into_iter().filter(|key| is_compensation && get(body, key).is_some())
        {
            self.diagnostics.error(code::STEP, || {
                Problem::new(at.at_key(key), format!("a compensation has no `{key}`"))
                    .help("it runs when the chain has failed already: retry it, or keep it simple")
            });
        }
        if let Some(value) = get(body, "on_error") {
            run.on_error = self.recoveries(value, &[contract], &at.key("on_error"), &format!("`{name}`"));
        }
        if let Some(value) = get(body, "as").filter(|_| !is_compensation) {
            self.names_result(value, &at.key("as"), &mut run, &entry.gives);
        }
        // It may use what is given back.
        if let Some(value) = get(body, "compensate").filter(|_| !is_compensation) {
            run.compensate = self.run(value, &at.key("compensate"), of, "a compensation", true).map(Box::new);
        }
        run.arguments = arguments.unwrap_or_default();
        Some(run)
    }

    /// What can be wrong in a step whatever its process is.
    fn of_unknown(&mut self, body: &Body<'a>, at: &NodePath, of: &str, is_compensation: bool) {
        if let Some(with @ Value::Mapping(_)) = get(body, "with") {
            let at = at.key("with");
            for (name, value) in self.diagnostics.entries(with, &at, "`with`", (Keys::Names, "")).unwrap_or_default() {
                self.value(value, &Shape::Opaque, &format!("`{name}`"), &at.key(name));
            }
        }
        if let Some(value) = get(body, "as").filter(|_| !is_compensation) {
            // What is looked at in it is not known.
            if let Some(name) = self.own_name(value, &at.key("as"), "call what the step gives `result`") {
                self.items.push((name, Shape::Opaque));
            }
        }
        if let Some(value) = get(body, "timeout") {
            self.duration(value, &at.key("timeout"), "`timeout`");
        }
        if let Some(on_error @ Value::Mapping(_)) = get(body, "on_error") {
            let at = at.key("on_error");
            for (name, value) in
                self.diagnostics.entries(on_error, &at, "`on_error`", (Keys::Names, "")).unwrap_or_default()
            {
                self.target(value, &at.key(name), &format!("the target of `{name}`"));
            }
        }
        if let Some(value) = get(body, "compensate").filter(|_| !is_compensation) {
            self.run(value, &at.key("compensate"), of, "a compensation", true);
        }
    }

    fn arguments(
        &mut self,
        entry: &'a ProcessEntry,
        with: &Body<'a>,
        at: &NodePath,
        at_name: &NodePath,
    ) -> Vec<(&'static str, ArgumentSource)> {
        let contract = entry.contract;
        for (key, _) in with.iter().filter(|(key, _)| !contract.arguments.iter().any(|argument| argument.name == *key))
        {
            self.diagnostics.error(code::UNKNOWN_ARGUMENT, || {
                let problem = Problem::new(at.at_key(key), format!("`{}` takes no argument `{key}`", contract.process));
                if contract.arguments.is_empty() {
                    return problem.help("it takes none at all");
                }
                problem.label(takes(contract)).suggest(key, contract.arguments.iter().map(|argument| argument.name))
            });
        }
        let mut missing = Vec::new();
        let mut arguments = Vec::with_capacity(contract.arguments.len());
        for (index, argument) in contract.arguments.iter().enumerate() {
            let shape = entry.arguments.get(index).unwrap_or(&Shape::Opaque);
            let source = match get(with, argument.name) {
                Some(value) => {
                    let what = format!("`{}` of `{}`", argument.name, contract.process);
                    let source = self.value(value, shape, &what, &at.key(argument.name));
                    match source {
                        Some(ArgumentSource::Expression(expression)) if matches!(shape, Shape::Optional(_)) => {
                            Some(ArgumentSource::Expression(expression.lenient()))
                        }
                        Some(ArgumentSource::Expression(expression)) if !matches!(shape, Shape::Opaque) => {
                            Some(ArgumentSource::Expression(expression.needed()))
                        }
                        source => source,
                    }
                }
                None if matches!(shape, Shape::Optional(_)) => Some(ArgumentSource::Literal(serde_json::Value::Null)),
                None => {
                    // A misspelt one has been told with the right name.
                    let is_misspelt = with.iter().any(|(key, _)| {
                        let known = || contract.arguments.iter().map(|argument| argument.name);
                        known().all(|name| name != *key) && nearest(key, known()) == Some(argument.name)
                    });
                    if !is_misspelt {
                        missing.push(argument.name);
                    }
                    None
                }
            };
            arguments.extend(source.map(|source| (argument.name, source)));
        }
        if !missing.is_empty() {
            self.diagnostics.error(code::MISSING_ARGUMENT, || {
                let (named, verb) = (quoted(&missing), if missing.len() == 1 { "is" } else { "are" });
                let plural = if missing.len() == 1 { "" } else { "s" };
                let written: Vec<String> = missing.iter().map(|name| format!("{name}: ..")).collect();
                let message = format!("the argument{plural} {named} of `{}` {verb} missing", contract.process);
                let help = if with.is_empty() {
                    format!("write `{{ run: {}, with: {{ {} }} }}`", contract.process, written.join(", "))
                } else {
                    format!("add {} to `with`", quoted(&missing))
                };
                Problem::new(at_name.clone(), message).label(takes(contract)).help(help)
            });
        }
        arguments
    }

    /// Where declared errors lead.
    pub(super) fn recoveries(
        &mut self,
        value: &'a Value,
        contracts: &[&'static Contract],
        at: &NodePath,
        of: &str,
    ) -> Vec<Recovery> {
        let what = format!("`on_error` of {of}");
        if let Some(target) = value.as_str().filter(|target| is_plain(target)) {
            self.diagnostics.lost_ways = true;
            self.diagnostics.error(code::WRONG_KIND, || {
                Problem::new(at.clone(), format!("{what} must be a map from errors to states"))
                    .label("this is text")
                    .help(format!("for every error: `on_error: {{ \"*\": {target} }}`"))
            });
            return Vec::new();
        }
        let body = self.diagnostics.entries(value, at, &what, (Keys::Names, "a map from errors to states"));
        self.diagnostics.lost_ways |= body.is_none();
        let mut recoveries: Vec<Recovery> = Vec::new();
        for (name, value) in body.unwrap_or_default() {
            let target = self.target(value, &at.key(name), &format!("the target of `{name}`"));
            let errors = match name {
                "*" => vec![None],
                _ => self.errors_named(name, contracts, &at.at_key(name), of).into_iter().map(Some).collect(),
            };
            let place = self.sites.place(&at.at_key(name));
            for error in errors {
                if error.is_some() && recoveries.iter().any(|earlier| earlier.error == error) {
                    self.diagnostics.error(code::TWICE, || {
                        Problem::new(at.at_key(name), format!("the error `{name}` is given twice")).label("given again")
                    });
                    continue;
                }
                recoveries.extend(target.map(|target| Recovery { error, target, place: place.clone() }));
            }
        }
        // Whatever is named comes before `*`.
        recoveries.sort_by_key(|recovery| recovery.error.is_none());
        recoveries
    }
}

/// Whether a text can be repeated as the name of a state.
fn is_plain(text: &str) -> bool {
    (1..=64).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-.".contains(&byte))
}

fn takes(contract: &Contract) -> String {
    let arguments = contract.arguments.iter().map(|argument| format!("`{}: {}`", argument.name, argument.type_name));
    format!("takes {}", arguments.collect::<Vec<_>>().join(", "))
}

fn quoted(names: &[&str]) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}
