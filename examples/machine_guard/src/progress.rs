//! The progress bar.

use std::borrow::Cow;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::guard::Guard;
use crate::page::grouped;
use crate::reading::Readings;

/// The bar is told of every so many readings.
const EVERY: u64 = 64;

/// A bar on standard error; nothing where that is no terminal, and gone when it is dropped.
pub(crate) struct Progress(ProgressBar);

impl Progress {
    /// A bar for these readings.
    pub(crate) fn of(readings: &Readings, shown: bool) -> Self {
        let target = if shown { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
        let (total, template) = match readings.progress() {
            Some((_, total)) => (Some(total), "  {bar:40.cyan/dim} {percent:>3}%  {msg}"),
            None => (None, "  {spinner}  {msg}"),
        };
        // A template that is wrong leaves the usual bar.
        let style = ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar());
        Self(ProgressBar::with_draw_target(total, target).with_style(style.progress_chars("━╸─")))
    }

    /// Shows how far the guard is.
    pub(crate) fn show(&self, readings: &Readings, guard: &Guard) {
        if guard.readings().is_multiple_of(EVERY) && !self.0.is_hidden() {
            self.0.set_message(Cow::from(format!("reading {}, {}", grouped(guard.readings()), guard.state())));
            self.0.set_position(readings.progress().map_or(0, |(taken, _)| taken));
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}
