//! The API's description says what is so: each name in it is one thing, each operation says what it may refuse.

use serde_json::Value;
use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

fn document() -> Value {
    serde_json::from_str(&portico_api::openapi::document()).expect("JSON")
}

/// Every described operation by `METHOD /path`, the native API's without its base.
pub(crate) fn operations() -> BTreeMap<String, Value> {
    let mut found = BTreeMap::new();
    for (path, methods) in document()["paths"].as_object().expect("paths") {
        let path = path.strip_prefix(portico_api::BASE).unwrap_or(path);
        for (method, operation) in methods.as_object().expect("methods") {
            found.insert(format!("{} {path}", method.to_uppercase()), operation.clone());
        }
    }
    found
}

/// The paths of routes that are made by hand, and so are described only if somebody thought of it.
pub(crate) fn routes_in_source() -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    find_routes(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut found);
    found
}

fn find_routes(dir: &Path, found: &mut BTreeSet<String>) {
    for entry in fs::read_dir(dir).expect("the source") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            find_routes(&path, found);
        } else if path.extension().is_some_and(|e| e == "rs") {
            let text = fs::read_to_string(&path).expect("a source file");
            for part in text.split(".route(").skip(1) {
                if let Some(route) = part.trim_start().strip_prefix('"').and_then(|p| p.split('"').next()) {
                    found.insert(route.to_owned());
                }
            }
        }
    }
}

/// What a program may speak to is described, under its whole path. The pages are for people.
#[test]
fn every_route_but_the_pages_is_described() {
    let operations = operations();
    let page = |route: &str| route.starts_with("/security") || route.starts_with("/.well-known");
    let missing: Vec<String> = routes_in_source()
        .into_iter()
        .filter(|route| !page(route))
        .filter(|route| !operations.keys().any(|op| op.split(' ').nth(1) == Some(route)))
        .collect();
    assert!(missing.is_empty(), "routes the description does not know: {missing:#?}");
    assert!(operations.contains_key("GET /stream") && operations.contains_key("GET /widget/v1/{key}/stream"));
    assert_eq!(document()["servers"], serde_json::json!([{"url": "/"}]));
}

/// What is described as part of the address is in the address, and nothing else is.
#[test]
fn parameters_are_where_the_description_says() {
    let mut wrong = Vec::new();
    for (op, operation) in operations() {
        let named: BTreeSet<&str> = op.split('{').skip(1).filter_map(|part| part.split('}').next()).collect();
        let parameters = operation["parameters"].as_array().into_iter().flatten();
        let told: BTreeSet<&str> =
            parameters.filter(|p| p["in"] == "path").filter_map(|p| p["name"].as_str()).collect();
        if named != told {
            wrong.push(format!("{op}: {told:?}"));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// A program may send whatever changes something again, and needs to know how.
#[test]
fn every_post_takes_a_key_unless_it_hands_out_a_secret() {
    let without: BTreeSet<String> = operations()
        .into_iter()
        .filter(|(op, _)| op.starts_with("POST "))
        .filter(|(_, operation)| {
            !operation["parameters"]
                .as_array()
                .is_some_and(|all| all.iter().any(|p| p["name"] == "Idempotency-Key"))
        })
        .map(|(op, _)| op)
        .collect();
    let known = [
        "POST /files",
        "POST /invites/{code}/accept",
        "POST /reports/track/files",
        "POST /sessions",
        "POST /setup",
        "POST /widget/v1/{key}/files",
        "POST /widget/v1/{key}/visitor",
    ];
    assert_eq!(without.iter().map(String::as_str).collect::<Vec<_>>(), known);
}

/// Programs made from the description name their functions by these.
#[test]
fn every_operation_has_a_name_of_its_own() {
    let mut named: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (op, operation) in operations() {
        named.entry(operation["operationId"].as_str().unwrap_or_default().to_owned()).or_default().push(op);
    }
    named.retain(|name, ops| name.is_empty() || ops.len() > 1);
    assert!(named.is_empty(), "{named:#?}");
}

/// Two types of one name would silently be described as one of them.
#[test]
fn no_two_types_share_a_name() {
    let mut named: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let crates = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    for name in ["api", "core", "domain"] {
        read(&crates.join(name).join("src"), &mut named);
    }
    assert!(named.len() > 80, "the types were not found in the source");
    named.retain(|_, places| places.len() > 1);
    assert!(named.is_empty(), "give one of each a name of its own with #[schema(as = …)]: {named:#?}");
}

fn read(dir: &Path, named: &mut BTreeMap<String, Vec<String>>) {
    for entry in fs::read_dir(dir).expect("the source") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            read(&path, named);
        } else if path.extension().is_some_and(|e| e == "rs") {
            let text = fs::read_to_string(&path).expect("a source file");
            // Derived by hand, or by the macro that makes the small enumerations.
            for part in text.split("ToSchema").skip(1) {
                let head = part.split('{').next().unwrap_or_default();
                note(head.split("struct ").nth(1).or_else(|| head.split("enum ").nth(1)), head, &path, named);
            }
            for part in text.split("coded! {").skip(1) {
                let head = part.split('{').next().unwrap_or_default();
                note(head.lines().last(), head, &path, named);
            }
        }
    }
}

fn note(name: Option<&str>, head: &str, path: &Path, named: &mut BTreeMap<String, Vec<String>>) {
    let given = head.split("schema(as = ").nth(1).and_then(|rest| rest.split([')', ',']).next());
    let plain = name.map(|n| n.trim().split(['<', '(', ';', ' ']).next().unwrap_or_default());
    if let Some(name) = given.or(plain).filter(|n| !n.is_empty() && !n.starts_with('$')) {
        named.entry(name.to_owned()).or_default().push(path.display().to_string());
    }
}

#[test]
fn every_refusal_has_the_form_of_errors_and_every_answer_a_form() {
    let document = document();
    let mut wrong = Vec::new();
    for (path, methods) in document["paths"].as_object().expect("paths") {
        for (method, operation) in methods.as_object().expect("methods") {
            let public = operation["security"].as_array().is_some_and(|ways| {
                ways.iter().any(|way| way.as_object().is_some_and(serde_json::Map::is_empty))
            });
            let responses = operation["responses"].as_object().expect("responses");
            for (status, response) in responses {
                let form = &response["content"]["application/json"]["schema"]["$ref"];
                let fine = match status.as_bytes()[0] {
                    b'1' => public,
                    b'2' => status == "204" || response["content"].as_object().is_some_and(|c| !c.is_empty()),
                    _ if status == "409" && path.ends_with("/messages/{id}") && method == "patch" => {
                        form == "#/components/schemas/EditConflict"
                    }
                    _ => form == "#/components/schemas/ErrorBody",
                };
                if !fine {
                    wrong.push(format!("{method} {path} {status}"));
                }
            }
            let of_its_own = ["/reports", "/visitor", "/v1/stream"].iter().any(|end| path.ends_with(end));
            if public == responses.contains_key("403") && !of_its_own {
                wrong.push(format!("{method} {path}: is it for everybody or not?"));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    let codes = document["components"]["schemas"]["ErrorDetail"]["properties"]["code"]["enum"]
        .as_array()
        .expect("codes");
    assert_eq!(codes.len(), portico_types::ErrorCode::ALL.len());
}
