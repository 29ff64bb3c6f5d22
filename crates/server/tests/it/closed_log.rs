//! A log that nobody reads any more: the server goes on, and ends as it should.

use crate::server::{BIN, Server};
use serde_json::json;
use std::process::{Command, Stdio};

#[test]
fn a_closed_standard_error_stops_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let mut command = Command::new(BIN);
    command.arg("serve").arg("--data").arg(dir.path());
    let mut server = Server::speaking(&mut command, "trace", Stdio::piped());
    // Every line of the log has nowhere to go from here on.
    drop(server.child.stderr.take());
    let (token, room) = server.set_up();
    let path = format!("/rooms/{room}/messages");
    for n in 0..5 {
        let (status, answer) = server.post(&path, &token, &json!({"body": format!("number {n}")}));
        assert_eq!(status, 201, "{answer}");
    }
    let id = server.child.id().to_string();
    assert!(Command::new("kill").args(["-TERM", &id]).status().unwrap().success());
    assert_eq!(server.child.wait().unwrap().code(), Some(0));
}
