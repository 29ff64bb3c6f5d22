//! All is well: whoever is on whichever node.

use crate::{stream::Stream, world::world};
use serde_json::json;
use std::{
    io::{Read, Write},
    net::TcpStream,
};

#[test]
fn what_is_said_on_any_node_is_heard_on_every_node_in_order() {
    let Some(world) = world(3) else { return };
    let (bob, _) = world.person("bob", "member");
    let mut streams: Vec<Stream> = (0..3).map(|node| world.stream(node, &bob)).collect();
    for n in 0..60 {
        world.say(n % 3, &world.token, &n.to_string());
    }
    for stream in &mut streams {
        let mut cursor = 0;
        for n in 0..60 {
            assert_eq!(stream.next_text(), n.to_string());
            let at = stream.cursor.parse::<i64>().unwrap();
            assert!(at > cursor, "{at} after {cursor}");
            cursor = at;
        }
    }
}

#[test]
fn what_is_taken_away_on_one_node_is_gone_on_the_other() {
    let Some(world) = world(2) else { return };
    let (bob, bob_id) = world.person("bob", "member");
    let (status, made) =
        world.nodes[0].post("/tokens", &world.token, &json!({"name": "script", "scopes": ["read"]}));
    assert_eq!(status, 201, "{made}");
    let (token, token_id) = (made["token"].as_str().unwrap(), made["id"].as_str().unwrap());
    let refused = |token: &str| {
        // It may take the other node a moment to hear of it; were it never told, this would be asked in vain for
        // as long as an answer is remembered.
        let asked = std::iter::repeat_with(|| world.nodes[1].ask("GET", "/me", token, None, "").unwrap().0);
        let answers: Vec<u16> = asked.take_while(|status| *status != 401).collect();
        assert!(answers.iter().all(|status| *status == 200) && answers.len() < 100, "{answers:?}");
    };
    // Both are remembered there, and have a stream open.
    for secret in [&bob, token] {
        assert_eq!(world.nodes[1].ask("GET", "/me", secret, None, "").unwrap().0, 200);
    }
    let (mut at_bob, mut at_script) = (world.stream(1, &bob), world.stream(1, token));

    let path = format!("/tokens/{token_id}");
    assert_eq!(world.nodes[0].ask("DELETE", &path, &world.token, None, "").unwrap().0, 204);
    assert_eq!(at_script.last_word().as_deref(), Some("revoked"));
    refused(token);

    let path = format!("/members/{bob_id}");
    let (status, answer) =
        world.nodes[0].ask("PATCH", &path, &world.token, Some(&json!({"suspended": true})), "").unwrap();
    assert_eq!(status, 200, "{answer}");
    world.say(0, &world.token, "not for bob");
    let mut heard = Vec::new();
    while let Some(frame) = at_bob.next() {
        heard.push(frame);
    }
    assert_eq!(heard.last().unwrap()["type"], "revoked", "{heard:?}");
    assert!(heard.iter().all(|f| f["type"] != "message.posted"), "{heard:?}");
    refused(&bob);
}

#[test]
fn who_is_there_and_who_types_is_seen_from_the_other_node() {
    let Some(world) = world(2) else { return };
    let (bob, bob_id) = world.person("bob", "member");
    let mut ann = world.stream(0, &world.token);
    let _bob = world.stream(1, &bob);
    loop {
        let frame = ann.next_of("presence");
        if let Some(state) = frame["data"]["members"].get(&bob_id) {
            assert_eq!(state, "online");
            break;
        }
    }
    assert_eq!(world.nodes[0].get("/boot", &world.token)["presence"][&bob_id], "online");
    let path = format!("/rooms/{}/typing", world.room);
    let (status, _) = world.nodes[1].post(&path, &bob, &json!({}));
    assert_eq!(status, 204);
    let typing = ann.next_of("typing");
    assert_eq!(typing["data"]["author"]["id"], bob_id);
    assert_eq!(typing["room"], world.room);
    // What bob chose on one node is what is seen on the other.
    let (status, _) =
        world.nodes[1].ask("PUT", "/me/presence", &bob, Some(&json!({"choice": "dnd"})), "").unwrap();
    assert!(status < 300, "{status}");
    loop {
        let frame = ann.next_of("presence");
        if frame["data"]["members"].get(&bob_id).is_some_and(|state| state == "dnd") {
            break;
        }
    }
}

/// The status of a public page.
fn page(node: &crate::server::Server, path: &str) -> u16 {
    let mut io = TcpStream::connect(&node.address).unwrap();
    write!(io, "GET {path} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n\r\n", node.address).unwrap();
    let mut answer = String::new();
    io.read_to_string(&mut answer).unwrap();
    answer.split(' ').nth(1).unwrap().parse().unwrap()
}

#[test]
fn taking_turns_with_the_nodes_gives_no_more_tries_at_tracking_links() {
    let Some(world) = world(3) else { return };
    let statuses: Vec<u16> = (0..45)
        .map(|n| {
            let path = format!("/security/track/{n:032x}");
            page(&world.nodes[n % 3], &path)
        })
        .collect();
    // Together they let twenty through, and one more every five seconds; each alone would let its own fifteen.
    let refused = statuses.iter().filter(|status| **status == 429).count();
    assert!(refused >= 15, "{statuses:?}");
    assert!(statuses.iter().all(|status| matches!(status, 404 | 410 | 429)), "{statuses:?}");
}

#[test]
fn taking_turns_with_the_nodes_gives_no_more_guesses() {
    let Some(world) = world(3) else { return };
    let (_, _) = world.person("bob", "member");
    let statuses: Vec<u16> = std::thread::scope(|scope| {
        let guess = |node: &'_ crate::server::Server| {
            let who = json!({"email": "bob@example.org", "password": "not the password"});
            (0..10).map(|_| node.post("/sessions", "", &who).0).collect::<Vec<_>>()
        };
        let nodes: Vec<_> = world.nodes.iter().map(|node| scope.spawn(move || guess(node))).collect();
        nodes.into_iter().flat_map(|node| node.join().unwrap()).collect()
    });
    assert!(statuses.iter().all(|status| matches!(status, 401 | 429)), "{statuses:?}");
    // Together they let ten through, and one more every six seconds; each alone would let its own ten.
    let passed = statuses.iter().filter(|status| **status == 401).count();
    assert!((1..20).contains(&passed), "{statuses:?}");
}
