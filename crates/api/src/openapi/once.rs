//! The header that makes a retry harmless, on every operation that heeds it.

use utoipa::openapi::{
    ObjectBuilder, OpenApi, RefOr, Required,
    path::{Operation, ParameterBuilder, ParameterIn},
    schema::Type,
};

const NAME: &str = "Idempotency-Key";

/// These hand out a secret, once, or take bytes that are known by what they are.
const WITHOUT: [&str; 5] = ["/setup", "/sessions", "/accept", "/visitor", "/files"];

/// Names the header where it is missing.
pub(super) fn complete(document: &mut OpenApi) {
    for (path, item) in &mut document.paths.paths {
        if let Some(operation) = &mut item.post
            && !WITHOUT.iter().any(|end| path.ends_with(end))
        {
            add(operation);
        }
    }
}

fn add(operation: &mut Operation) {
    let parameters = operation.parameters.get_or_insert_default();
    if parameters.iter().any(|p| matches!(p, RefOr::T(p) if p.name == NAME)) {
        return;
    }
    let form = ObjectBuilder::new().schema_type(Type::String).min_length(Some(1)).max_length(Some(128));
    let header = ParameterBuilder::new()
        .name(NAME)
        .parameter_in(ParameterIn::Header)
        .required(Required::False)
        .description(Some("The same key with the same body does nothing again."))
        .schema(Some(form))
        .build();
    parameters.push(RefOr::T(header));
}
