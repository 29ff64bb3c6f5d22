//! What must be true in the end, reckoned from the log alone.

use super::{
    client::{Client, everything, fresh},
    world::World,
};
use crate::Result;
use portico_domain::{
    event::{Audience, Event},
    message::Body,
};
use portico_store::LogEvent;
use portico_types::{Id, MemberId, MessageId};
use std::collections::{BTreeSet, HashMap, HashSet};

pub(super) async fn check(world: &mut World, clients: &[Client]) -> Result<()> {
    present_once(world).await?;
    let log = world.log().await?;
    for (i, event) in log.iter().enumerate() {
        if event.seq != i as i64 + 1 {
            return Err(format!("the log has a gap before {}", event.seq).into());
        }
    }
    let gone: HashSet<MessageId> = log
        .iter()
        .filter_map(|e| match &e.event {
            Event::MessageDeleted { id, .. } => Some(*id),
            _ => None,
        })
        .collect();
    for client in clients {
        heard_its_due(world, client, &log, &gone)?;
        let now = fresh(world, client.who).await?;
        if client.view != now {
            let room = now.keys().chain(client.view.keys()).find(|r| now.get(*r) != client.view.get(*r));
            return Err(format!(
                "state and events are not the fresh state for person {} in room {room:?}: {:?} is not {:?}",
                client.who,
                room.and_then(|r| client.view.get(r)),
                room.and_then(|r| now.get(r))
            )
            .into());
        }
    }
    Ok(())
}

/// What was acknowledged is there under its number, once; numbers have no gap.
async fn present_once(world: &World) -> Result<()> {
    let mut there: HashMap<MessageId, i64> = HashMap::new();
    let mut texts: HashMap<String, u32> = HashMap::new();
    for room in &world.rooms {
        // The owner made all rooms; where they have left, a message is looked at as whoever is in it.
        let mut found = Vec::new();
        for who in 0..world.people.len() {
            if let Ok(all) = everything(world, who, *room).await {
                found = all;
                break;
            }
        }
        for (i, message) in found.iter().enumerate() {
            if message.number != i as i64 + 1 {
                return Err(format!("room {room} has a gap before number {}", message.number).into());
            }
            there.insert(message.id, message.number);
            if let Body::Markdown { text, .. } = &message.body
                && !text.contains("edited")
            {
                *texts.entry(text.clone()).or_default() += 1;
            }
        }
        if found.is_empty() {
            // Nobody is left in a private room: nobody can say what is in it.
            there.extend(world.acknowledged.iter().filter(|a| a.room == *room).map(|a| (a.id, a.number)));
        }
    }
    for a in &world.acknowledged {
        if there.get(&a.id) != Some(&a.number) {
            return Err(format!("{} was acknowledged as number {} and is not there", a.text, a.number).into());
        }
        if texts.get(&a.text).is_some_and(|n| *n > 1) {
            return Err(format!("{} is there {} times", a.text, texts[&a.text]).into());
        }
    }
    Ok(())
}

/// One thing said of a message, as a line. Whatever was said of one that is gone is only that it is gone.
fn line(event: &Event, gone: &HashSet<MessageId>) -> Option<String> {
    let of = |id: &MessageId, what: String| {
        Some(if gone.contains(id) { format!("{id} gone") } else { format!("{id} {what}") })
    };
    match event {
        Event::MessagePosted { message } => of(&message.id, format!("posted {}", message.version)),
        Event::MessageEdited { message } => of(&message.id, format!("edited {}", message.version)),
        Event::MessageDeleted { id, .. } => of(id, String::new()),
        Event::ReactionAdded { message_id, member_id, emoji } => {
            Some(format!("{message_id} {emoji} {member_id} added"))
        }
        Event::ReactionRemoved { message_id, member_id, emoji } => {
            Some(format!("{message_id} {emoji} {member_id} removed"))
        }
        _ => None,
    }
}

fn heard_its_due(
    world: &World,
    client: &Client,
    log: &[portico_store::Logged],
    gone: &HashSet<MessageId>,
) -> Result<()> {
    let me = world.people[client.who];
    // Groups I am in after each event; the first is before all.
    let mut inside: Vec<BTreeSet<Id>> = vec![BTreeSet::new()];
    for event in log {
        let mut now = inside.last().cloned().unwrap_or_default();
        match &event.event {
            Event::MemberJoined { group, member_id, .. } if *member_id == me => {
                now.insert(*group);
            }
            Event::MemberLeft { group, member_id, .. } if *member_id == me => {
                now.remove(group);
            }
            _ => {}
        }
        inside.push(now);
    }
    let mut heard = Vec::new();
    for frame in &client.heard {
        let event: Event =
            serde_json::from_value(serde_json::json!({"type": frame["type"], "data": frame["data"]}))?;
        let seq: Option<i64> = frame["cursor"].as_str().and_then(|c| c.parse().ok());
        heard.extend(line(&event, gone).map(|line| (seq, line)));
    }
    if client.connections.iter().any(|c| c.cursor.is_none()) {
        let lines: Vec<String> = heard.into_iter().map(|(_, line)| line).collect();
        return seldom_more(client.who, &lines, log, me, &inside, gone);
    }
    let numbered: Vec<i64> = heard.iter().filter_map(|(seq, _)| *seq).collect();
    if let Some((before, after)) = numbered.iter().zip(numbered.iter().skip(1)).find(|(a, b)| a >= b) {
        return Err(format!("person {} heard {after} after {before}", client.who).into());
    }
    let opened = &client.connections;
    let mut due = 0;
    for (n, connection) in opened.iter().enumerate() {
        let from = connection.cursor.unwrap_or(0);
        let to = opened.get(n + 1).and_then(|next| next.cursor).unwrap_or(i64::MAX);
        for event in log.iter().filter(|e| e.seq > from && e.seq <= to) {
            let Some(line) = line(&event.event, gone) else { continue };
            // What was missed is read when it is sent, by the rights of that moment, which is not before the opening.
            let rights = if event.seq > connection.at {
                &inside[event.seq as usize..=event.seq as usize]
            } else {
                &inside[connection.at as usize..]
            };
            let must = rights.iter().all(|r| may_hear(event, me, r));
            let may = rights.iter().any(|r| may_hear(event, me, r));
            due += u64::from(must);
            match heard.binary_search_by_key(&Some(event.seq), |(seq, _)| *seq) {
                Ok(at) if may && heard[at].1 == line => {}
                Ok(_) => {
                    return Err(format!(
                        "person {} heard {} without the right, or another thing",
                        client.who, event.seq
                    )
                    .into());
                }
                Err(_) if must => {
                    return Err(format!("person {} did not hear {} ({line})", client.who, event.seq).into());
                }
                Err(_) => {}
            }
        }
    }
    if due > heard.len() as u64 {
        return Err(format!("person {} heard {} of {due}", client.who, heard.len()).into());
    }
    Ok(())
}

/// For one whose cursors are sealed: nothing but what they were allowed at some time since, each once, in order.
fn seldom_more(
    who: usize,
    heard: &[String],
    log: &[portico_store::Logged],
    me: MemberId,
    inside: &[BTreeSet<Id>],
    gone: &HashSet<MessageId>,
) -> Result<()> {
    let ever = |e: &LogEvent| inside[e.seq as usize..].iter().any(|rights| may_hear(e, me, rights));
    let mut allowed = log.iter().filter(|e| ever(e)).filter_map(|e| line(&e.event, gone));
    for line in heard {
        if !allowed.any(|a| a == *line) {
            return Err(
                format!("person {who} heard {line:?} twice, out of order or without the right").into()
            );
        }
    }
    Ok(())
}

fn may_hear(event: &LogEvent, me: MemberId, inside: &BTreeSet<Id>) -> bool {
    match &event.audience {
        Audience::Group { group, .. } => inside.contains(group),
        Audience::Member(member) => *member == me,
        Audience::Everyone => true,
        Audience::Members | Audience::Admins => false,
    }
}
