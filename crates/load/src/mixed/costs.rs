//! Server CPU of what mixed users do, kind by kind and by others each time: what the scale model reckons with.

use super::{
    mix::{Deed, weight},
    people::{self, People},
};
use crate::{Result, cost::Kind, http, lane::text, report::Row, run::Place, server::Server, words::word};
/// People of the organization: one block.
const PEOPLE: usize = 500;
/// Messages of a page.
const PAGE: usize = 30;
/// Rooms that are opened have something unread this often [assumed, as in the model].
const UNREAD: f64 = 0.5;

pub(crate) fn measure(place: &Place, failures: &mut Vec<String>) -> Result<Vec<Row>> {
    let (data, people) = people::make(place, "costs", PEOPLE)?;
    let server = Server::start(&place.server, &data)?;
    let times = if place.quick { 200 } else { 2_000 };
    let mut rows = Vec::new();
    for (what, kinds) in [("a read", reads(&people)), ("a write beside posts", writes(&people))] {
        let mut parts = Vec::new();
        let (mut sum, mut weights) = (0.0, 0.0);
        for kind in &kinds {
            let cost = kind.cost(&server, times, failures)?;
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

/// Somebody, one of their channels and one of its newest messages.
fn somebody(people: &People, n: usize) -> (&str, &crate::house::Made, portico_types::Id) {
    // Steps that share no factor with the numbers of people, rooms and messages: all have their turn.
    let user = n * 7 % PEOPLE;
    let channels = &people.channels[user];
    let room = &people.rooms[channels[n / PEOPLE % channels.len()]];
    (&people.world.tokens[user], room, room.known[n % room.known.len()])
}

fn reads(people: &People) -> Vec<Kind<'_>> {
    let plain = |name, deed, path: &'static str| {
        Kind::new(name, weight(deed), move |n| http::get(path, somebody(people, n).0))
    };
    vec![
        Kind::new("open a room", weight(Deed::OpenChannel) + weight(Deed::OpenDirect), |n| {
            let (token, room, _) = somebody(people, n);
            http::get(&format!("/rooms/{}/messages?limit={PAGE}", room.id), token)
        }),
        Kind::new("scroll back", weight(Deed::ScrollBack), |n| {
            let (token, room, _) = somebody(people, n);
            let before = room.last.saturating_sub(20);
            http::get(&format!("/rooms/{}/messages?limit={PAGE}&before={before}", room.id), token)
        }),
        plain("what needs me", Deed::LookWhatNeedsMe, "/inbox"),
        plain("list threads", Deed::ListThreads, "/threads"),
        Kind::new("follow a link", weight(Deed::FollowLink), |n| {
            let (token, room, _) = somebody(people, n);
            http::get(&format!("/rooms/{}/messages?limit={PAGE}&around={}", room.id, room.last), token)
        }),
        Kind::new("open a thread", weight(Deed::OpenThread), |n| {
            let (token, _, message) = somebody(people, n);
            http::get(&format!("/messages/{message}/thread"), token)
        }),
        plain("list drafts", Deed::ListDrafts, "/drafts"),
        Kind::new("find people", weight(Deed::FindPeople), |n| {
            http::get(&format!("/members?limit=20&q=member{}", n % 97), somebody(people, n).0)
        }),
        Kind::new("open a profile", weight(Deed::OpenProfile), |n| {
            http::get(&format!("/members/{}", people.world.members[n % PEOPLE]), somebody(people, n).0)
        }),
        Kind::new("search", weight(Deed::Search), |n| {
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
        Kind::new("mark read", opened * UNREAD, |n| {
            let (token, room, _) = somebody(people, n);
            let number = room.last.saturating_sub(1 + (n / (PEOPLE * 8)) as u64);
            http::send(
                "POST",
                &format!("/rooms/{}/read", room.id),
                token,
                &format!("{{\"number\":{number}}}"),
            )
        }),
        Kind::new("save a draft", weight(Deed::SaveDraft), move |n| draft(n, &text)),
        Kind::new("forget a draft", weight(Deed::ForgetDraft), move |n| draft(n, "")),
        Kind::new("read a thread", weight(Deed::ReadThread), |n| {
            let (token, room, message) = somebody(people, n);
            let body = format!("{{\"read\":{}}}", room.last);
            http::send("PUT", &format!("/messages/{message}/thread"), token, &body)
        }),
        Kind::new("react", weight(Deed::React), |n| {
            let (token, _, message) = somebody(people, n);
            http::send("PUT", &format!("/messages/{message}/reactions/%F0%9F%91%8D"), token, "")
        }),
    ]
}
