//! The rules as policies of Cedar: the action is the process, the request's context is the state.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use cedar_policy::{
    Authorizer, Context, Decision, Entities, EntityUid, Policy, PolicyId, PolicySet, Request, RestrictedExpression,
    Schema, ValidationMode, Validator,
};

use crate::Error;
use crate::plant::{FIELDS, Plant, Rule, Side, fields};

/// Parsed policies, and what is the same in every request.
pub struct Judge {
    authorizer: Authorizer,
    policies: PolicySet,
    /// What the rules look at: a request has nothing else.
    fields: Vec<&'static str>,
    entities: Entities,
    principal: EntityUid,
    action: EntityUid,
    resource: EntityUid,
}

/// What must hold. A policy that forbids says the opposite.
fn holds(rule: &Rule) -> String {
    let relation = match rule.side {
        Side::Min => ">=",
        Side::Max => "<=",
    };
    format!("context.{} {relation} {}", rule.field, rule.bound)
}

fn forbid(rule: &Rule, action: &str) -> String {
    format!("forbid(principal, action == Action::\"{action}\", resource) unless {{ {} }};\n", holds(rule))
}

impl Judge {
    /// A policy for each rule, named as the rule is: the form that tells which rule was violated.
    ///
    /// # Errors
    /// Where a policy does not parse.
    pub fn of_each(rules: &[Rule]) -> Result<Self, Error> {
        let mut policies = PolicySet::new();
        policies.add(Policy::parse(None, "permit(principal, action == Action::\"turn\", resource);")?)?;
        for rule in rules {
            policies.add(Policy::parse(Some(PolicyId::new(rule.to_string())), forbid(rule, "turn"))?)?;
        }
        Self::new(policies, rules)
    }

    /// One policy of all rules: the form with the least work, which tells only that some rule was violated.
    ///
    /// # Errors
    /// Where the policy does not parse.
    pub fn of_all(rules: &[Rule]) -> Result<Self, Error> {
        let all = rules.iter().map(holds).collect::<Vec<_>>().join(" && ");
        let text = format!("permit(principal, action == Action::\"turn\", resource) when {{ {all} }};");
        Self::new(text.parse()?, rules)
    }

    fn new(policies: PolicySet, rules: &[Rule]) -> Result<Self, Error> {
        Ok(Self {
            authorizer: Authorizer::new(),
            policies,
            fields: fields(rules),
            entities: Entities::empty(),
            principal: "Operator::\"any\"".parse()?,
            action: "Action::\"turn\"".parse()?,
            resource: "Machine::\"plant\"".parse()?,
        })
    }

    /// The state as a request. It is not checked against a schema, which costs less.
    ///
    /// # Errors
    /// Where Cedar refuses the request.
    pub fn request(&self, plant: &Plant) -> Result<Request, Error> {
        let value = |field: &&'static str| RestrictedExpression::new_long(plant.value(field).unwrap_or_default());
        let context = Context::from_pairs(self.fields.iter().map(|field| ((*field).to_owned(), value(field))))?;
        Ok(Request::new(self.principal.clone(), self.action.clone(), self.resource.clone(), context, None)?)
    }

    /// Whether the request is allowed.
    #[must_use]
    pub fn passes(&self, request: &Request) -> bool {
        self.authorizer.is_authorized(request, &self.policies, &self.entities).decision() == Decision::Allow
    }

    /// What went wrong while the policies were looked at. Cedar leaves such a policy out, and what it would have permitted is
    /// denied: a verdict beside an error is none.
    #[must_use]
    pub fn errors(&self, request: &Request) -> Vec<String> {
        let response = self.authorizer.is_authorized(request, &self.policies, &self.entities);
        response.diagnostics().errors().map(ToString::to_string).collect()
    }

    /// The names of the policies that forbid the request.
    #[must_use]
    pub fn violated(&self, request: &Request) -> BTreeSet<String> {
        let response = self.authorizer.is_authorized(request, &self.policies, &self.entities);
        match response.decision() {
            Decision::Allow => BTreeSet::new(),
            Decision::Deny => response.diagnostics().reason().map(ToString::to_string).collect(),
        }
    }
}

/// Ten thousand policies as text, the hundred for each of a hundred actions, and the schema they are checked against.
///
/// # Errors
/// Where the schema does not parse.
pub fn ten_thousand(rules: &[Rule]) -> Result<(String, Validator), Error> {
    let mut text = String::new();
    for process in 0..100 {
        rules.iter().for_each(|rule| text.push_str(&forbid(rule, &format!("process_{process}"))));
    }
    let actions: Vec<_> = (0..100).map(|process| format!("\"process_{process}\"")).collect();
    let mut schema = format!("entity Operator; entity Machine; action {} appliesTo {{ ", actions.join(", "));
    let fields: Vec<_> = FIELDS.iter().map(|field| format!("{field}: Long")).collect();
    write!(schema, "principal: Operator, resource: Machine, context: {{ {} }} }};", fields.join(", "))?;
    let (schema, _) = Schema::from_cedarschema_str(&schema)?;
    Ok((text, Validator::new(schema)))
}

/// Reads the policies.
///
/// # Errors
/// Where one does not parse.
pub fn parse(text: &str) -> Result<PolicySet, Error> {
    Ok(text.parse()?)
}

/// Whether the policies fit the schema.
#[must_use]
pub fn validated(policies: &PolicySet, validator: &Validator) -> bool {
    validator.validate(policies, ValidationMode::Strict).validation_passed()
}
