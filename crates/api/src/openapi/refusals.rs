//! What every operation may answer instead: the errors all of them share, in the one form they have.
//!
//! An operation names the refusals that are its own; those that come from being authenticated, from having a body or
//! an id in the address, are the same everywhere and are added here.

use portico_types::ErrorCode;
use serde::Serialize;
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{
        Components, ContentBuilder, OpenApi, Ref, RefOr, Response, ResponseBuilder, Responses,
        path::{Operation, ParameterIn},
        schema::{ObjectBuilder, Schema},
        security::SecurityRequirement,
    },
};

/// The form of every error.
#[derive(Serialize, ToSchema)]
pub(crate) struct ErrorBody {
    error: ErrorDetail,
}

/// What went wrong.
#[derive(Serialize, ToSchema)]
pub(crate) struct ErrorDetail {
    /// Stable, for programs.
    #[schema(schema_with = codes)]
    code: String,
    /// For people.
    message: String,
    /// The field at fault, `body` for the whole of it.
    field: Option<String>,
    /// Finds it in the server's log.
    request_id: String,
}

fn codes() -> Schema {
    ObjectBuilder::new()
        .schema_type(utoipa::openapi::schema::Type::String)
        .enum_values(Some(ErrorCode::ALL.iter().map(|c| c.as_str())))
        .into()
}

/// Completes the refusals of every operation.
pub(super) fn complete(document: &mut OpenApi) {
    let components = document.components.get_or_insert_default();
    describe::<ErrorDetail>(components);
    describe::<ErrorBody>(components);
    for item in document.paths.paths.values_mut() {
        for (operation, writes) in [
            (&mut item.get, false),
            (&mut item.post, true),
            (&mut item.put, true),
            (&mut item.patch, true),
            (&mut item.delete, true),
        ] {
            if let Some(operation) = operation {
                add(operation, writes);
            }
        }
    }
}

fn describe<T: ToSchema + PartialSchema>(components: &mut Components) {
    components.schemas.insert(T::name().into_owned(), T::schema());
}

fn add(operation: &mut Operation, writes: bool) {
    let parameters = operation.parameters.as_deref().unwrap_or_default();
    let has =
        |place: &ParameterIn| parameters.iter().any(|p| matches!(p, RefOr::T(p) if p.parameter_in == *place));
    let (in_path, in_query) = (has(&ParameterIn::Path), has(&ParameterIn::Query));
    let body = operation.request_body.is_some();
    // An operation that asks for nobody says so with an empty requirement of its own.
    let signed_in =
        operation.security.as_ref().is_none_or(|all| !all.contains(&SecurityRequirement::default()));
    let mut common: Vec<(&str, &str)> = vec![("503", "the server is at its limit; see Retry-After")];
    if signed_in {
        common.push(("401", "nobody is signed in"));
        common.push(("403", "it can be seen but not done; or the cookie came without its guard"));
    } else {
        common.push(("429", "too often; see Retry-After"));
    }
    if in_path {
        common.push(("404", "there is nothing here that you may see"));
    }
    if in_path || in_query || body || writes {
        common.push(("400", "a field breaks a rule"));
    }
    if body {
        common.push(("413", "over a size limit"));
        common.push(("415", "not the kind of content this takes"));
    }
    if writes {
        common.push((
            "409",
            "it clashes with what is there; or the idempotency key was used for something else",
        ));
    }
    for (status, description) in common {
        let known = operation.responses.responses.entry(status.to_owned());
        known.or_insert_with(|| RefOr::T(ResponseBuilder::new().description(description).build()));
    }
    shape(&mut operation.responses);
}

/// Gives every refusal its body.
fn shape(responses: &mut Responses) {
    for (status, response) in &mut responses.responses {
        if let RefOr::T(response) = response
            && (status.starts_with('4') || status.starts_with('5'))
            && response.content.is_empty()
        {
            fill(response);
        }
    }
}

fn fill(response: &mut Response) {
    let form = ContentBuilder::new().schema(Some(Ref::from_schema_name(ErrorBody::name()))).build();
    response.content.insert("application/json".to_owned(), form.into());
}
