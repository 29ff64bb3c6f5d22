//! Holds every answer against the API's own description: a status that is not in it is a flaw of one of the two,
//! whichever test it was that came upon it.

use serde_json::Value;
use std::{collections::BTreeSet, sync::OnceLock};

/// One operation of the description.
struct Operation {
    method: String,
    path: Vec<String>,
    statuses: BTreeSet<u16>,
}

impl Operation {
    /// How many of its words the path has as they stand, if it is one of this operation's.
    fn fits(&self, method: &str, path: &[&str]) -> Option<usize> {
        let pairs = || self.path.iter().zip(path);
        let fits = self.method == method
            && self.path.len() == path.len()
            && pairs().all(|(mine, its)| mine.starts_with('{') || mine == its);
        fits.then(|| pairs().filter(|(mine, its)| mine == *its).count())
    }
}

/// What is wrong with answering `status` there. Nothing for what is not described: pages, and what does not exist.
pub(super) fn wrong(method: &str, address: &str, status: u16) -> Option<String> {
    let path: Vec<&str> = address.split('?').next().unwrap_or_default().split('/').collect();
    let found = operations().iter().filter_map(|op| Some((op.fits(method, &path)?, op)));
    let (_, operation) = found.max_by_key(|(words, _)| *words)?;
    (!operation.statuses.contains(&status)).then(|| {
        let known = &operation.statuses;
        format!(
            "{method} {address} answered {status}; the description of {} knows {known:?}",
            operation.path.join("/")
        )
    })
}

fn operations() -> &'static [Operation] {
    static KNOWN: OnceLock<Vec<Operation>> = OnceLock::new();
    KNOWN.get_or_init(|| {
        let document: Value = serde_json::from_str(&portico_api::openapi::document()).expect("JSON");
        let mut known = Vec::new();
        for (path, methods) in document["paths"].as_object().expect("paths") {
            for (method, operation) in methods.as_object().expect("methods") {
                let responses = operation["responses"].as_object().expect("responses");
                known.push(Operation {
                    method: method.to_uppercase(),
                    path: path.split('/').map(str::to_owned).collect(),
                    statuses: responses.keys().map(|status| status.parse().expect("a status")).collect(),
                });
            }
        }
        known
    })
}

#[cfg(test)]
mod tests {
    use super::wrong;

    #[test]
    fn what_is_not_described_is_told() {
        let at = |path: &str| format!("{}{path}", portico_api::BASE);
        assert_eq!(wrong("GET", &at("/me"), 200), None);
        let told = wrong("GET", &at("/me"), 418).expect("a teapot");
        assert!(told.contains("418") && told.contains("/me"), "{told}");
        // An address of its own goes before one with an id in that place.
        assert!(
            wrong("POST", &at("/reports/track/messages?a=b"), 418)
                .expect("wrong")
                .contains("/track/messages")
        );
        assert_eq!(wrong("GET", "/security/acme", 418), None, "a page");
        assert_eq!(wrong("BREW", &at("/me"), 418), None, "a method there is not");
    }
}
