//! Types that are no argument, known by how they are written. What only types can tell is left to rustc.

use syn::Type;
use syn::visit::{self, Visit};

/// The first type inside `ty`, itself included, that no argument can have, and what an argument cannot do.
pub(crate) fn inside(ty: &Type) -> Option<(Type, &'static str)> {
    let mut find = Find(None);
    find.visit_type(ty);
    find.0
}

struct Find(Option<(Type, &'static str)>);

impl<'a> Visit<'a> for Find {
    fn visit_type(&mut self, ty: &'a Type) {
        if self.0.is_some() {
            return;
        }
        match why(ty) {
            Some(why) => self.0 = Some((ty.clone(), why)),
            None => visit::visit_type(self, ty),
        }
    }
}

fn why(ty: &Type) -> Option<&'static str> {
    match ty {
        Type::Reference(_) => Some(
            "be a reference: a command is kept, journalled and run again after the call is over; take an owned value (`String` for `&str`, `Vec<T>` for `&[T]`)",
        ),
        Type::ImplTrait(_) => Some(
            "be of a type without a name: it is a field of the command; use a type parameter, as in `<T: ..>(.., value: T)`",
        ),
        Type::TraitObject(_) => Some(
            "be a trait object: a command is written down and read back; take data, such as an enum of the cases, or make it an effect",
        ),
        Type::Ptr(_) => Some("be a pointer: a command is written down and read back; take the value itself"),
        Type::Path(path) if path.path.segments.last().is_some_and(|segment| segment.ident == "Rc") => {
            Some("be an `Rc`: a command is sent between threads; take the value itself")
        }
        _ => None,
    }
}
