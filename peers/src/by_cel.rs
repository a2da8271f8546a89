//! The rules as expressions of CEL, one program for each or one for all.

use std::collections::BTreeSet;
use std::sync::Arc;

use cel::common::types::CelInt;
use cel::common::value::CowVal;
use cel::context::VariableResolver;
use cel::{Context, Env, Program, Value};

use crate::Error;
use crate::plant::{Plant, Rule, Side, fields};

/// Compiled programs, each with its name, and the environment that they share.
pub struct Judge {
    env: Arc<Env>,
    programs: Vec<(String, Program)>,
    /// What the rules look at: a context has no other variables.
    fields: Vec<&'static str>,
}

/// The state as it is: a value is made when a program asks for it.
pub struct Lazy<'p>(pub &'p Plant);

impl VariableResolver for Lazy<'_> {
    fn resolve<'b>(&'b self, variable: &str) -> Option<CowVal<'b, 'b>> {
        self.0.value(variable).map(|value| CowVal::owned(CelInt::from(value)))
    }
}

fn holds(rule: &Rule) -> String {
    let relation = match rule.side {
        Side::Min => ">=",
        Side::Max => "<=",
    };
    format!("{} {relation} {}", rule.field, rule.bound)
}

impl Judge {
    /// A program for each rule: the form that tells which rule was violated.
    ///
    /// # Errors
    /// Where an expression does not parse.
    pub fn of_each(rules: &[Rule]) -> Result<Self, Error> {
        let env = Arc::new(Env::stdlib());
        let compiled = rules.iter().map(|rule| Ok((rule.to_string(), env.compile(&holds(rule))?)));
        let programs = compiled.collect::<Result<_, Error>>()?;
        Ok(Self { env, programs, fields: fields(rules) })
    }

    /// One program of all rules: the form with the least work, which tells only that some rule was violated.
    ///
    /// # Errors
    /// Where the expression does not parse.
    pub fn of_all(rules: &[Rule]) -> Result<Self, Error> {
        let env = Arc::new(Env::stdlib());
        let all = rules.iter().map(holds).collect::<Vec<_>>().join(" && ");
        let programs = vec![("all".to_owned(), env.compile(&all)?)];
        Ok(Self { env, programs, fields: fields(rules) })
    }

    /// The state as variables.
    #[must_use]
    pub fn variables(&self, plant: &Plant) -> Context<'static, 'static> {
        let mut context = Context::with_env(Arc::clone(&self.env));
        for field in &self.fields {
            context.add_variable_as_val(*field, Box::new(CelInt::from(plant.value(field).unwrap_or_default())));
        }
        context
    }

    /// The state as it is.
    #[must_use]
    pub fn lazy<'v>(&self, state: &'v Lazy<'v>) -> Context<'v, 'v> {
        let mut context = Context::with_env(Arc::clone(&self.env));
        context.set_variable_resolver(state);
        context
    }

    /// Whether every program says `true`. All are asked, as the other judges ask all rules.
    #[must_use]
    pub fn passes(&self, context: &Context<'_, '_>) -> bool {
        self.programs.iter().fold(true, |passed, (_, program)| passed & is_true(program, context))
    }

    /// The names of the programs that say anything but `true`, an error included.
    #[must_use]
    pub fn violated(&self, context: &Context<'_, '_>) -> BTreeSet<String> {
        let broken = self.programs.iter().filter(|(_, program)| !is_true(program, context));
        broken.map(|(name, _)| name.clone()).collect()
    }
}

fn is_true(program: &Program, context: &Context<'_, '_>) -> bool {
    matches!(program.execute(context), Ok(Value::Bool(true)))
}

/// Ten thousand expressions.
#[must_use]
pub fn ten_thousand(rules: &[Rule]) -> Vec<String> {
    (0..100).flat_map(|_| rules.iter().map(holds)).collect()
}

/// Compiles them. The crate has no check of types: an unknown variable shows when it is executed.
///
/// # Errors
/// Where one does not parse.
pub fn compile(expressions: &[String]) -> Result<Vec<Program>, Error> {
    let env = Env::stdlib();
    expressions.iter().map(|expression| Ok(env.compile(expression)?)).collect()
}
