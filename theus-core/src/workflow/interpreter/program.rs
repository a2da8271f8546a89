//! What a program sends to its workflow and waits for, held against the file where the two are put together.

use super::error::WorkflowError;
use super::manager::WorkflowManager;
use crate::context::Context;
use crate::panics::tell;
use crate::workflow::{Definition, Program};

/// What is wrong is refused, what is doubtful told.
pub(in crate::workflow) fn check_program(definition: &Definition, program: &Program) -> Result<(), WorkflowError> {
    for doubt in definition.check_program(program)? {
        tell(|| tracing::warn!(target: "theus::workflow", workflow = definition.name(), "{doubt}"));
    }
    Ok(())
}

impl<D: Context, G: Context, E: Send + Sync + 'static> WorkflowManager<D, G, E> {
    /// Holds the workflow against what the program sends and waits for: a file is changed by people who do not see the program.
    ///
    /// ```
    /// use theus_core::prelude::*;
    /// use theus_core::workflow::{Program, WorkflowManager};
    ///
    /// # #[derive(Clone, Default, Context)]
    /// # struct Desk {}
    /// let engine = Engine::builder(Desk::default()).build()?;
    /// let flow = "{ external: [CMD_ASK], states: { IDLE: { events: { CMD_ASK: PAYED } }, PAYED: { final: true } } }";
    /// let program = Program::new().sends(["CMD_ASK"])?.waits_for(["PAID"]);
    /// let refused = WorkflowManager::from_text(&engine, "desk.yaml", flow)?.program(&program).err();
    /// assert!(refused.is_some_and(|it| it.to_string().contains("waits for the state `PAID`, which is not there")));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// [`WorkflowError::Source`] as [`Definition::check_program`] says. What is doubtful is told in the log, as what is doubtful in
    /// the file is.
    pub fn program(self, program: &Program) -> Result<Self, WorkflowError> {
        check_program(self.definition(), program)?;
        Ok(self)
    }
}
