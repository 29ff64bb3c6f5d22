//! Server CPU of what mixed users do, kind by kind: what the scale model reckons with. Each kind is asked for by several
//! connections at once and by others each time; what the server burns meanwhile is shared out.

use super::{
    mix::{Deed, weight},
    people::{self, People},
};
use crate::{
    Result,
    http::{self, Asker},
    lane::text,
    machine,
    report::Row,
    run::Place,
    server::Server,
    words::word,
};
use std::{net::SocketAddr, thread};

/// People of the organization: one block.
const PEOPLE: usize = 500;
/// Connections that ask at once.
const ASKERS: usize = 8;
/// Messages of a page.
const PAGE: usize = 30;
/// Rooms that are opened have something unread this often [assumed, as in the model].
const UNREAD: f64 = 0.5;

/// One kind: its requests by number, and how often it is done for each post.
struct Kind<'a> {
    name: &'static str,
    weight: f64,
    request: Box<dyn Fn(usize) -> String + Sync + 'a>,
}

pub(crate) fn measure(place: &Place, failures: &mut Vec<String>) -> Result<Vec<Row>> {
    let (data, people) = people::make(place, "costs", PEOPLE)?;
    let server = Server::start(&place.server, &data)?;
    let times = if place.quick { 200 } else { 2_000 };
    let mut rows = Vec::new();
    for (what, kinds) in [("a read", reads(&people)), ("a write beside posts", writes(&people))] {
        let mut parts = Vec::new();
        let (mut sum, mut weights) = (0.0, 0.0);
        for kind in &kinds {
            let cost = cost(&server, kind, times, failures)?;
            sum += cost * kind.weight;
            weights += kind.weight;
            parts.push(format!("{} {cost:.0}", kind.name));
        }
        rows.push(
            Row::note(
                &format!("Server CPU of {what}, as often as mixed users do each"),
                format!("{:.0} µs", sum / weights),
            )
            .remark(&format!("µs: {}", parts.join(", "))),
        );
    }
    Ok(rows)
}

/// Microseconds of server CPU for one request of a kind.
fn cost(server: &Server, kind: &Kind<'_>, times: usize, failures: &mut Vec<String>) -> Result<f64> {
    let ask = |from: usize, to: usize| ask(server.address, kind, from, to);
    // Statements are planned and pages are read at the first.
    ask(0, times / 10)?;
    let before = machine::cpu(server.pid())?;
    let each = times / ASKERS;
    let begun = times / 10;
    let refused: usize = thread::scope(|scope| {
        let askers: Vec<_> =
            (0..ASKERS).map(|a| scope.spawn(move || ask(begun + a * each, begun + (a + 1) * each))).collect();
        askers.into_iter().map(|a| a.join().map_err(|_| "an asker panicked")?).sum::<Result<usize>>()
    })?;
    if refused > 0 {
        failures.push(format!("costs: {refused} of {times} requests were refused: {}", kind.name));
    }
    let burnt = machine::cpu(server.pid())?.saturating_sub(before);
    Ok(burnt.as_secs_f64() * 1e6 / (each * ASKERS) as f64)
}

/// Asks and says how many were refused.
fn ask(address: SocketAddr, kind: &Kind<'_>, from: usize, to: usize) -> Result<usize> {
    let mut asker = Asker::connect(address)?;
    let mut refused = 0;
    for n in from..to {
        let answer = asker.ask(&(kind.request)(n))?;
        refused += usize::from(!(200..300).contains(&answer.status));
    }
    Ok(refused)
}

/// Somebody, one of their channels and one of its newest messages.
fn somebody(people: &People, n: usize) -> (&str, &crate::house::Made, portico_types::Id) {
    // Steps that share no factor with the numbers of people, rooms and messages: all have their turn.
    let user = n * 7 % PEOPLE;
    let channels = &people.channels[user];
    let room = &people.rooms[channels[n / PEOPLE % channels.len()]];
    (&people.world.tokens[user], room, room.known[n % room.known.len()])
}

fn kind<'a>(name: &'static str, weight: f64, request: impl Fn(usize) -> String + Sync + 'a) -> Kind<'a> {
    Kind { name, weight, request: Box::new(request) }
}

fn reads(people: &People) -> Vec<Kind<'_>> {
    let plain = |name, deed, path: &'static str| {
        kind(name, weight(deed), move |n| http::get(path, somebody(people, n).0))
    };
    vec![
        kind("open a room", weight(Deed::OpenChannel) + weight(Deed::OpenDirect), |n| {
            let (token, room, _) = somebody(people, n);
            http::get(&format!("/rooms/{}/messages?limit={PAGE}", room.id), token)
        }),
        kind("scroll back", weight(Deed::ScrollBack), |n| {
            let (token, room, _) = somebody(people, n);
            let before = room.last.saturating_sub(20);
            http::get(&format!("/rooms/{}/messages?limit={PAGE}&before={before}", room.id), token)
        }),
        plain("what needs me", Deed::LookWhatNeedsMe, "/inbox"),
        plain("list threads", Deed::ListThreads, "/threads"),
        kind("follow a link", weight(Deed::FollowLink), |n| {
            let (token, room, _) = somebody(people, n);
            http::get(&format!("/rooms/{}/messages?limit={PAGE}&around={}", room.id, room.last), token)
        }),
        kind("open a thread", weight(Deed::OpenThread), |n| {
            let (token, _, message) = somebody(people, n);
            http::get(&format!("/messages/{message}/thread"), token)
        }),
        plain("list drafts", Deed::ListDrafts, "/drafts"),
        kind("find people", weight(Deed::FindPeople), |n| {
            http::get(&format!("/members?limit=20&q=member{}", n % 97), somebody(people, n).0)
        }),
        kind("open a profile", weight(Deed::OpenProfile), |n| {
            http::get(&format!("/members/{}", people.world.members[n % PEOPLE]), somebody(people, n).0)
        }),
        kind("search", weight(Deed::Search), |n| {
            http::get(&format!("/search?limit=20&q={}", word(100 + n % 2_000)), somebody(people, n).0)
        }),
        plain("find channels", Deed::FindChannels, "/channels?limit=20&q=gen"),
        plain("reload the app", Deed::Reload, "/boot"),
    ]
}

fn writes(people: &People) -> Vec<Kind<'_>> {
    let opened = weight(Deed::OpenChannel) + weight(Deed::OpenDirect);
    let draft = move |n: usize, body: &str| {
        let (token, room, _) = somebody(people, n);
        http::send("PUT", "/drafts", token, &format!("{{\"room_id\":\"{}\",\"body\":\"{body}\"}}", room.id))
    };
    let text = text()[..120].to_owned();
    vec![
        // One less each time, so that it is never where it was.
        kind("mark read", opened * UNREAD, |n| {
            let (token, room, _) = somebody(people, n);
            let number = room.last.saturating_sub(1 + (n / (PEOPLE * 8)) as u64);
            http::send(
                "POST",
                &format!("/rooms/{}/read", room.id),
                token,
                &format!("{{\"number\":{number}}}"),
            )
        }),
        kind("save a draft", weight(Deed::SaveDraft), move |n| draft(n, &text)),
        kind("forget a draft", weight(Deed::ForgetDraft), move |n| draft(n, "")),
        kind("read a thread", weight(Deed::ReadThread), |n| {
            let (token, room, message) = somebody(people, n);
            let body = format!("{{\"read\":{}}}", room.last);
            http::send("PUT", &format!("/messages/{message}/thread"), token, &body)
        }),
        kind("react", weight(Deed::React), |n| {
            let (token, _, message) = somebody(people, n);
            http::send("PUT", &format!("/messages/{message}/reactions/%F0%9F%91%8D"), token, "")
        }),
    ]
}
