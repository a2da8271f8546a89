//! Whether the records of a session elsewhere are what was recorded.

use std::time::{Duration, Instant};

use theus_core::audit::Tail;
use thiserror::Error;

use super::session::RemoteSession;
use crate::error::Unreached;
use crate::ledger::{AnchorWalk, Anchors, Cursor, Flaw, Page, named};

/// So long what may be on its way is waited for.
const PATIENCE: Duration = Duration::from_secs(10);
const AGAIN: Duration = Duration::from_millis(100);

/// A ledger says of a session what the session says of itself, and nothing is missing, changed or out of its place.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Verdict {
    /// How many records it has in its ledger.
    pub records: u64,
    /// The number of the first of them: above 1 of a session that was there before it had a ledger.
    pub first: u64,
    /// The last.
    pub tail: Tail,
    /// The object of the ledger, and the shard.
    pub shard: (String, String),
    /// The last of the shard's anchors. Kept elsewhere, it shows later whether the whole shard was written anew: see
    /// [`verify_since`](RemoteSession::verify_since).
    pub anchors: Tail,
}

/// Why there is no such verdict.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum VerifyError {
    /// Something is wrong: the first thing.
    #[error(transparent)]
    Flaw(#[from] Flaw),
    /// These sessions have no ledger.
    #[error("these sessions have no ledger")]
    NoLedger,
    /// There was no answer.
    #[error(transparent)]
    Unreached(#[from] Unreached),
}

impl VerifyError {
    /// What is wrong, where something is.
    #[must_use]
    pub const fn flaw(&self) -> Option<&Flaw> {
        match self {
            Self::Flaw(flaw) => Some(flaw),
            _ => None,
        }
    }
}

impl<D> RemoteSession<D> {
    /// Verifies its records, and all anchors of its shard: see [`ledger`](crate::ledger). It reads all of them, in pages; what may be on
    /// its way is waited for, for some seconds.
    ///
    /// # Errors
    /// [`VerifyError`].
    pub async fn verify(&self) -> Result<Verdict, VerifyError> {
        self.verify_from(Tail::START).await
    }

    /// The same, and what was the last anchor then is still in its place.
    ///
    /// # Errors
    /// [`VerifyError`].
    pub async fn verify_since(&self, earlier: &Verdict) -> Result<Verdict, VerifyError> {
        self.verify_from(earlier.anchors).await
    }

    async fn verify_from(&self, known: Tail) -> Result<Verdict, VerifyError> {
        let begun = Instant::now();
        loop {
            let error = match self.verify_now(known).await {
                Ok(verdict) => return Ok(verdict),
                Err(error) => error,
            };
            if !error.flaw().is_some_and(|flaw| flaw.may_pass) || begun.elapsed() > PATIENCE {
                return Err(error);
            }
            tokio::time::sleep(AGAIN).await;
        }
    }

    async fn verify_now(&self, known: Tail) -> Result<Verdict, VerifyError> {
        let (mut records, mut from, mut first) = (0_u64, None::<Cursor>, 1);
        let page = loop {
            let page: serde_json::Value = self.again("verify", Some(&from), None).await?;
            if page.get("refused").is_some() {
                return Err(VerifyError::NoLedger);
            }
            let unreadable = |error: serde_json::Error| Unreached::Answer(error.to_string());
            let page: Page = serde_json::from_value(page).map_err(unreadable)?;
            if let Some(flaw) = page.flaw {
                return Err(flaw.into());
            }
            records = records.saturating_add(page.records);
            if from.is_none() {
                first = page.first;
            }
            match page.next {
                // It goes on at each page.
                Some(next) if from.is_none_or(|from| from.at.sequence < next.at.sequence) => from = Some(next),
                _ => break page,
            }
        };
        let mut anchors = AnchorWalk::new(named(self.object(), self.name()), known);
        loop {
            let at = (page.ledger.as_str(), page.shard.as_str(), "anchors");
            let told: Anchors = self.again_at(at, Some(&anchors.next_ask()), None).await?;
            for line in &told.lines {
                anchors.follow(line)?;
            }
            if told.lines.is_empty() || anchors.tail() == told.end {
                let (tail, shard) = (page.until, (page.ledger, page.shard));
                return Ok(Verdict { records, first, tail, shard, anchors: anchors.ends(told.end, tail)? });
            }
        }
    }
}
