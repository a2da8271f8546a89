//! Whether a state is active: `in('STATE')`.

use super::{Checked, Checker, Expr, Typed};
use crate::condition::node::{Constant, Node};
use crate::condition::syntax::ExprKind;
use crate::condition::types::Type;

impl Checker<'_> {
    pub(super) fn active(&mut self, expr: &Expr, name: &Expr) -> Checked {
        let Some(states) = self.states else {
            let problem = self.at(expr, "there is no workflow here whose states could be asked for");
            return Err(problem.help("`in('STATE')` belongs into a guard or a step of a workflow"));
        };
        let written = self.check(name);
        let Ok(Some(Constant::Text(written))) = written.as_ref().map(Typed::constant) else {
            let problem = self.at(name, "`in` takes the name of a state that is written out");
            return Err(match &name.kind {
                ExprKind::Name(name) => problem.help(format!("write `in('{name}')`")),
                _ => problem,
            });
        };
        let state =
            states.number(written).map_err(|unknown| self.at(name, unknown.message).maybe_help(unknown.help))?;
        if !self.asks.contains(&state) {
            self.asks.push(state);
        }
        Ok(Typed::new(Node::Active(state), Type::Bool))
    }
}
