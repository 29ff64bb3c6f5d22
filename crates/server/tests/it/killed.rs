//! `kill -9` under load: what was acknowledged is there once and in order, and a retry makes nothing twice.

use crate::server::Server;
use serde_json::json;
use std::{
    collections::HashMap,
    sync::{
        Mutex,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
};

const ROUNDS: usize = 4;
const WRITERS: usize = 6;

#[test]
fn nothing_acknowledged_is_lost_and_nothing_is_doubled() {
    let dir = tempfile::tempdir().unwrap();
    let first = Server::start(dir.path());
    let (token, room) = first.set_up();
    first.kill();
    let path = format!("/rooms/{room}/messages");
    // Body → number as acknowledged.
    let acknowledged: Mutex<HashMap<String, i64>> = Mutex::default();
    let unsure: Mutex<Vec<String>> = Mutex::default();
    for round in 0..ROUNDS {
        let server = Server::start(dir.path());
        let (enough, count) = (AtomicBool::new(false), AtomicUsize::new(0));
        std::thread::scope(|scope| {
            for writer in 0..WRITERS {
                let (server, token, path, enough, count) = (&server, &token, &path, &enough, &count);
                let (acknowledged, unsure) = (&acknowledged, &unsure);
                scope.spawn(move || {
                    for n in 0.. {
                        let body = format!("{round}-{writer}-{n}");
                        let answer = server.ask("POST", path, token, Some(&json!({"body": body})), &body);
                        let Some((201, m)) = answer else {
                            // The answer never came: it may have been written or not.
                            unsure.lock().unwrap().push(body);
                            return;
                        };
                        acknowledged.lock().unwrap().insert(body, m["number"].as_i64().unwrap());
                        count.fetch_add(1, Ordering::SeqCst);
                        if enough.load(Ordering::SeqCst) {
                            return;
                        }
                    }
                });
            }
            // Killed in the middle of it, at another point each round.
            while count.load(Ordering::SeqCst) < 60 + round * 37 {
                std::thread::yield_now();
            }
            let killed =
                std::process::Command::new("kill").args(["-9", &server.child.id().to_string()]).status();
            assert!(killed.unwrap().success());
            enough.store(true, Ordering::SeqCst);
        });
    }
    let server = Server::start(dir.path());
    // Whoever is unsure asks again with the same key.
    for body in unsure.into_inner().unwrap() {
        let (status, m) = server.ask("POST", &path, &token, Some(&json!({"body": body})), &body).unwrap();
        assert_eq!(status, 201, "{m}");
        acknowledged.lock().unwrap().insert(body, m["number"].as_i64().unwrap());
    }
    let found = server.timeline(&path, &token);
    let acknowledged = acknowledged.into_inner().unwrap();
    assert!(acknowledged.len() >= ROUNDS * 60);
    assert_eq!(found, acknowledged);
    // Each writer's words stand in the order they were sent.
    for round in 0..ROUNDS {
        for writer in 0..WRITERS {
            let numbers: Vec<i64> =
                (0..).map_while(|n| found.get(&format!("{round}-{writer}-{n}")).copied()).collect();
            assert!(numbers.is_sorted(), "round {round}, writer {writer}: {numbers:?}");
        }
    }
}
