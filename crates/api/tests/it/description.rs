//! The API's description says what is so: each name in it is one thing, each operation says what it may refuse.

use serde_json::Value;
use std::{collections::BTreeMap, fs, path::Path};

fn document() -> Value {
    serde_json::from_str(&portico_api::openapi::document()).expect("JSON")
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
            let responses = operation["responses"].as_object().expect("responses");
            for (status, response) in responses {
                let form = &response["content"]["application/json"]["schema"]["$ref"];
                let fine = match status.as_bytes()[0] {
                    b'2' => status == "204" || response["content"].as_object().is_some_and(|c| !c.is_empty()),
                    _ => form == "#/components/schemas/ErrorBody",
                };
                if !fine {
                    wrong.push(format!("{method} {path} {status}"));
                }
            }
            let public = operation["security"] == serde_json::json!([{}]);
            if public == responses.contains_key("403") && !path.ends_with("/reports") {
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
