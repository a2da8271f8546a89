//! The proofs: each refusal or doubt with its exact words, and beside it the nearest thing that is sound.
