//! What the handles to the world outside must be.

/// The type that holds a process's effects: any that threads can share.
///
/// Nobody implements it by hand.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot hold the effects of a process: threads cannot share it",
    label = "effects are `Send + Sync + 'static`",
    note = "every run of an engine, on any thread, has the same handles: in `{Self}`, take `Arc` for `Rc`, `Mutex` for `RefCell`, an atomic for `Cell`, and `Box<dyn Trait + Send + Sync>` for `Box<dyn Trait>`"
)]
pub trait EffectHandles: Send + Sync + 'static {}

#[diagnostic::do_not_recommend]
impl<E: Send + Sync + 'static> EffectHandles for E {}
