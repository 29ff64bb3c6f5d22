//! A full disk: writes are refused with a clear error, reads go on, and it recovers without a restart.

use crate::server::{BIN, Server};
use serde_json::json;
use std::process::Command;

#[test]
fn a_full_disk_refuses_writes_keeps_reads_and_recovers() {
    // A small file system of its own, in a mount namespace of its own; needs no rights but that of making one.
    let dir = tempfile::tempdir().unwrap();
    let script = format!(
        "mount -t tmpfs -o size=8m tmpfs {0} && head -c 2000000 /dev/zero > {0}/ballast && exec {BIN} serve --data {0} \"$@\"",
        dir.path().display()
    );
    let server =
        Server::run(Command::new("unshare").args(["--map-root-user", "--mount", "sh", "-c", &script, "sh"]));
    let (token, room) = server.set_up();
    let path = format!("/rooms/{room}/messages");
    let long = "lamp ".repeat(3_000);
    let mut written = 0;
    let refusal = loop {
        let (status, answer) = server.post(&path, &token, &json!({"body": long}));
        if status != 201 {
            assert_eq!(status, 503, "{answer}");
            break answer;
        }
        written += 1;
        assert!(written < 2_000, "the disk never fills");
    };
    assert!(refusal["error"]["message"].as_str().unwrap().contains("disk is full"), "{refusal}");
    let count = || {
        let page = server.get(&format!("{path}?limit=200"), &token);
        page["items"].as_array().unwrap().iter().filter(|m| m["body"]["kind"] == "markdown").count()
    };
    assert_eq!(count(), written, "reads go on, and what was refused is not there");
    // Its namespace is seen through the process itself.
    let ballast = format!("/proc/{}/root{}/ballast", server.child.id(), dir.path().display());
    std::fs::remove_file(ballast).unwrap();
    let (status, answer) = server.post(&path, &token, &json!({"body": "there is room again"}));
    assert_eq!(status, 201, "{answer}");
    assert_eq!(count(), written + 1);
}
