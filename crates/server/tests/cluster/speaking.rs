//! A node whose log is kept, commands that must fail, and the sentences and secrets that are looked for in what they say.

use crate::server::{BIN, Server};
use serde_json::{Value, json};
use std::{
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

/// A node with everything it said.
pub(crate) struct Node {
    pub(crate) server: Server,
    log: PathBuf,
    _directory: tempfile::TempDir,
}

/// A command of the binary with the keys of a bucket and an authority to trust.
pub(crate) fn portico(arguments: &[&str], authority: &Path, keys: (&str, &str)) -> Command {
    // Whoever hangs is ended, which is no exit code of ours.
    let mut command = Command::new("timeout");
    command.arg("15").arg(BIN).args(arguments).env("SSL_CERT_FILE", authority);
    command.env("AWS_ACCESS_KEY_ID", keys.0).env("AWS_SECRET_ACCESS_KEY", keys.1);
    command.stdin(Stdio::null());
    command
}

/// Runs a command that must end by itself, and badly, with this sentence and none of these secrets.
pub(crate) fn refuses(command: &mut Command, sentence: &str, secrets: &[&str]) {
    let done = command.output().unwrap();
    let said = format!("{}{}", String::from_utf8_lossy(&done.stdout), String::from_utf8_lossy(&done.stderr));
    assert_eq!(done.status.code(), Some(1), "{command:?} says {said}");
    assert!(said.contains(sentence), "{command:?} says {said}\nand not {sentence}");
    assert!(!said.contains("panicked"), "{command:?} says {said}");
    for secret in secrets {
        assert!(!said.contains(secret), "{command:?} tells the secret {secret}: {said}");
    }
}

impl Node {
    /// Starts one, with everything in its log.
    pub(crate) fn start(arguments: &[&str], authority: &Path, keys: (&str, &str)) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let log = directory.path().join("log");
        let mut command = Command::new(BIN);
        command.arg("serve").args(arguments).arg("--data").arg(directory.path().join("data"));
        command.env("SSL_CERT_FILE", authority);
        command.env("AWS_ACCESS_KEY_ID", keys.0).env("AWS_SECRET_ACCESS_KEY", keys.1);
        let stderr = std::fs::File::create(&log).unwrap().into();
        Self {
            server: Server::speaking(&mut command, "debug,async_nats=trace", stderr),
            log,
            _directory: directory,
        }
    }

    /// Waits until the log has a sentence.
    pub(crate) fn says(&self, sentence: &str) {
        while !self.said().contains(sentence) {
            assert!(self.ready().0 != 0, "it ended: {}", self.said());
            std::thread::yield_now();
        }
    }

    pub(crate) fn said(&self) -> String {
        String::from_utf8_lossy(&std::fs::read(&self.log).unwrap()).into_owned()
    }

    /// What `readyz` answers; 0 when nobody does.
    pub(crate) fn ready(&self) -> (u16, Value) {
        self.server.ask("GET", "/readyz", "", None, "").unwrap_or((0, Value::Null))
    }

    /// Waits until `readyz` says so of a part.
    pub(crate) fn waits(&self, part: &str, state: &str) {
        loop {
            let (status, answer) = self.ready();
            assert!(status != 0, "it ended: {}", self.said());
            let parts = answer.get("parts").unwrap_or(&answer);
            if parts[part] == state {
                let expected = if part == "database" && state == "down" { 503 } else { 200 };
                assert_eq!(status, expected, "{answer}");
                return;
            }
            std::thread::yield_now();
        }
    }

    /// Posts with a key of its own; the answer.
    pub(crate) fn post(&self, room: &str, token: &str, text: &str) -> (u16, Value) {
        let path = format!("/rooms/{room}/messages");
        self.server.ask("POST", &path, token, Some(&json!({"body": text})), text).unwrap()
    }

    /// The log has told none of these.
    pub(crate) fn kept(&self, secrets: &[&str]) {
        let said = self.said();
        assert!(!said.contains("panicked"), "{said}");
        for secret in secrets {
            let line = said.lines().find(|line| line.contains(secret));
            assert_eq!(line, None, "the secret {secret} is in the log");
        }
    }
}
