//! Reading how often and how long a process is tried.

use std::time::Duration;

use super::code;
use super::diagnostics::{Keys, with_unit};
use super::length::short;
use super::reading::Reading;
use super::steps::{Body, get};
use crate::process::Contract;
use crate::source::{NodePath, Problem, Value, duration};
use crate::workflow::chart::{Jitter, Restart, Retry, TIMEOUT};

const RETRY_KEYS: &[&str] = &["attempts", "backoff", "factor", "longest", "jitter", "after", "max_elapsed", "on"];
/// What is said of one error.
const OF_ERROR_KEYS: &[&str] = &["attempts", "backoff", "factor", "longest", "jitter", "after", "max_elapsed"];

const DEFAULT_ATTEMPTS: u32 = 3;
const DEFAULT_BACKOFF: Duration = Duration::from_millis(100);
const DEFAULT_FACTOR: f64 = 2.0;
const DEFAULT_LONGEST: Duration = Duration::from_secs(10);

impl<'a> Reading<'a> {
    /// What becomes of a step that the end of the program cut off.
    pub(super) fn restart(&mut self, value: &'a Value, contract: &'static Contract, at: &NodePath) -> Option<Restart> {
        let word = self.diagnostics.text(value, at, "`restart`", "`again` or `fail`")?;
        let restart = match word {
            "again" => Restart::Again,
            "fail" => Restart::Fail,
            other => {
                self.diagnostics.error(code::STEP, || {
                    Problem::new(at.clone(), format!("there is no `restart: {other}`"))
                        .suggest(other, ["again", "fail"])
                });
                return None;
            }
        };
        if contract.effects.is_empty() {
            self.diagnostics.error(code::STEP, || {
                let message = format!("`{}` has no effects: `restart` says nothing of it", contract.process);
                Problem::new(at.clone(), message)
                    .help("what touches nothing outside is done again, wherever it was cut off; remove `restart`")
            });
            return None;
        }
        Some(restart)
    }

    pub(super) fn retry(&mut self, value: &'a Value, contract: &'static Contract, at: &NodePath) -> Option<Retry> {
        let mut retry = Retry {
            attempts: DEFAULT_ATTEMPTS,
            backoff: DEFAULT_BACKOFF,
            factor: DEFAULT_FACTOR,
            longest: DEFAULT_LONGEST,
            jitter: Jitter::default(),
            max_elapsed: None,
            least: Vec::new(),
            on: Vec::new(),
            each: Vec::new(),
        };
        let after_a_timeout = contract.is_awaited() && value.get("on").is_some_and(names_the_timeout);
        if contract.errors.is_empty() && !after_a_timeout {
            self.diagnostics.error(code::STEP, || {
                Problem::new(
                    at.clone(),
                    format!("`{}` declares no errors: there is nothing to retry", contract.process),
                )
                .help("conflicts are retried by the engine; remove `retry`")
            });
            return None;
        }
        let body = match value {
            Value::Number(_) => {
                retry.attempts = self.attempts(value, at)?;
                return Some(retry);
            }
            Value::Mapping(_) => self.diagnostics.entries(value, at, "`retry`", (Keys::Parts, ""))?,
            _ => {
                self.diagnostics.wrong_kind(
                    value,
                    at,
                    "`retry`",
                    "a number of attempts, or a map such as `{ attempts: 3, backoff: 100ms }`",
                );
                return None;
            }
        };
        self.diagnostics.only_keys(&body, at, "`retry`", RETRY_KEYS);
        self.tries(&body, at, &mut retry);
        match get(&body, "on") {
            Some(value @ Value::Mapping(_)) => {
                let after = get(&body, "after").map(|after| (after, at.key("after")));
                self.tries_of_each(value, contract, &at.key("on"), &mut retry, after);
            }
            on => {
                retry.on = on.map(|value| self.retried(value, contract, &at.key("on"))).unwrap_or_default();
                if let Some(value) = get(&body, "after") {
                    let errors = if retry.on.is_empty() { contract.errors } else { &retry.on };
                    retry.least = self.least_wait(value, contract, errors, &at.key("after"));
                }
                self.can_be_tried(&retry, at);
            }
        }
        Some(retry)
    }

    /// How often and when, of all errors or of one.
    fn tries(&mut self, body: &Body<'a>, at: &NodePath, retry: &mut Retry) {
        for (key, value) in body {
            let at = at.key(key);
            match *key {
                "attempts" => retry.attempts = self.attempts(value, &at).unwrap_or(retry.attempts),
                "backoff" => retry.backoff = self.duration(value, &at, "`backoff`").unwrap_or(retry.backoff),
                "longest" => retry.longest = self.duration(value, &at, "`longest`").unwrap_or(retry.longest),
                "factor" => retry.factor = self.factor(value, &at).unwrap_or(retry.factor),
                "jitter" => retry.jitter = self.jitter(value, &at).unwrap_or(retry.jitter),
                "max_elapsed" => {
                    retry.max_elapsed = self.duration(value, &at, "`max_elapsed`").or(retry.max_elapsed);
                    if get(body, "attempts").is_none() {
                        retry.attempts = Retry::UNBOUNDED;
                    }
                }
                _ => {}
            }
        }
    }

    /// `on` as a map: what is not said of an error is as it is said of all.
    fn tries_of_each(
        &mut self,
        value: &'a Value,
        contract: &'static Contract,
        at: &NodePath,
        retry: &mut Retry,
        after: Option<(&'a Value, NodePath)>,
    ) {
        // Those that wait as is said of all.
        let mut as_all = Vec::new();
        let body =
            self.diagnostics.entries(value, at, "`on`", (Keys::Names, "a map from errors to how they are tried"));
        for (name, value) in body.unwrap_or_default() {
            let (key, of) = (at.at_key(name), format!("`{}`", contract.process));
            let errors = self.errors_named(name, &[contract], &key, &of);
            let at = at.key(name);
            let what = format!("`{}` in `on`", short(name));
            let expected = "a map such as `{ attempts: 3, backoff: 100ms }`, or `{}` for what is said of all";
            let Some(body) = self.diagnostics.entries(value, &at, &what, (Keys::Parts, expected)) else { continue };
            self.diagnostics.only_keys(&body, &at, &what, OF_ERROR_KEYS);
            let mut own = Retry { on: Vec::new(), each: Vec::new(), ..retry.clone() };
            self.tries(&body, &at, &mut own);
            self.can_be_tried(&own, &at);
            let after = get(&body, "after");
            if let Some(value) = after {
                own.least = self.least_wait(value, contract, &errors, &at.key("after"));
            }
            for error in errors {
                if retry.on.contains(&error) {
                    self.diagnostics.error(code::TWICE, || {
                        Problem::new(key.clone(), format!("the error `{name}` is given twice")).label("given again")
                    });
                    continue;
                }
                retry.on.push(error);
                retry.each.push((error, own.clone()));
                if after.is_none() {
                    as_all.push(error);
                }
            }
        }
        if let Some((value, at)) = after.filter(|_| !retry.on.is_empty()) {
            let least = self.least_wait(value, contract, &as_all, &at);
            for (error, own) in &mut retry.each {
                own.least.extend(least.iter().filter(|(of, _)| of == error).cloned());
            }
        }
        if retry.on.is_empty() {
            self.diagnostics.error(code::STEP, || {
                Problem::new(at.clone(), "`on` names no error: nothing is tried again")
                    .help("name one, or remove `on`: then it is tried again after any declared error")
            });
        }
    }

    /// Whether there is a second try, and an end of them.
    fn can_be_tried(&mut self, retry: &Retry, at: &NodePath) {
        let Some(most) = retry.max_elapsed else { return };
        let least = retry.backoff.min(retry.longest).mul_f64(retry.jitter.least());
        if least > most || most.is_zero() {
            self.diagnostics.error(code::DURATION, || {
                let (least, most) = (duration::shown(least), duration::shown(most));
                Problem::new(at.clone(), format!("it is never tried again: `max_elapsed` is {most}"))
                    .label(format!("the first wait alone takes {least}"))
                    .help("make `max_elapsed` longer, or `backoff` shorter")
            });
        } else if retry.attempts == Retry::UNBOUNDED && retry.backoff.min(retry.longest).is_zero() {
            self.diagnostics.error(code::STEP, || {
                Problem::new(
                    at.clone(),
                    "nothing but `max_elapsed` bounds its tries, and it does not wait between them",
                )
                .help("give it a `backoff`, or say how often by `attempts`")
            });
        }
    }

    fn jitter(&mut self, value: &Value, at: &NodePath) -> Option<Jitter> {
        let word = self.diagnostics.text(value, at, "`jitter`", "`none`, `equal` or `full`")?;
        let found = Jitter::ALL.into_iter().find(|jitter| jitter.word() == word);
        if found.is_none() {
            self.diagnostics.error(code::STEP, || {
                Problem::new(at.clone(), format!("there is no `jitter: {}`", short(word)))
                    .suggest(word, Jitter::ALL.map(Jitter::word))
            });
        }
        found
    }

    fn attempts(&mut self, value: &Value, at: &NodePath) -> Option<u32> {
        let attempts = value.as_u64().and_then(|number| u32::try_from(number).ok()).filter(|number| *number > 0);
        if attempts.is_none() {
            self.diagnostics.wrong_kind(value, at, "`attempts`", "a whole number from 1 on, the first try included");
        }
        attempts
    }

    fn factor(&mut self, value: &Value, at: &NodePath) -> Option<f64> {
        let factor = value.as_f64().filter(|factor| factor.is_finite() && *factor >= 1.0);
        if factor.is_none() {
            self.diagnostics.wrong_kind(value, at, "`factor`", "a number from 1 on");
        }
        factor
    }

    fn retried(&mut self, value: &'a Value, contract: &'static Contract, at: &NodePath) -> Vec<&'static str> {
        let one = std::slice::from_ref(value);
        let (list, is_list) = value.as_sequence().map_or((one, false), |list| (list, true));
        let mut errors = Vec::new();
        for (index, value) in list.iter().enumerate() {
            let at = if is_list { at.index(index) } else { at.clone() };
            let name = self.diagnostics.text(value, &at, "an error of `on`", "the name of a declared error");
            let of = format!("`{}`", contract.process);
            errors.extend(name.map(|name| self.errors_named(name, &[contract], &at, &of)).unwrap_or_default());
        }
        errors
    }

    pub(super) fn timeout(&mut self, value: &Value, contract: &'static Contract, at: &NodePath) -> Option<Duration> {
        if !contract.is_awaited() {
            self.diagnostics.error(code::TIMEOUT, || {
                Problem::new(at.clone(), format!("`{}` is a plain `fn`: nothing can stop it in time", contract.process))
                    .label("cannot be kept")
                    .help("let it say `blocking` in its `#[process(..)]`, or make it an `async fn`: either is rolled back when its time is up")
            });
        }
        let timeout = self.duration(value, at, "`timeout`")?;
        if timeout.is_zero() {
            self.diagnostics.error(code::DURATION, || Problem::new(at.clone(), "`timeout` leaves no time at all"));
            return None;
        }
        Some(timeout)
    }

    pub(super) fn duration(&mut self, value: &Value, at: &NodePath, what: &str) -> Option<Duration> {
        let text = match value {
            Value::Number(number) => {
                self.diagnostics.error(code::DURATION, || {
                    Problem::new(at.clone(), format!("{what} has no unit")).help(with_unit(&number.to_string()))
                });
                return None;
            }
            _ => self.diagnostics.text(value, at, what, "a time such as `30s`")?,
        };
        self.time(text, at, what)
    }

    pub(super) fn time(&mut self, text: &str, at: &NodePath, what: &str) -> Option<Duration> {
        let parsed = duration::parse(text);
        parsed
            .map_err(|why| {
                self.diagnostics.error(code::DURATION, || {
                    Problem::new(at.clone(), format!("{what} is no time: {why}")).help(meant(text))
                });
            })
            .ok()
    }
}

/// What to write in place of what is no time.
fn meant(text: &str) -> String {
    let text = text.trim();
    if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
        return with_unit(text);
    }
    match duration::of_iso(text) {
        Some(ours) => format!("write `{ours}`"),
        None => "as in `30s`, `500ms`, `2m`, `1h 30m`".to_owned(),
    }
}

/// Whether `on` is for a time that is over, which any `async` process can have.
fn names_the_timeout(on: &Value) -> bool {
    on.as_str() == Some(TIMEOUT)
        || on.as_mapping().is_some_and(|on| on.contains_key(TIMEOUT))
        || on.as_sequence().is_some_and(|on| on.iter().any(|name| name.as_str() == Some(TIMEOUT)))
}
