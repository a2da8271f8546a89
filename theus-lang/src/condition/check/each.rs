//! The macros that go through a list: `all`, `exists`, `exists_one`, `filter`, `map`.

use super::{Checked, Checker, Expr, ExprKind, ExpressionProblem, Typed, Variable};
use crate::condition::element_test::ElementTest;
use crate::condition::node::{Constant, Each, Node};
use crate::condition::types::Type;

impl Checker<'_> {
    pub(super) fn each(&mut self, what: Each, list: &Expr, variable: &Expr, test: &Expr) -> Checked {
        let (list, element) = self.elements(list)?;
        let test = self.with_variable(variable, (&element, list.unit), list.json, |it| it.condition(test))?;
        let typed = ElementTest::of(&test.node, self.variables.len()).map(Box::new);
        Ok(Typed::new(Node::Each(what, Box::new([list.node, test.node]), typed), Type::Bool))
    }

    /// `filter` without something to make, `map` with it.
    pub(super) fn map(&mut self, list: &Expr, variable: &Expr, test: Option<&Expr>, make: Option<&Expr>) -> Checked {
        let (list, element) = self.elements(list)?;
        let (json, element) = (list.json, (element, list.unit));
        let slot = self.variables.len();
        let test = match test {
            Some(test) => self.with_variable(variable, (&element.0, element.1), json, |it| it.condition(test))?.node,
            None => Node::Constant(Constant::Bool(true)),
        };
        let made = match make {
            Some(make) => self.with_variable(variable, (&element.0, element.1), json, |it| it.usable(make))?,
            None => Typed { node: Node::Variable(slot), kind: element.0, json, unit: element.1 },
        };
        let kind = Type::List(Box::new(made.kind));
        Ok(Typed { node: Node::Map(Box::new([list.node, test, made.node])), kind, json: made.json, unit: made.unit })
    }

    fn elements(&mut self, list: &Expr) -> Result<(Typed, Type), ExpressionProblem> {
        let typed = self.present(list)?;
        match (typed.kind.element(), &typed.kind) {
            (Some(Type::Opaque), _) | (None, Type::Collection(_)) => {
                let message =
                    format!("the elements of `{}` are of a type that expressions cannot look into", self.text(list));
                Err(self.at(list, message).help("put `#[derive(theus_core::Inspect)]` on it"))
            }
            (Some(element), kind) if kind.is_map() && !typed.json => {
                Ok((Typed { node: Node::Keys(Box::new(typed.node)), unit: None, ..typed }, element))
            }
            (Some(element), _) => Ok((typed, element)),
            (None, other) => {
                let message = format!("`{}` is {other}, and a list, a set or a map is needed here", self.text(list));
                Err(self.at(list, message))
            }
        }
    }

    fn with_variable(
        &mut self,
        variable: &Expr,
        (kind, unit): (&Type, Option<&'static str>),
        json: bool,
        then: impl FnOnce(&mut Self) -> Checked,
    ) -> Checked {
        let ExprKind::Name(name) = &variable.kind else {
            return Err(self.at(variable, "the name of the element is a plain name"));
        };
        if self.is_taken(name) {
            return Err(self
                .at(variable, format!("`{name}` already means something here"))
                .help("call the element otherwise"));
        }
        self.variables.push(Variable { name: name.clone(), kind: kind.clone(), json, unit });
        let checked = then(self);
        self.variables.pop();
        checked
    }
}
