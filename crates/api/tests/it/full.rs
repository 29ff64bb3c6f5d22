//! More is asked than can be done at once: the queues are bounded, whoever finds one full is told so at once and when to
//! come back, and nobody's request is lost or done twice.

use futures_util::{StreamExt, stream::FuturesUnordered};
use portico_testkit::{Answer, HttpApp, each_http};
use serde_json::json;
use std::{collections::HashMap, sync::mpsc};
use tokio::sync::oneshot;

/// Commands that wait in a lane at most, and queries for a reader.
const LANE: usize = 4096;
const READERS: usize = 8192;
/// How many more are asked for than fit.
const TOO_MANY: usize = 300;

/// Has a lane, or a reader, wait until what this gives is dropped.
async fn hold(h: &HttpApp, org: &portico_testkit::Org, lane: Option<u64>) -> mpsc::Sender<()> {
    let (release, released) = mpsc::channel::<()>();
    let (reached, there) = oneshot::channel();
    let (db, tenant) = (h.t.app.db().clone(), org.owner.tenant);
    let mut reached = Some(reached);
    match lane {
        Some(lane) => {
            tokio::spawn(async move {
                let held = db.write(tenant, lane, move |_| {
                    let _told = reached.take().map(|tell| tell.send(()));
                    let _dropped = released.recv();
                    Ok(())
                });
                held.await.expect("what holds the lane ends well");
            });
        }
        None => {
            tokio::spawn(async move {
                let held = db.read(tenant, move |_| {
                    let _told = reached.take().map(|tell| tell.send(()));
                    let _dropped = released.recv();
                    Ok(())
                });
                held.await.expect("what holds the reader ends well");
            });
        }
    }
    there.await.expect("it is held");
    release
}

fn is_busy(answer: &Answer) {
    answer.refused(503, "busy");
    assert_eq!(answer.header("retry-after"), "1");
    assert_eq!(answer.json()["error"]["message"], "the server is busy; try again in a second");
}

/// Whether somebody was told, after ten seconds, that the database does not answer: on a slow machine thousands take longer
/// than that. Whoever is told so asks again.
fn is_late(answer: &Answer) -> bool {
    let late = answer.status == 503 && answer.header("retry-after") == "5";
    assert!(!late || answer.json()["error"]["message"].to_string().contains("the database does not answer"));
    late
}

#[test]
fn a_full_lane_says_so_at_once_and_loses_and_doubles_nothing() {
    each_http(async |h| {
        let org = h.t.org("Acme").await;
        let owner = h.as_member(&org.owner);
        let room = owner.post("/channels", json!({"name": "lamps", "kind": "public"})).await.ok(201);
        let path = format!("/rooms/{}/messages", room["id"].as_str().expect("a channel"));
        let mut held = vec![hold(&h, &org, Some(0)).await];
        if !h.t.app.db().is_embedded() {
            held.push(hold(&h, &org, Some(1)).await);
        }
        let ask = async |n: usize| {
            let text = n.to_string();
            (n, owner.post(&path, json!({"body": text})).key(&text).await)
        };
        let mut asked: FuturesUnordered<_> = (0..LANE + TOO_MANY).map(ask).collect();
        let mut refused = Vec::new();
        while refused.len() < TOO_MANY {
            let (n, answer) = asked.next().await.expect("more was asked than fits");
            is_busy(&answer);
            refused.push(n);
        }
        // What waits is what fits, and what fits is done.
        drop(held);
        while let Some((n, answer)) = asked.next().await {
            if is_late(&answer) {
                refused.push(n);
            } else {
                answer.ok(201);
            }
        }
        // Whoever was refused comes back with the same key; whoever was not, as well, for want of an answer.
        for n in refused.into_iter().chain(0..10) {
            ask(n).await.1.ok(201);
        }
        let mut found = HashMap::new();
        let mut last = 0;
        loop {
            let page = owner.get(&format!("{path}?after={last}&limit=200")).await.ok(200);
            for message in page["items"].as_array().expect("a page") {
                let number = message["number"].as_i64().expect("a number");
                assert_eq!(number, last + 1, "numbers have no gap");
                last = number;
                if let Some(text) = message["body"]["text"].as_str() {
                    *found.entry(text.to_owned()).or_insert(0) += 1;
                }
            }
            if page["has_after"] == false {
                break;
            }
        }
        assert_eq!(found.len(), LANE + TOO_MANY);
        assert!(found.values().all(|times| *times == 1), "{found:?}");
    });
}

#[test]
fn full_readers_say_so_at_once_and_answer_everybody_who_waits() {
    each_http(async |h| {
        let org = h.t.org("Acme").await;
        let owner = h.as_member(&org.owner);
        // From here on it is known who asks.
        owner.get("/teams").await.ok(200);
        let held = hold(&h, &org, None).await;
        let mut asked: FuturesUnordered<_> =
            (0..READERS + TOO_MANY).map(|_| async { owner.get("/teams").await }).collect();
        for _ in 0..TOO_MANY {
            is_busy(&asked.next().await.expect("more was asked than fits"));
        }
        drop(held);
        let (mut answered, mut late) = (0, 0);
        while let Some(answer) = asked.next().await {
            if is_late(&answer) {
                late += 1;
            } else {
                answer.ok(200);
                answered += 1;
            }
        }
        assert_eq!(answered + late, READERS);
        for _ in 0..late {
            owner.get("/teams").await.ok(200);
        }
    });
}
