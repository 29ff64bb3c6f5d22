//! Cut and resume, at every position.

use crate::world::{Client, Org, World, cursor_of, id, join, json, member, options, posted, room, says, to};
use portico_domain::{
    event::{Audience, Event},
    member::Role,
    room::{GroupKind, Ring},
};
use portico_realtime::{End, Viewer};
use portico_types::{ContactId, InboxId, MemberId, MessageId, Millis};

const RUN: u32 = 300;
const CONTACT: u32 = 90;

fn contact() -> Viewer {
    Viewer::Contact { id: ContactId(id(CONTACT)), inbox: InboxId(id(60)) }
}

/// A run of everything: two channels, two inboxes, two people, and who may hear of each.
struct Run {
    ann: MemberId,
    guest: MemberId,
}

async fn run(org: &Org<'_>) -> Run {
    let ann = org.person(1, Role::Member).await;
    let guest = org.person(2, Role::Guest).await;
    let other = org.person(3, Role::Member).await;
    org.write(move |tx| {
        for (group, kind, who) in [
            (50, GroupKind::Room, ann),
            (50, GroupKind::Room, guest),
            (51, GroupKind::Room, other),
            (60, GroupKind::Inbox, ann),
            (61, GroupKind::Inbox, other),
            (70, GroupKind::Program, guest),
            (70, GroupKind::Program, ann),
        ] {
            join(tx, id(group), kind, who)?;
        }
        Ok(())
    })
    .await;
    Run { ann, guest }
}

/// The n-th thing to happen, and whether it is for ann, the guest, the contact.
fn happening(run: &Run, n: u32) -> (Audience, Event, [bool; 3]) {
    let text = format!("n{n}");
    let desk = |group, ring, outside: u32| Audience::Group {
        group: id(group),
        ring,
        outside: Some(id(outside)),
        admins: true,
    };
    let saved = Event::SavedChanged { message_id: MessageId(id(n)), saved: true };
    let say = |ring| posted(room(80), ring, &text);
    match n % 10 {
        0 | 1 => (to(id(50), Ring::Everyone), say(Ring::Everyone), [true, true, false]),
        2 => (to(id(51), Ring::Everyone), say(Ring::Everyone), [false; 3]),
        3 => (desk(60, Ring::Everyone, CONTACT), say(Ring::Everyone), [true, false, true]),
        4 => (desk(60, Ring::Team, CONTACT), say(Ring::Team), [true, false, false]),
        5 => (desk(61, Ring::Everyone, 91), say(Ring::Everyone), [false; 3]),
        6 => (Audience::Member(run.ann), saved, [true, false, false]),
        7 => (Audience::Member(run.guest), saved, [false, true, false]),
        8 if n % 20 == 8 => (to(id(70), Ring::Guests), say(Ring::Guests), [true, true, false]),
        8 => (to(id(70), Ring::Team), say(Ring::Team), [true, false, false]),
        _ => (Audience::Members, say(Ring::Everyone), [true, false, false]),
    }
}

#[tokio::test]
async fn a_cut_at_any_place_loses_nothing_and_repeats_nothing() {
    let world = World::new();
    let org = world.organization("a").await;
    let run = run(&org).await;
    let start = org.last().await;
    let viewers = [member(run.ann), member(run.guest), contact()];
    let mut live: Vec<Client> = Vec::new();
    for viewer in viewers {
        live.push(org.connect(viewer, None).await.unwrap());
    }
    let mut expected: [Vec<(i64, String)>; 3] = Default::default();
    for n in 1..=RUN {
        let (audience, event, hears) = happening(&run, n);
        let said = match &event {
            Event::SavedChanged { .. } => "saved.changed".to_owned(),
            _ => format!("n{n}"),
        };
        org.emit(Some(room(80)), audience, event).await;
        for (who, hears) in hears.into_iter().enumerate() {
            if hears {
                expected[who].push((start + i64::from(n), said.clone()));
            }
        }
    }
    for (who, viewer) in viewers.into_iter().enumerate() {
        let expected = &expected[who];
        assert!(expected.len() >= 30);
        let mut frames = Vec::new();
        for (seq, said) in expected {
            let frame = live[who].next().await.unwrap();
            assert_eq!(says(&frame), *said);
            if who == 0 {
                assert_eq!(cursor_of(&frame), seq.to_string());
                assert_eq!(json(&frame)["room"], room(80).to_string());
            }
            frames.push((*seq, frame));
        }
        let ready = live[who].cursor();
        for cut in start..=start + i64::from(RUN) {
            // Where this viewer's own cursor stands: at the last thing they heard. Members may stand anywhere.
            let cursor = match frames.iter().rev().find(|(seq, _)| *seq <= cut) {
                _ if who == 0 => cut.to_string(),
                Some((_, frame)) => cursor_of(frame),
                None => ready.clone(),
            };
            let mut again = org.connect(viewer, Some(&cursor)).await.unwrap();
            assert!(again.resumed());
            assert_eq!(again.cursor(), cursor);
            for (_, frame) in frames.iter().filter(|(seq, _)| *seq > cut) {
                assert_eq!(again.next().await.unwrap(), *frame, "cut at {cut}");
            }
        }
    }
    // Nothing is left over after the last of them either.
    org.mark("end").await;
    for mut client in live {
        if client.cursor().parse::<i64>().is_ok() {
            assert!(client.heard("end").await.is_empty());
        }
    }
}

#[tokio::test]
async fn what_happens_during_the_replay_follows_it() {
    let world = World::new();
    let org = world.organization("a").await;
    let ann = org.person(1, Role::Member).await;
    org.join(id(50), GroupKind::Room, ann).await;
    let start = org.last().await;
    let all: Vec<String> = (0..900).map(|n| format!("n{n}")).collect();
    org.write({
        let all = all[..600].to_vec();
        move |tx| {
            for text in &all {
                tx.emit(
                    Millis(1),
                    Some(room(50)),
                    to(id(50), Ring::Everyone),
                    posted(room(50), Ring::Everyone, text),
                );
            }
            Ok(())
        }
    })
    .await;
    let mut client = org.connect(member(ann), Some(&start.to_string())).await.unwrap();
    let mut heard = Vec::new();
    for text in &all[600..] {
        org.say(room(50), text).await;
        heard.push(says(&client.next().await.unwrap()));
    }
    org.mark("end").await;
    heard.extend(client.heard("end").await);
    assert_eq!(heard, all);
}

#[tokio::test]
async fn rights_count_as_they_are_now_not_as_they_were() {
    let world = World::new();
    let org = world.organization("a").await;
    let (ann, bob) = (org.person(1, Role::Member).await, org.person(2, Role::Member).await);
    for who in [ann, bob] {
        org.join(id(50), GroupKind::Room, who).await;
    }
    let start = org.last().await.to_string();
    org.say(room(50), "secret").await;
    org.leave(id(50), GroupKind::Room, ann).await;
    org.say(room(50), "more").await;
    org.mark("end").await;
    let mut client = org.connect(member(ann), Some(&start)).await.unwrap();
    assert_eq!(client.heard("end").await, ["member.left"]);
    let mut client = org.connect(member(bob), Some(&start)).await.unwrap();
    assert_eq!(client.heard("end").await, ["secret", "member.left", "more"]);
}

#[tokio::test]
async fn a_cursor_that_is_too_old_or_not_yet_there_means_fetching_anew() {
    let world = World::with(portico_realtime::Options { replay: 10, ..options() });
    let org = world.organization("a").await;
    let ann = org.person(1, Role::Member).await;
    let start = org.last().await;
    for n in 0..11 {
        org.mark(&n.to_string()).await;
    }
    for (cursor, resumed) in [(start, false), (start + 1, true), (start + 11, true), (start + 12, false)] {
        let client = org.connect(member(ann), Some(&cursor.to_string())).await.unwrap();
        assert_eq!(client.resumed(), resumed, "{cursor}");
        assert_eq!(client.cursor(), if resumed { cursor } else { start + 11 }.to_string());
    }
    let fresh = org.connect(member(ann), None).await.unwrap();
    assert_eq!((fresh.cursor(), fresh.resumed()), ((start + 11).to_string(), false));
    for bad in ["", "-1", "x", "1 ", "99999999999999999999999"] {
        let error = org.connect(member(ann), Some(bad)).await.err().unwrap();
        assert_eq!(error.field(), Some("cursor"), "{bad}");
    }
    assert_eq!(world.hub.stats().connections, 1);
}

#[tokio::test]
async fn a_cursor_of_another_life_of_the_log_means_fetching_anew() {
    let world = World::new();
    let org = world.organization("a").await;
    let (ann, gil) = (org.person(1, Role::Member).await, org.person(2, Role::Guest).await);
    let mut before = Vec::new();
    for viewer in [member(ann), member(gil), contact()] {
        before.push((viewer, org.connect(viewer, None).await.unwrap()));
    }
    let begin = async |epoch: i64| world.db.write_instance(move |tx| tx.begin_epoch(epoch)).await.unwrap();
    begin(255).await;
    org.mark("after").await;
    // As long as nobody looks at the database, this node does not know; the first who comes makes it.
    for (viewer, old) in &before {
        let again = org.connect(*viewer, Some(&old.cursor())).await.unwrap();
        assert!(!again.resumed(), "{}", old.cursor());
        let resumed = org.connect(*viewer, Some(&again.cursor())).await.unwrap();
        assert!(resumed.resumed(), "{}", again.cursor());
    }
    for (_, old) in &mut before {
        let end = loop {
            if let Err(end) = old.next().await {
                break end;
            }
        };
        assert_eq!(end, portico_realtime::End::Resync);
    }
    let mut client = org.connect(member(ann), None).await.unwrap();
    assert_eq!(client.cursor(), format!("{}-ff", org.last().await));
    org.mark("more").await;
    let frame = client.next().await.unwrap();
    assert_eq!(cursor_of(&frame), format!("{}-ff", org.last().await));
    // The number alone, or in yet another life, says nothing here.
    for other in [org.last().await.to_string(), format!("{}-fe", org.last().await)] {
        assert!(!org.connect(member(ann), Some(&other)).await.unwrap().resumed(), "{other}");
    }
}

#[tokio::test]
async fn a_slow_reader_is_told_to_resume_and_loses_nothing() {
    let world = World::with(portico_realtime::Options { queue_frames: 8, ..options() });
    let org = world.organization("a").await;
    let ann = org.person(1, Role::Member).await;
    let start = org.last().await;
    let mut slow = org.connect(member(ann), Some(&start.to_string())).await.unwrap();
    for n in 0..100 {
        org.mark(&n.to_string()).await;
    }
    org.mark("end").await;
    let mut watch = org.connect(member(ann), Some(&org.last().await.to_string())).await.unwrap();
    org.mark("seen").await;
    assert!(watch.heard("seen").await.is_empty());
    assert_eq!(slow.end().await, End::Resume);
    let mut again = org.connect(member(ann), Some(&start.to_string())).await.unwrap();
    assert_eq!(again.heard("end").await, (0..100).map(|n| n.to_string()).collect::<Vec<_>>());
}
