//! One of the parts is gone: a node, the bus, the database.

use crate::{postgres::Postgres, stream::Stream, world::world};
use serde_json::json;
use std::{
    sync::atomic::{AtomicBool, AtomicUsize, Ordering},
    time::Duration,
};

#[test]
fn the_people_of_a_killed_node_go_on_at_another_without_a_gap() {
    let Some(mut world) = world(2) else { return };
    let (bob, _) = world.person("bob", "member");
    let mut stream = world.stream(1, &bob);
    let doomed = world.nodes.pop().unwrap();
    let (sent, all) = (AtomicUsize::new(0), 400);
    let heard = std::thread::scope(|scope| {
        let world = &world;
        let sent = &sent;
        scope.spawn(move || {
            for n in 0..all {
                world.say(0, &world.token, &n.to_string());
                sent.store(n, Ordering::SeqCst);
            }
        });
        let mut heard = Vec::new();
        for _ in 0..50 {
            heard.push(stream.next_text());
        }
        doomed.kill();
        // What was on its way still arrives; then there is nobody.
        while let Some(frame) = stream.next() {
            heard.extend(frame["data"]["message"]["body"]["text"].as_str().map(ToOwned::to_owned));
        }
        assert!(sent.load(Ordering::SeqCst) < all - 1, "it was killed while people spoke");
        let mut stream = Stream::open(&world.nodes[0].address, &bob, Some(&stream.cursor));
        assert!(stream.resumed);
        while heard.len() < all {
            heard.push(stream.next_text());
        }
        heard
    });
    let expected: Vec<String> = (0..all).map(|n| n.to_string()).collect();
    assert_eq!(heard, expected);
}

#[test]
fn without_the_bus_nothing_is_lost_and_with_it_all_is_quick_again() {
    let Some(mut world) = world(2) else { return };
    let (bob, _) = world.person("bob", "member");
    let (status, made) =
        world.nodes[0].post("/tokens", &world.token, &json!({"name": "script", "scopes": ["read"]}));
    assert_eq!(status, 201, "{made}");
    let (token, token_id) = (made["token"].as_str().unwrap(), made["id"].as_str().unwrap());
    let mut stream = world.stream(1, &bob);
    let mut script = world.stream(1, token);
    world.say(0, &world.token, "with");
    assert_eq!(stream.next_text(), "with");
    world.nats.stop();
    world.bus_is("down");
    for n in 0..40 {
        world.say(n % 2, &world.token, &n.to_string());
    }
    for n in 0..40 {
        assert_eq!(stream.next_text(), n.to_string());
    }
    // The end of a token is said over the bus alone; without it, the node asks.
    let path = format!("/tokens/{token_id}");
    assert_eq!(world.nodes[0].ask("DELETE", &path, &world.token, None, "").unwrap().0, 204);
    assert_eq!(script.last_word().as_deref(), Some("revoked"));
    world.nats.go_on();
    world.bus_is("ok");
    for n in 0..20 {
        world.say(n % 2, &world.token, &format!("again {n}"));
    }
    for n in 0..20 {
        assert_eq!(stream.next_text(), format!("again {n}"));
    }
    // Typing has no log to be read from: only the bus carries it.
    let path = format!("/rooms/{}/typing", world.room);
    world.nodes[0].post(&path, &world.token, &json!({}));
    stream.next_of("typing");
}

#[test]
fn a_node_starts_without_its_bus_and_says_so() {
    let Some(world) = world(1) else { return };
    let nowhere = format!("nats://127.0.0.1:{}", crate::nats::free_port());
    for (number, url) in [(8, nowhere), (9, world.nats.wrong_url())] {
        let node = world.start(number, &url);
        let ready = node.get("/readyz", "");
        assert_eq!(
            (&ready["status"], &ready["bus"], &ready["database"]),
            (&json!("degraded"), &json!("down"), &json!("ok"))
        );
        // It serves all the same, and hears what others say.
        let mut stream = Stream::open(&node.address, &world.token, None);
        world.say(0, &world.token, "hello there");
        assert_eq!(stream.next_text(), "hello there");
    }
}

#[test]
fn a_database_that_is_restarted_under_load_loses_nothing_that_was_acknowledged() {
    if world(0).is_none() {
        return;
    }
    let postgres = Postgres::start();
    let world = crate::world::World::on(postgres.url.clone(), 2);
    let (bob, _) = world.person("bob", "member");
    let mut stream = world.stream(1, &bob);
    let path = format!("/rooms/{}/messages", world.room);
    let (enough, written) = (AtomicBool::new(false), AtomicUsize::new(0));
    let acknowledged = std::thread::scope(|scope| {
        let writers: Vec<std::thread::ScopedJoinHandle<'_, Vec<(i64, String)>>> = (0..4)
            .map(|writer| {
                let (world, path, enough, written) = (&world, &path, &enough, &written);
                scope.spawn(move || {
                    let mut acknowledged = Vec::new();
                    for n in 0.. {
                        let body = format!("{writer}-{n}");
                        // Whoever is refused asks again with the same key, as clients do.
                        loop {
                            let node = &world.nodes[n % 2];
                            match node.ask("POST", path, &world.token, Some(&json!({"body": body})), &body) {
                                Some((201, message)) => {
                                    acknowledged.push((message["number"].as_i64().unwrap(), body));
                                    break;
                                }
                                Some((503, _)) => std::thread::sleep(Duration::from_millis(20)),
                                other => panic!("{other:?}"),
                            }
                        }
                        written.fetch_add(1, Ordering::SeqCst);
                        if enough.load(Ordering::SeqCst) {
                            return acknowledged;
                        }
                    }
                    acknowledged
                })
            })
            .collect();
        let wait_for = |more: usize| {
            let until = written.load(Ordering::SeqCst) + more;
            while written.load(Ordering::SeqCst) < until
                && !writers.iter().any(std::thread::ScopedJoinHandle::is_finished)
            {
                std::thread::yield_now();
            }
        };
        wait_for(60);
        postgres.script("stop");
        postgres.script("start");
        wait_for(60);
        enough.store(true, Ordering::SeqCst);
        let mut all: Vec<_> = writers.into_iter().flat_map(|w| w.join().unwrap()).collect();
        all.sort();
        all
    });
    // What is there, in order, once; and what the stream told, which may have had to come back.
    let mut found = Vec::new();
    let mut last = 0;
    loop {
        let page = world.nodes[1].get(&format!("{path}?after={last}&limit=200"), &world.token);
        for m in page["items"].as_array().unwrap() {
            let number = m["number"].as_i64().unwrap();
            assert_eq!(number, last + 1);
            last = number;
            if let Some(text) = m["body"]["text"].as_str() {
                found.push((number, text.to_owned()));
            }
        }
        if page["has_after"] == false {
            break;
        }
    }
    assert_eq!(found, acknowledged);
    let mut told: Vec<String> = Vec::new();
    while told.len() < acknowledged.len() {
        match stream.next() {
            Some(frame) => {
                told.extend(frame["data"]["message"]["body"]["text"].as_str().map(ToOwned::to_owned));
            }
            None => stream = Stream::open(&world.nodes[1].address, &bob, Some(&stream.cursor)),
        }
    }
    let written: Vec<String> = acknowledged.into_iter().map(|(_, text)| text).collect();
    assert_eq!(told, written);
}
