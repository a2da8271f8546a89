//! What has come of a run.

use std::any::Any;
use std::error::Error;

use http::StatusCode;
use theus_core::RunError;
use theus_core::audit::Level;
use theus_core::engine::ProcessError;
use theus_core::workflow::sessions::SessionRunError;

use super::violations::told;
use super::{Kind, Problem};

/// The status of an error that a process declares: 422 where its type does not say another one.
///
/// ```
/// use http::StatusCode;
/// use theus_axum::{HttpStatus, Problem};
/// use theus_core::RunError;
///
/// #[derive(Debug, thiserror::Error)]
/// #[error("{0} is more than there is")]
/// struct Declined(i64);
///
/// impl HttpStatus for Declined {
///     fn status(&self) -> StatusCode { StatusCode::PAYMENT_REQUIRED }
/// }
///
/// let problem = Problem::of(RunError::Process(Declined(5)));
/// assert_eq!(problem.status_code(), StatusCode::PAYMENT_REQUIRED);
/// ```
///
/// For the [routes](crate::routes) it is said by the error's name: [`Options::status`](crate::Options::status).
pub trait HttpStatus {
    /// The status.
    fn status(&self) -> StatusCode {
        StatusCode::UNPROCESSABLE_ENTITY
    }
}

impl HttpStatus for std::convert::Infallible {}

impl Problem {
    /// What has come of a run whose declared error says its status: `.map_err(Problem::of)?`.
    #[must_use]
    pub fn of<E: Error + HttpStatus + 'static>(error: RunError<E>) -> Self {
        match &error {
            RunError::Process(declared) => {
                let status = declared.status();
                Self::from(error).status(status)
            }
            _ => error.into(),
        }
    }
}

/// What has come of a run in a session of a pool.
impl<E: Error + 'static> From<SessionRunError<E>> for Problem {
    fn from(error: SessionRunError<E>) -> Self {
        match error {
            SessionRunError::Session(error) => error.into(),
            SessionRunError::Arguments(error) => error.into(),
            SessionRunError::Run(error) => error.into(),
            error => Self::new(Kind::Internal).caused_by(&error),
        }
    }
}

/// A declared error is 422, and its text is the problem's `detail`: a declared error is written for who called.
impl<E: Error + 'static> From<RunError<E>> for Problem {
    fn from(error: RunError<E>) -> Self {
        match &error {
            RunError::Process(declared) => of_declared(declared),
            RunError::Blocked(refused) => told(Self::new(Kind::Refused), refused.violations()),
            RunError::Interlocked(refused) if refused.level() == Level::S => {
                told(Self::new(Kind::Interlocked).caused_by(refused), refused.violations())
            }
            RunError::Interlocked(refused) => told(Self::new(Kind::Aborted), refused.violations()),
            RunError::Unrecorded(missing) => Self::new(Kind::Unrecorded).caused_by(missing),
            RunError::Halted(halted) => Self::new(Kind::Interlocked).caused_by(halted),
            RunError::TimedOut(late) => Self::new(Kind::TimedOut).detail(format!(
                "`{}` was not done within {:?}, and changed nothing",
                late.process(),
                late.limit()
            )),
            RunError::Conflict { process, .. } => Self::new(Kind::Conflict)
                .detail(format!("what `{process}` reads was changed meanwhile, and it changed nothing")),
            RunError::BusFull { process, .. } => {
                Self::new(Kind::Busy).detail(format!("the signals of `{process}` have no room, and it changed nothing"))
            }
            RunError::Over { process } => Self::new(Kind::SessionOver)
                .detail(format!("`{process}` is not run: the workflow of the session is over")),
            RunError::Unregistered { process } => {
                Self::new(Kind::UnknownProcess).detail(format!("there is no process `{process}` here"))
            }
            RunError::Store(store) => store.clone().into(),
            // What a panic says, and who waits for whom, is for who mends it.
            _ => Self::new(Kind::Internal).caused_by(&Undeclared(&error)),
        }
    }
}

fn of_declared<E: Error + 'static>(declared: &E) -> Problem {
    let any: &dyn Any = declared;
    let (name, holds) = match any.downcast_ref::<ProcessError>() {
        Some(declared) => (declared.name(), declared.as_json()),
        None => (name_of(std::any::type_name::<E>()), None),
    };
    let problem = Problem::new(Kind::Declared).detail(declared.to_string()).member("error", name);
    match holds {
        None => problem,
        Some(holds) => problem.member("values", holds),
    }
}

/// `desk::pay::Declined<i64>`: `Declined`.
fn name_of(type_name: &str) -> &str {
    let plain = type_name.split('<').next().unwrap_or(type_name);
    plain.rsplit("::").next().unwrap_or(plain)
}

/// An error of a run that is not the process's own.
#[derive(Debug)]
struct Undeclared<'a, E>(&'a RunError<E>);

impl<E: Error> std::fmt::Display for Undeclared<'_, E> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

impl<E: Error> Error for Undeclared<'_, E> {}
