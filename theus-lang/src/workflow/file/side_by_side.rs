//! Reading a loop that goes through several elements at once: `parallel` of a `for_each`.

use super::code;
use super::reading::Reading;
use super::steps::{Body, get};
use crate::context::{CollectionKind, CollectionShape, Lazy, Shape};
use crate::source::{NodePath, Problem, Value};
use crate::workflow::chart::{SideBySide, Step};

impl<'a> Reading<'a> {
    /// `parallel` and `on_failure` of a loop: nothing where its elements come one after the other.
    pub(super) fn side_by_side(&mut self, body: &Body<'a>, at: &NodePath) -> Option<SideBySide> {
        let on_failure = get(body, "on_failure");
        let Some(value) = get(body, "parallel") else {
            if on_failure.is_some() {
                self.diagnostics.error(code::STEP, || {
                    Problem::new(
                        at.at_key("on_failure"),
                        "`on_failure` says nothing of elements that come one after the other",
                    )
                    .help("the chain ends with the first failure; several at once are `parallel: 8`")
                });
            }
            return None;
        };
        let cancels = on_failure.is_none_or(|value| self.on_failure(value, &at.key("on_failure")));
        let most = self.most(value, &at.key("parallel"));
        // What is wrong in it is told of a loop all the same.
        Some(SideBySide { most: most.unwrap_or(1), cancels })
    }

    fn most(&mut self, value: &Value, at: &NodePath) -> Option<usize> {
        let most = value.as_u64().and_then(|most| usize::try_from(most).ok()).filter(|most| *most > 0);
        match most {
            None => {
                let expected = "how many are under way at once, a whole number from 1 on";
                self.diagnostics.wrong_kind(value, at, "`parallel` of a `for_each`", expected);
                None
            }
            Some(most) if most > SideBySide::MOST => {
                self.diagnostics.error(code::TOO_MUCH, || {
                    Problem::new(at.clone(), format!("at most {} are under way at once", SideBySide::MOST))
                        .label(format!("these are {most}"))
                        .help("the list may be longer: the next begins when one has ended")
                });
                None
            }
            most => most,
        }
    }

    /// Whether a failure cancels the rest; where it is not said, it does.
    fn on_failure(&mut self, value: &Value, at: &NodePath) -> bool {
        let expected = "`cancel` or `go_on`";
        let Some(word) = self.diagnostics.text(value, at, "`on_failure`", expected) else { return true };
        if !SideBySide::ON_FAILURE.contains(&word) {
            self.diagnostics.error(code::STEP, || {
                Problem::new(at.clone(), format!("there is no `on_failure: {}`", super::length::short(word)))
                    .suggest(word, SideBySide::ON_FAILURE)
            });
        }
        word != "go_on"
    }

    /// What is run for several elements at once is one process.
    pub(super) fn one_run(&mut self, steps: &[Step], at: &NodePath) {
        if matches!(steps, [Step::Run(_)]) {
            return;
        }
        self.diagnostics.error(code::STEP, || {
            Problem::new(at.at_key("do"), "a loop with `parallel` runs one process for each element")
                .label(if steps.len() > 1 { "these are more steps" } else { "this is another kind of step" })
                .help("make one process of them, or leave `parallel` out: then any chain goes through the elements one after the other")
        });
    }

    /// What all of them give has the name after the loop: a list, in the order of the elements.
    pub(super) fn gives_list(&mut self, given: Vec<(&'a str, Shape)>) {
        for (name, shape) in given {
            // Of what nobody knows, nobody knows the list.
            if matches!(shape, Shape::Opaque) {
                self.items.push((name, shape));
                continue;
            }
            let element = Lazy::described("what each of them gives", move || shape.clone());
            let list = CollectionShape::described(CollectionKind::List, element, None);
            self.items.push((name, Shape::Collection(list)));
        }
    }
}
