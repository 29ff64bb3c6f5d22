//! Who is in a program's team, and who decides that.

use super::*;
use portico_core::{
    messages::{Drafts, SaveDraft, SaveMessage, Saved, SetThread, Threads},
    people::ManageMember,
    rooms::CreateChannel,
    security::{
        AddTeamMember, GetProgram, ProgramAudit, Programs, RemoveTeamMember, Reports, States, UpdateProgram,
    },
};
use portico_domain::{event::Event, room::Visibility};
use portico_testkit::each;
use portico_types::ErrorCode;

async fn add(t: &TestApp, who: &Person, slug: &str, member: &Person) -> Result<Program> {
    t.run(who, AddTeamMember { slug: slug.into(), member: member.id }).await
}

async fn remove(t: &TestApp, who: &Person, slug: &str, member: &Person) -> Result<Program> {
    t.run(who, RemoveTeamMember { slug: slug.into(), member: member.id }).await
}

#[test]
fn who_makes_a_program_is_its_team_unless_others_are_named() {
    each(async |t| {
        let org = t.org("Acme").await;
        let own = t.run(&org.owner, program("Shop")).await.unwrap();
        assert_eq!(own.member_ids, [org.owner.id]);
        let kinds = t.take_kinds();
        assert_eq!(kinds, ["member.joined", "program.updated", "program.updated"]);
        let ann = t.member(&org, "Ann", Role::Member).await;
        let given = CreateProgram { member_ids: vec![ann.id, ann.id], ..program("Lamps") };
        let given = t.run(&org.owner, given).await.unwrap();
        assert_eq!(given.member_ids, [ann.id]);
        // The owner knows that it exists; its team is its own business.
        let list = t.ask(&org.owner, Programs).await.unwrap();
        assert_eq!(
            list.iter().map(|p| (p.slug.as_str(), p.member_ids.len())).collect::<Vec<_>>(),
            [("lamps", 0), ("shop", 1)]
        );
        let list = t.ask(&ann, Programs).await.unwrap();
        assert_eq!(list.iter().map(|p| p.slug.as_str()).collect::<Vec<_>>(), ["lamps"]);
        let other = t.ask(&ann, GetProgram { slug: "shop".into() }).await;
        assert_eq!(other.unwrap_err().code(), ErrorCode::NotFound);
        assert_eq!(t.ask(&org.owner, GetProgram { slug: "lamps".into() }).await.unwrap().member_ids, []);
        // A retry gives the same program.
        let once = t.run_once(&org.owner, "k", 1, program("Twice")).await.unwrap();
        let twice = t.run_once(&org.owner, "k", 1, program("Twice")).await.unwrap();
        assert_eq!(once, twice);
    });
}

/// Nobody can be left with reports that nobody can handle: by rank no more than by leaving.
#[test]
fn the_last_who_can_manage_a_program_is_neither_suspended_nor_demoted() {
    each(async |t| {
        let d = desk(&t).await;
        let change = |who: &Person, role, suspended| ManageMember { id: who.id, role, suspended, name: None };
        t.run(&d.org.owner, change(&d.tess, None, Some(true))).await.unwrap();
        for (role, suspended, field) in [
            (Some(Role::Guest), None, "role"),
            (None, Some(true), "suspended"),
            (Some(Role::Guest), Some(true), "suspended"),
        ] {
            let refused = t.run(&d.org.owner, change(&d.sam, role, suspended)).await.unwrap_err();
            assert_eq!((refused.code(), refused.field()), (ErrorCode::Conflict, Some(field)));
            assert!(refused.message().contains("Northwind Lamps"), "{}", refused.message());
        }
        // A guest of the team is no one to leave it to, and what does not take the program from them is fine.
        t.run(&d.org.owner, change(&d.gus, None, Some(true))).await.unwrap();
        t.run(&d.org.owner, change(&d.sam, Some(Role::Admin), None)).await.unwrap();
        t.run(&d.org.owner, change(&d.sam, Some(Role::Member), Some(false))).await.unwrap();
        let slug = d.program.slug.as_str();
        assert_eq!(remove(&t, &d.sam, slug, &d.sam).await.unwrap_err().code(), ErrorCode::Conflict);
        add(&t, &d.sam, slug, &d.mia).await.unwrap();
        t.run(&d.org.owner, change(&d.sam, Some(Role::Guest), None)).await.unwrap();
        // An owner who is the last of a team steps down only when somebody else is in it.
        let own = t.run(&d.org.owner, program("Shop")).await.unwrap();
        t.run(&d.org.owner, change(&d.mia, Some(Role::Owner), None)).await.unwrap();
        let stays = t.run(&d.mia, change(&d.org.owner, Some(Role::Guest), None)).await.unwrap_err();
        assert_eq!((stays.code(), stays.field()), (ErrorCode::Conflict, Some("role")));
        add(&t, &d.org.owner, &own.slug, &d.mia).await.unwrap();
        t.run(&d.mia, change(&d.org.owner, Some(Role::Guest), None)).await.unwrap();
    });
}

#[test]
fn only_the_team_changes_the_team() {
    each(async |t| {
        let d = desk(&t).await;
        let slug = d.program.slug.as_str();
        let admin = t.member(&d.org, "Ada", Role::Admin).await;
        for who in [&d.org.owner, &admin, &d.mia, &d.gus] {
            assert_eq!(
                add(&t, who, slug, who).await.unwrap_err().code(),
                ErrorCode::Forbidden,
                "{}",
                who.name
            );
            assert_eq!(
                remove(&t, who, slug, &d.sam).await.unwrap_err().code(),
                ErrorCode::Forbidden,
                "{}",
                who.name
            );
            let rename =
                UpdateProgram { slug: slug.into(), name: Some("Mine".into()), ..UpdateProgram::default() };
            assert_eq!(t.run(who, rename).await.unwrap_err().code(), ErrorCode::Forbidden, "{}", who.name);
            let record = t.ask(who, ProgramAudit { slug: slug.into(), cursor: None, limit: 10 }).await;
            assert_eq!(record.unwrap_err().code(), ErrorCode::Forbidden, "{}", who.name);
        }
        t.take_events();
        let sent = report(&t, &d, &draft()).await;
        t.take_events();
        let after = add(&t, &d.sam, slug, &d.mia).await.unwrap();
        assert!(after.member_ids.contains(&d.mia.id));
        let events = t.take_events();
        assert!(
            matches!(&events[0].event, Event::MemberJoined { group, member_id, .. } if *group == d.program.id.0 && *member_id == d.mia.id)
        );
        assert_eq!(events.len(), 3);
        assert_eq!(get(&t, &d.mia, sent.id).await.key, "NL-1");
        // Again changes nothing.
        add(&t, &d.sam, slug, &d.mia).await.unwrap();
        assert!(t.take_events().is_empty());
        let nobody = Person { id: MemberId(Id([9; 16])), ..d.mia.clone() };
        assert_eq!(add(&t, &d.sam, slug, &nobody).await.unwrap_err().field(), Some("member_id"));
        assert_eq!(remove(&t, &d.sam, slug, &d.org.owner).await.unwrap_err().field(), Some("member_id"));
    });
}

#[test]
fn who_leaves_takes_nothing_along_and_the_last_one_stays() {
    each(async |t| {
        let d = desk(&t).await;
        let slug = d.program.slug.as_str();
        let sent = report(&t, &d, &draft()).await;
        let note = post(&t, &d.sam, sent.id, Ring::Team, "@tess look").await.unwrap();
        t.run(&d.tess, SaveMessage { id: note.id, on: true }).await.unwrap();
        t.run(&d.tess, SetThread { root: note.id, following: Some(true), read: None }).await.unwrap();
        t.run(&d.tess, SaveDraft { room: sent.id, thread: None, body: "secret thought".into() })
            .await
            .unwrap();
        t.run(&d.sam, UpdateReport { assignee: Some(Some(d.tess.id)), ..change(sent.id) }).await.unwrap();
        // What they keep elsewhere is theirs.
        let garden = CreateChannel {
            name: "Garden".into(),
            handle: None,
            visibility: Visibility::Private,
            team: None,
            topic: String::new(),
            purpose: String::new(),
        };
        let garden = t.run(&d.tess, garden).await.unwrap().id;
        let rose = post(&t, &d.tess, garden, Ring::Everyone, "a rose").await.unwrap();
        t.run(&d.tess, SaveMessage { id: rose.id, on: true }).await.unwrap();
        t.run(&d.tess, SaveDraft { room: garden, thread: None, body: "and another".into() }).await.unwrap();
        t.take_events();
        remove(&t, &d.sam, slug, &d.tess).await.unwrap();
        let kinds = t.take_kinds();
        assert_eq!(kinds, ["member.left", "report.updated", "program.updated", "program.updated"]);
        assert_eq!(get(&t, &d.sam, sent.id).await.assignee_id, None);
        assert_eq!(t.ask(&d.tess, GetReport { id: sent.id }).await.unwrap_err().code(), ErrorCode::NotFound);
        let all = Reports { states: States::All, program: None, cursor: None, limit: 50 };
        assert!(t.ask(&d.tess, all).await.unwrap().items.is_empty());
        let drafts = t.ask(&d.tess, Drafts).await.unwrap();
        assert_eq!(drafts.iter().map(|draft| draft.room_id).collect::<Vec<_>>(), [garden]);
        let saved = t.ask(&d.tess, Saved { cursor: None, limit: 50 }).await.unwrap().items;
        assert_eq!(saved.iter().map(|(message, _)| message.id).collect::<Vec<_>>(), [rose.id]);
        assert!(t.ask(&d.tess, Threads { cursor: None, limit: 50 }).await.unwrap().items.is_empty());
        let me = d.tess.id;
        let counts = t.app.db().read(d.org.tenant, move |read| read.thread_counts(me)).await.unwrap();
        assert_eq!(counts, (0, 0));
        // A guest goes by themselves; who is left must be able to manage.
        let alone = remove(&t, &d.sam, slug, &d.sam).await.unwrap_err();
        assert_eq!(alone.code(), ErrorCode::Conflict);
        remove(&t, &d.gus, slug, &d.gus).await.unwrap();
        assert!(t.ask(&d.gus, Programs).await.unwrap().is_empty());
        add(&t, &d.sam, slug, &d.mia).await.unwrap();
        let gone = remove(&t, &d.sam, slug, &d.sam).await.unwrap();
        assert!(gone.member_ids.is_empty(), "who has left sees what everybody sees");
        assert_eq!(t.ask(&d.mia, GetProgram { slug: slug.into() }).await.unwrap().member_ids, [d.mia.id]);
    });
}
