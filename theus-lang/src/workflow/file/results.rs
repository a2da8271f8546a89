//! Names for what processes return (`as`), and for the elements of loops.

use super::code;
use super::reading::Reading;
use crate::context::Shape;
use crate::process::Gives;
use crate::source::{NodePath, Problem, Value};
use crate::workflow::chart::{ArgumentSource, Invoke, Run, State};

/// What means something in every expression.
const TAKEN: [&str; 8] = ["domain", "global", "event", "now", "true", "false", "null", "in"];

impl<'a> Reading<'a> {
    /// A name of the file's own, for expressions.
    pub(super) fn own_name(&mut self, value: &'a Value, at: &NodePath, such_as: &str) -> Option<&'a str> {
        let name = self.diagnostics.text(value, at, "`as`", "a name")?;
        let fits = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
            && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
        let is_taken = TAKEN.contains(&name);
        if !fits || is_taken {
            self.diagnostics.error(code::NOT_A_NAME, || {
                let why = if is_taken { "means something else in expressions" } else { "is no name" };
                Problem::new(at.clone(), format!("`{name}` {why}")).help(such_as)
            });
        }
        (fits && !is_taken).then_some(name)
    }

    /// `as` of a step: what the expressions after it call what its process returns.
    pub(super) fn names_result(&mut self, value: &'a Value, at: &NodePath, run: &mut Run, gives: &Gives) {
        let process = run.contract.process;
        let name = self.own_name(value, at, "call what the step gives `result`");
        let shape = match gives {
            Gives::Value(shape) => shape.clone(),
            Gives::Nothing | Gives::Hidden => {
                let hidden = *gives == Gives::Hidden;
                self.diagnostics.error(code::NO_RESULT, || {
                    let problem = Problem::new(at.clone(), format!("`{process}` gives nothing that could be named"));
                    match hidden {
                        true => problem
                            .label("what it returns has no JSON")
                            .help("derive `serde::Serialize` for the type that it returns"),
                        false => problem
                            .label("it returns nothing")
                            .help("read what it has written: `domain.x`, or return it"),
                    }
                });
                // What names it is told no more.
                Shape::Opaque
            }
        };
        let Some(name) = name else { return };
        if self.items.iter().any(|(known, _)| *known == name) {
            self.diagnostics.error(code::TWICE, || {
                Problem::new(at.clone(), format!("`{name}` is the name of something else here"))
                    .help("a step before it, or a loop around it, has that name: call this one otherwise")
            });
            return;
        }
        run.gives = Some(name.into());
        self.items.push((name, shape));
    }

    /// What one of several side by side gives has its name after all of them: none of them sees that of another.
    pub(super) fn names_of_branch(&mut self, names: usize, given: &mut Vec<(&'a str, Shape)>, at: &NodePath) {
        let own: Vec<_> = self.items.drain(names..).collect();
        for (name, shape) in own {
            if given.iter().any(|(known, _)| *known == name) {
                self.diagnostics.error(code::TWICE, || {
                    Problem::new(at.key("as"), format!("what another of them gives is called `{name}` too"))
                        .help("call this one otherwise")
                });
            } else {
                given.push((name, shape));
            }
        }
    }

    /// What one process that is invoked returns is what the end of that brings along.
    pub(super) fn gives_itself(&mut self, run: &mut Run) -> Option<(ArgumentSource, Shape)> {
        let Gives::Value(shape) = &self.processes.get(run.contract.process)?.gives else { return None };
        let shape = shape.clone();
        let before = self.items.len();
        // What type it is, is asked by who looks at it.
        self.items.push((Invoke::RETURNED, Shape::Opaque));
        let expression = crate::condition::Expression::compile(Invoke::RETURNED, &self.scope());
        self.items.truncate(before);
        run.gives = Some(Invoke::RETURNED.into());
        Some((ArgumentSource::Expression(expression.ok()?), shape))
    }

    /// What nobody can look at is not asked for: it may be large, and would be stored.
    pub(super) fn forget_unseen_returns(&self, states: &mut [State]) {
        if self.looks_back {
            return;
        }
        for invoke in states.iter_mut().flat_map(|state| &mut state.invokes) {
            invoke.forgets_unseen();
        }
    }

    /// The shape of what a `result` gives.
    pub(super) fn shape_of(source: &ArgumentSource) -> Shape {
        match source {
            ArgumentSource::Expression(expression) => expression.shape(),
            ArgumentSource::Literal(_) => Shape::Opaque,
        }
    }
}
