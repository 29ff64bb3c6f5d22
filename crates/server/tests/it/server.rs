//! A running server and a client of few words.

use serde_json::{Value, json};
use std::{
    collections::HashMap,
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
    path::Path,
    process::{Child, Command, Stdio},
};

pub(crate) const BIN: &str = env!("CARGO_BIN_EXE_portico");

pub(crate) struct Server {
    pub(crate) child: Child,
    pub(crate) address: String,
    /// The setup code, at a first start.
    pub(crate) code: Option<String>,
}

impl Server {
    /// Starts on a free port and waits until it says where it is.
    pub(crate) fn start(data: &Path) -> Self {
        Self::run(Command::new(BIN).arg("serve").arg("--data").arg(data))
    }

    pub(crate) fn run(command: &mut Command) -> Self {
        Self::speaking(command, "warn,portico=info", Stdio::null())
    }

    /// Starts with a log of its own.
    pub(crate) fn speaking(command: &mut Command, log: &str, stderr: Stdio) -> Self {
        let mut child = command
            .args(["--listen", "127.0.0.1:0", "--log", log])
            .stdout(Stdio::piped())
            .stderr(stderr)
            .spawn()
            .expect("the binary starts");
        let mut lines = BufReader::new(child.stdout.take().expect("stdout is piped")).lines();
        let (mut address, mut code) = (None, None);
        while address.is_none() {
            let line = lines.next().expect("the server says where it is").expect("readable");
            if let Some(at) = line.find("http://") {
                let url = &line[at + 7..];
                address = url.split(['/', ' ']).next().map(ToOwned::to_owned);
                code = url.split_once('#').map(|(_, c)| c.to_owned());
            }
        }
        Self { child, address: address.expect("an address"), code }
    }

    /// One request of one connection.
    pub(crate) fn ask(
        &self,
        method: &str,
        path: &str,
        token: &str,
        body: Option<&Value>,
        key: &str,
    ) -> Option<(u16, Value)> {
        let body = body.map(Value::to_string).unwrap_or_default();
        let (status, rest) = self.raw(method, path, token, "application/json", &body, key)?;
        Some((status, serde_json::from_str(&rest).unwrap_or(Value::Null)))
    }

    /// Puts a text file up.
    pub(crate) fn upload(&self, name: &str, token: &str, text: &str) -> (u16, Value) {
        let path = format!("/files?name={name}");
        let (status, body) =
            self.raw("POST", &path, token, "application/octet-stream", text, "").expect("the server answers");
        (status, serde_json::from_str(&body).unwrap_or(Value::Null))
    }

    /// The bytes of an answer, as text.
    pub(crate) fn fetch(&self, path: &str, token: &str) -> (u16, String) {
        self.raw("GET", path, token, "text/plain", "", "").expect("the server answers")
    }

    fn raw(
        &self,
        method: &str,
        path: &str,
        token: &str,
        kind: &str,
        body: &str,
        key: &str,
    ) -> Option<(u16, String)> {
        let (head, rest) = self.whole(method, path, token, kind, body, key)?;
        Some((head.split(' ').nth(1)?.parse().ok()?, rest))
    }

    /// The head of an answer in lower case, and its body.
    pub(crate) fn whole(
        &self,
        method: &str,
        path: &str,
        token: &str,
        kind: &str,
        body: &str,
        key: &str,
    ) -> Option<(String, String)> {
        let mut io = TcpStream::connect(&self.address).ok()?;
        let auth =
            if token.is_empty() { String::new() } else { format!("Authorization: Bearer {token}\r\n") };
        let key = if key.is_empty() { String::new() } else { format!("Idempotency-Key: {key}\r\n") };
        write!(
            io,
            "{method} /api/portico/v1{path} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\nContent-Type: {kind}\r\nContent-Length: {}\r\n{auth}{key}\r\n{body}",
            self.address,
            body.len()
        )
        .ok()?;
        let mut text = String::new();
        io.read_to_string(&mut text).ok()?;
        let (head, rest) = text.split_once("\r\n\r\n")?;
        Some((head.to_lowercase(), rest.to_owned()))
    }

    pub(crate) fn post(&self, path: &str, token: &str, body: &Value) -> (u16, Value) {
        self.ask("POST", path, token, Some(body), "").expect("the server answers")
    }

    pub(crate) fn get(&self, path: &str, token: &str) -> Value {
        let (status, body) = self.ask("GET", path, token, None, "").expect("the server answers");
        assert_eq!(status, 200, "{path}: {body}");
        body
    }

    /// The number of each message of a room, which have no gap, by what it says, which nothing says twice.
    pub(crate) fn timeline(&self, path: &str, token: &str) -> HashMap<String, i64> {
        let mut found = HashMap::new();
        let mut last = 0;
        loop {
            let page = self.get(&format!("{path}?after={last}&limit=200"), token);
            for m in page["items"].as_array().expect("a page") {
                let number = m["number"].as_i64().expect("a number");
                assert_eq!(number, last + 1, "numbers have no gap");
                last = number;
                if let Some(text) = m["body"]["text"].as_str() {
                    assert!(found.insert(text.to_owned(), number).is_none(), "{text} is there twice");
                }
            }
            if page["has_after"] == false {
                return found;
            }
        }
    }

    /// Sets up and gives the owner's token and the first channel.
    pub(crate) fn set_up(&self) -> (String, String) {
        let code = self.code.clone().expect("a first start");
        let owner = json!({"name": "Ann", "email": "ann@example.org", "password": "correct horse battery"});
        let (status, made) =
            self.post("/setup", "", &json!({"code": code, "organization": "Acme", "owner": owner}));
        assert_eq!(status, 201, "{made}");
        let token = made["token"].as_str().expect("a token").to_owned();
        let room = self.get("/boot", &token)["channels"][0]["id"].as_str().expect("a channel").to_owned();
        (token, room)
    }

    /// Waits until it has ended by itself, well.
    pub(crate) fn ended(mut self) {
        assert!(self.child.wait().expect("it ends").success());
    }

    pub(crate) fn kill(mut self) {
        // SIGKILL: nothing is flushed, nothing is said.
        self.child.kill().expect("it runs");
        self.child.wait().expect("it ends");
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ended_before = self.child.kill();
        let _reaped = self.child.wait();
    }
}
