//! What came back, and what a test says about it. A wrong guess shows the whole answer.

use axum::http::HeaderMap;
use bytes::Bytes;
use serde_json::Value;

/// An answer, read to its end.
#[derive(Clone, Debug)]
pub struct Answer {
    /// Method and address, for messages.
    pub asked: String,
    /// The HTTP status.
    pub status: u16,
    /// Its headers.
    pub headers: HeaderMap,
    /// Its bytes.
    pub body: Bytes,
}

impl Answer {
    /// The bytes as text; what is none is shown as such.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// A header, or nothing.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|v| v.to_str().ok()).unwrap_or_default()
    }

    /// The body as JSON; null when there is none.
    #[track_caller]
    pub fn json(&self) -> Value {
        if self.body.is_empty() {
            return Value::Null;
        }
        match serde_json::from_slice(&self.body) {
            Ok(value) => value,
            Err(e) => self.wrong(&format!("no JSON: {e}")),
        }
    }

    /// It has this status. Gives the JSON.
    #[track_caller]
    pub fn ok(&self, status: u16) -> Value {
        if self.status != status {
            self.wrong(&format!("expected {status}"));
        }
        self.json()
    }

    /// It is an error of this status and code, in the form errors have. Gives `field`, or nothing.
    #[track_caller]
    pub fn refused(&self, status: u16, code: &str) -> String {
        if self.status != status || self.code() != code {
            self.wrong(&format!("expected {status} {code}"));
        }
        self.field()
    }

    /// The code of an error in the form errors have.
    #[track_caller]
    pub fn code(&self) -> String {
        let json = self.json();
        let error = &json["error"];
        let formed = error["message"].as_str().is_some_and(|m| !m.is_empty())
            && error["request_id"].as_str() == Some(self.header("x-request-id"))
            && error.as_object().is_some_and(|o| o.len() == 4 && o.contains_key("field"));
        if !formed {
            self.wrong("this is not the form of errors");
        }
        error["code"].as_str().unwrap_or_default().to_owned()
    }

    /// The field an error names.
    #[track_caller]
    pub fn field(&self) -> String {
        self.json()["error"]["field"].as_str().unwrap_or_default().to_owned()
    }

    /// Everything that was said, headers too, but for what is different each time.
    pub fn said(&self) -> String {
        let id = self.header("x-request-id");
        let mut out = self.status.to_string();
        for (name, value) in &self.headers {
            if name != "x-request-id" {
                out.push_str(
                    &["\n", name.as_str(), ": ", &String::from_utf8_lossy(value.as_bytes())].concat(),
                );
            }
        }
        let body = self.text();
        out.push_str("\n\n");
        out.push_str(&if id.is_empty() { body } else { body.replace(id, "…") });
        out
    }

    #[track_caller]
    #[expect(clippy::panic, reason = "that is how a test fails")]
    fn wrong(&self, what: &str) -> ! {
        let mut body = self.text();
        body.truncate(body.char_indices().nth(2_000).map_or(body.len(), |(i, _)| i));
        panic!("{}: {what}; it said {} {:?}\n{body}", self.asked, self.status, self.headers);
    }
}
