//! A name of its own for every operation, which programs made from the description call it by.

use utoipa::openapi::OpenApi;

/// Names every operation by its method and path.
pub(super) fn complete(document: &mut OpenApi) {
    for (path, item) in &mut document.paths.paths {
        for (method, operation) in [
            ("get", &mut item.get),
            ("post", &mut item.post),
            ("put", &mut item.put),
            ("patch", &mut item.patch),
            ("delete", &mut item.delete),
        ] {
            if let Some(operation) = operation {
                operation.operation_id = Some(name(method, path));
            }
        }
    }
}

/// `patch_rooms_id_state` for `PATCH /api/portico/v1/rooms/{id}/state`.
fn name(method: &str, path: &str) -> String {
    let path = path.strip_prefix(crate::BASE).unwrap_or(path);
    let words = path.split(|c: char| !c.is_ascii_alphanumeric()).filter(|w| !w.is_empty() && *w != "v1");
    std::iter::once(method).chain(words).collect::<Vec<_>>().join("_")
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_name_is_the_method_and_the_words_of_the_path() {
        assert_eq!(super::name("patch", "/api/portico/v1/rooms/{id}/state"), "patch_rooms_id_state");
        assert_eq!(super::name("get", "/widget/v1/{key}/messages"), "get_widget_key_messages");
        assert_eq!(super::name("get", "/api/portico/v1/openapi.json"), "get_openapi_json");
    }
}
