//! The guard of a process: structs whose members are the declared paths and nothing else.
//!
//! They are generic over their members, so that rustc finds the types of the fields, which a macro cannot see.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{format_ident, quote, quote_spanned};
use syn::spanned::Spanned;

use super::command;
use super::model::Model;
use super::path::{Asked, ContextPath};
use super::read_only;
use crate::names::{pascal, plain, type_name};
use crate::tokens::{doc, spelled};

/// The guard's structs, and the expression that makes it.
pub(crate) struct Guard {
    pub(crate) structs: TokenStream,
    pub(crate) value: TokenStream,
    /// Which parts of the scope the expression uses.
    pub(crate) parts: Vec<Ident>,
}

/// A struct of the guard.
struct Node {
    name: Ident,
    docs: String,
    members: Vec<Member>,
}

struct Member {
    ident: Ident,
    value: Value,
}

enum Value {
    /// The expression for one view.
    Leaf(TokenStream),
    Nested(Node),
}

/// An identifier of the generated code, which no name of the user's can meet.
pub(crate) fn hidden(name: &str) -> Ident {
    Ident::new(name, Span::mixed_site())
}

/// The same, located at `span`.
pub(crate) fn hidden_at(name: &str, span: Span) -> Ident {
    Ident::new(name, Span::mixed_site().located_at(span))
}

pub(crate) fn guard(model: &Model) -> Guard {
    let base = format_ident!("{}Guard", model.command);
    let mut parts = Vec::new();
    let mut root = Node {
        docs: format!("What the body of `{}` sees: the declared paths, and nothing else.", model.name()),
        name: base.clone(),
        members: Vec::new(),
    };
    for layer in ["domain", "global"] {
        if let Some(node) = layer_node(model, layer, &base) {
            parts.push(hidden(layer));
            root.members.push(Member { ident: Ident::new(layer, Span::call_site()), value: Value::Nested(node) });
        }
    }
    if !model.options.effects.is_empty() {
        parts.push(hidden("effects"));
        // Located at the context's type, which says what the effects are: a type that does not fit is one error there.
        let here = Span::mixed_site().located_at(syn::spanned::Spanned::span(&model.context_type));
        let effects = hidden_at("effects", here);
        let place = quote_spanned!(here=> (*#effects));
        let order = hidden("order");
        let members = model.options.effects.iter().map(|effect| {
            let name = plain(effect);
            let view = quote!((&&__theus::EffectOf(&#place.#effect, #order, #name)).view());
            Member { ident: effect.clone(), value: Value::Leaf(view) }
        });
        let mut node = Node {
            name: format_ident!("{base}Effects"),
            docs: "The declared handles to the world outside.".to_owned(),
            members: members.collect(),
        };
        if model.asks_for_keys() {
            let keys = Value::Leaf(quote!(__theus::effect_keys(#order)));
            node.members.push(Member { ident: hidden("keys"), value: keys });
        }
        root.members.push(Member { ident: Ident::new("effects", Span::call_site()), value: Value::Nested(node) });
    }
    if model.options.local.is_some() {
        let local = hidden("local");
        parts.push(local.clone());
        root.members.push(Member { ident: Ident::new("local", Span::call_site()), value: Value::Leaf(quote!(#local)) });
    }
    if !model.options.messages.is_empty() {
        let order = hidden("order");
        let value = Value::Leaf(quote!(__theus::outgoing::<Self>(#order)));
        root.members.push(Member { ident: hidden("messages"), value });
    }
    let options = &model.options;
    if !options.outputs.is_empty() || !options.messages.is_empty() || !options.effects.is_empty() {
        parts.push(hidden("order"));
    }
    root.tell_apart(&mut Vec::new());
    let mut structs = read_only::items(model);
    root.structs(&mut structs);
    structs.extend(messages(model, &root));
    structs.extend(keys(model, &root));
    Guard { structs, value: root.value(), parts }
}

/// `ctx.effects.key()`, where the body asks for it.
fn keys(model: &Model, root: &Node) -> TokenStream {
    let effects = root.members.iter().find_map(|member| match &member.value {
        Value::Nested(node) if member.ident == "effects" => Some(node),
        _ => None,
    });
    let Some(node) = effects.filter(|_| model.asks_for_keys()) else { return TokenStream::new() };
    let name = &node.name;
    let members = parameters(&node.members[..node.members.len() - 1]);
    let key = model.asks_for("key").then(|| {
        quote! {
            /// What tells this call of an effect from all others, for its receiver.
            fn key(&self) -> __theus::EffectKey {
                self.keys.next()
            }
        }
    });
    let epoch = model.asks_for("epoch").then(|| {
        quote! {
            /// How often the interlock had been latched or reset when this run was let through, for whatever acts outside.
            fn epoch(&self) -> u64 {
                self.keys.epoch()
            }
        }
    });
    quote! {
        impl<#(#members),*> #name<#(#members,)* __theus::EffectKeys<'_>> {
            #key
            #epoch
        }
    }
}

/// `ctx.send(..)`, and what may be sent by it.
fn messages(model: &Model, root: &Node) -> TokenStream {
    let types = &model.options.messages;
    if types.is_empty() {
        return TokenStream::new();
    }
    let (guard, command) = (&root.name, &model.command);
    let generics = command::generics(model);
    let (impl_generics, type_generics, where_clause) = generics.split_for_impl();
    let sends = types.iter().map(|ty| {
        let topic = spelled(ty);
        quote_spanned! {ty.span()=>
            impl #impl_generics __theus::Sends<#ty> for #command #type_generics #where_clause {
                const TOPIC: &'static str = #topic;
            }
        }
    });
    // With one type alone rustc would take whatever is sent for that. A type that is a parameter may be any, this one too.
    let nothing = generics.type_params().next().is_none().then(|| {
        quote! {
            impl #impl_generics __theus::Sends<__theus::Nothing> for #command #type_generics #where_clause {
                const TOPIC: &'static str = "";
            }
        }
    });
    // The others are of the layers, and nothing is known of them here.
    let members = parameters(&root.members[..root.members.len() - 1]);
    let mut of_guard = generics.clone();
    of_guard.params.insert(0, syn::parse_quote!('theus));
    of_guard.params.extend(members.iter().map(|member| -> syn::GenericParam { syn::parse_quote!(#member) }));
    let (of_guard, _, _) = of_guard.split_for_impl();
    quote! {
        #(#sends)*
        #nothing
        impl #of_guard #guard<#(#members,)* __theus::Outgoing<'theus, #command #type_generics>> #where_clause {
            /// Sends a message, once this run has committed; a run that does not sends none.
            fn send<__Message: __theus::serde::Serialize>(&self, message: __Message)
            where
                #command #type_generics: __theus::Sends<__Message>,
            {
                self.messages.send(&message);
            }
        }
    }
}

fn layer_node(model: &Model, layer: &str, base: &Ident) -> Option<Node> {
    let mut node = Node {
        name: format_ident!("{base}{}", pascal(layer)),
        docs: format!("The declared paths of `{layer}`."),
        members: Vec::new(),
    };
    let options = &model.options;
    for input in options.inputs.iter().filter(|path| plain(&path.layer) == layer) {
        let updated = options.outputs.iter().any(|output| output.text() == input.text());
        node.insert(&input.names, view(model, input, if updated { Kind::Update } else { Kind::Input }));
    }
    for output in options.outputs.iter().filter(|path| plain(&path.layer) == layer) {
        if !options.inputs.iter().any(|input| input.text() == output.text()) {
            node.insert(&output.names, view(model, output, Kind::Output));
        }
    }
    (!node.members.is_empty()).then_some(node)
}

#[derive(Clone, Copy)]
enum Kind {
    Input,
    Update,
    Output,
}

/// The expression that makes the view of one path.
fn view(model: &Model, path: &ContextPath, kind: Kind) -> TokenStream {
    let base = hidden(&plain(&path.layer));
    let order = hidden("order");
    let place = path.place(&base);
    let accessor = match (kind, path.asked) {
        (Kind::Output, _) => "output",
        (Kind::Input, Asked::Bare) => "input",
        (Kind::Input, Asked::Signal) => "signal_input",
        (Kind::Input, Asked::Meta) => "meta_input",
        (Kind::Update, Asked::Bare) => "update",
        (Kind::Update, Asked::Signal) => "signal_update",
        (Kind::Update, Asked::Meta) => "meta_update",
    };
    let accessor = Ident::new(accessor, Span::call_site());
    let accessor = quote!(__theus::#accessor);
    match kind {
        Kind::Input => {
            let (name, field) = (read_only::name(model, path), of_nested(model, path, path.reference(&place, false)));
            path.call(&quote!(#accessor::<_, &'static dyn #name, _>), &quote!(#field, 0))
        }
        Kind::Update | Kind::Output => {
            let field = of_nested(model, path, path.reference(&place, true));
            path.call(&accessor, &quote!(#field, #order))
        }
    }
}

/// Asks that a path of several names goes through nested contexts.
///
/// All paths through one of them ask at one token, the first that names it: a forgotten mark is then one error.
pub(super) fn of_nested(model: &Model, path: &ContextPath, field: TokenStream) -> TokenStream {
    let Some((_, parents)) = path.names.split_last().filter(|(_, parents)| !parents.is_empty()) else { return field };
    let through = |other: &&ContextPath| {
        plain(&other.layer) == plain(&path.layer)
            && other.names.len() > parents.len()
            && parents.iter().zip(&other.names).all(|(one, other)| plain(one) == plain(other))
    };
    let first = model.options.inputs.iter().chain(&model.options.outputs).find(through).unwrap_or(path);
    let here = Span::mixed_site().located_at(first.names[parents.len() - 1].span());
    quote_spanned!(here=> __theus::Part(#field).of_nested())
}

/// A type parameter for each member, named after it where that is a name and not another's.
fn parameters(members: &[Member]) -> Vec<Ident> {
    let mut names: Vec<Ident> = Vec::new();
    for (at, member) in members.iter().enumerate() {
        let name = type_name(&plain(&member.ident)).filter(|name| !names.contains(name));
        names.push(name.unwrap_or_else(|| format_ident!("Member{at}")));
    }
    names
}

impl Node {
    fn insert(&mut self, names: &[Ident], value: TokenStream) {
        let Some((name, rest)) = names.split_first() else { return };
        if rest.is_empty() {
            self.members.push(Member { ident: name.clone(), value: Value::Leaf(value) });
            return;
        }
        let found = self.members.iter_mut().find(|member| plain(&member.ident) == plain(name));
        if let Some(Member { value: Value::Nested(node), .. }) = found {
            return node.insert(rest, value);
        }
        let mut node = Node {
            name: format_ident!("{}{}", self.name, pascal(&plain(name))),
            docs: format!("The declared paths inside `{}`.", plain(name)),
            members: Vec::new(),
        };
        node.insert(rest, value);
        self.members.push(Member { ident: name.clone(), value: Value::Nested(node) });
    }

    /// Gives each struct a name of its own: `a_b` and, inside `a`, `b` are spelled alike.
    fn tell_apart(&mut self, taken: &mut Vec<Ident>) {
        while taken.contains(&self.name) {
            self.name = format_ident!("{}_", self.name);
        }
        taken.push(self.name.clone());
        for member in &mut self.members {
            if let Value::Nested(node) = &mut member.value {
                node.tell_apart(taken);
            }
        }
    }

    fn structs(&self, all: &mut TokenStream) {
        let Self { name, docs, members } = self;
        let idents = members.iter().map(|member| &member.ident);
        let parameters = parameters(members);
        let generics = (!members.is_empty()).then(|| quote!(<#(#parameters),*>));
        let docs = doc(docs);
        all.extend(quote! {
            #docs
            #[allow(clippy::struct_field_names)]
            struct #name #generics {
                #(#idents: #parameters,)*
            }
        });
        for member in members {
            if let Value::Nested(node) = &member.value {
                node.structs(all);
            }
        }
    }

    fn value(&self) -> TokenStream {
        let name = &self.name;
        let members = self.members.iter().map(|Member { ident, value }| {
            let value = match value {
                Value::Leaf(value) => value.clone(),
                Value::Nested(node) => node.value(),
            };
            quote!(#ident: #value)
        });
        quote!(#name { #(#members,)* })
    }
}
