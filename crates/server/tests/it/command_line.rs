//! The command line as a newcomer meets it.

use crate::server::{BIN, Server};
use serde_json::json;
use std::{
    io::Write,
    path::Path,
    process::{Command, Output, Stdio},
};

pub(crate) fn portico(args: &[&str], input: &str) -> Output {
    let mut child = Command::new(BIN)
        .args(args)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // A command that refuses its arguments does not read its input.
    let _closed = child.stdin.take().unwrap().write_all(input.as_bytes());
    child.wait_with_output().unwrap()
}

fn set_up(data: &Path, password: &str) -> Output {
    let data = data.to_str().unwrap();
    let args =
        ["setup", "--data", data, "--organization", "Acme", "--name", "Ann", "--email", "ann@example.org"];
    portico(&[&args[..], &["--password-stdin", "--log", "error"]].concat(), password)
}

#[test]
fn an_organization_can_be_made_without_a_browser() {
    let dir = tempfile::tempdir().unwrap();
    let short = set_up(dir.path(), "short\n");
    assert!(!short.status.success());
    assert!(String::from_utf8_lossy(&short.stderr).contains("owner.password"), "{short:?}");
    let made = set_up(dir.path(), "correct horse battery\n");
    assert!(made.status.success(), "{made:?}");
    let server = Server::start(dir.path());
    assert!(server.code.is_none(), "nothing is left to set up");
    let (status, answer) = server.post(
        "/sessions",
        "",
        &json!({"email": "Ann@Example.org", "password": "correct horse battery"}),
    );
    assert_eq!(status, 201, "{answer}");
    let (status, _) = server.post("/setup", "", &json!({"code": "x", "organization": "B", "owner": {"name": "B", "email": "b@example.org", "password": "correct horse battery"}}));
    assert_eq!(status, 410);
    let busy = set_up(dir.path(), "correct horse battery\n");
    assert!(String::from_utf8_lossy(&busy.stderr).contains("another portico"), "{busy:?}");
}

#[test]
fn help_settings_and_description_are_printed() {
    let help = portico(&["--help"], "");
    let text = String::from_utf8_lossy(&help.stdout).into_owned();
    for command in
        ["serve", "setup", "demo", "backup", "backup-key", "restore", "move", "doctor", "config", "openapi"]
    {
        assert!(text.contains(command), "{command} is missing in {text}");
    }
    let document = portico(&["openapi"], "");
    let document: serde_json::Value = serde_json::from_slice(&document.stdout).unwrap();
    assert!(document["paths"]["/api/portico/v1/rooms/{id}/messages"]["post"].is_object());
    let dir = tempfile::tempdir().unwrap();
    let bad = portico(&["serve", "--data", dir.path().to_str().unwrap(), "--database", "mysql://x"], "");
    assert!(!bad.status.success());
    assert!(String::from_utf8_lossy(&bad.stderr).contains("postgres://"), "{bad:?}");
    let unknown = portico(&["serve", "--no-such-flag"], "");
    assert_eq!(unknown.status.code(), Some(2));
}
