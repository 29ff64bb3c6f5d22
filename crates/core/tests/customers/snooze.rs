//! Putting a conversation aside, and what brings it back.

use crate::shop::Shop;
use portico_core::customers::{UpdateConversation, WAKE, WakeConversation};
use portico_domain::conversation::Status;
use portico_types::{Millis, RoomId};

fn snooze(id: RoomId, until: Option<Millis>) -> UpdateConversation {
    UpdateConversation {
        status: Some(Status::Snoozed),
        snoozed_until: Some(until),
        ..UpdateConversation::of(id)
    }
}

#[test]
fn the_job_of_its_time_brings_it_back() {
    portico_testkit::each(async |t| {
        let shop = Shop::open(t).await;
        let t = &shop.t;
        let eve = shop.visitor().await;
        let said = shop.says(&eve, "Tomorrow, please").await.unwrap();
        let (id, now) = (said.room_id, said.created_at);
        let until = now.plus(Millis::DAY);
        let c = t.run(&shop.ben, snooze(id, Some(until))).await.unwrap();
        assert_eq!((c.status, c.snoozed_until), (Status::Snoozed, Some(until)));
        assert!(t.claim_job().await.is_none(), "not before its time");
        // Put aside for longer: the first job finds nothing to do.
        let later = until.plus(Millis::DAY);
        t.run(
            &shop.ben,
            UpdateConversation { snoozed_until: Some(Some(later)), ..UpdateConversation::of(id) },
        )
        .await
        .unwrap();
        t.take_events();

        t.clock.advance(Millis::DAY);
        let job = t.claim_job().await.unwrap();
        assert_eq!(job.kind, WAKE);
        let wake = WakeConversation::from_payload(&job.payload).unwrap();
        assert!(!t.app.run(t.job_ctx(job.tenant), wake).await.unwrap());
        assert_eq!(shop.conversation(id).await.status, Status::Snoozed);
        assert!(t.take_events().is_empty());

        t.clock.advance(Millis::DAY);
        let job = t.claim_job().await.unwrap();
        let wake = WakeConversation::from_payload(&job.payload).unwrap();
        assert!(t.app.run(t.job_ctx(job.tenant), wake.clone()).await.unwrap());
        let c = shop.conversation(id).await;
        assert_eq!((c.status, c.snoozed_until), (Status::Open, None));
        // To the visitor it was open all the time.
        assert_eq!(t.take_kinds(), ["message.posted", "conversation.updated"]);
        // A job that runs twice does it once.
        assert!(!t.app.run(t.job_ctx(job.tenant), wake).await.unwrap());
    });
}

#[test]
fn the_contact_brings_it_back_by_writing() {
    portico_testkit::each(async |t| {
        let shop = Shop::open(t).await;
        let t = &shop.t;
        let eve = shop.visitor().await;
        let said = shop.says(&eve, "Hm").await.unwrap();
        let id = said.room_id;
        let c = t.run(&shop.ben, snooze(id, None)).await.unwrap();
        assert_eq!((c.status, c.snoozed_until), (Status::Snoozed, None));
        shop.says(&eve, "I know now").await.unwrap();
        assert_eq!(shop.conversation(id).await.status, Status::Open);

        // A pending one becomes open with the first answer.
        let pending = UpdateConversation { status: Some(Status::Pending), ..UpdateConversation::of(id) };
        t.run(&shop.ben, pending).await.unwrap();
        shop.says(&eve, "Anyone?").await.unwrap();
        assert_eq!(shop.conversation(id).await.status, Status::Pending);
        shop.writes(&shop.ben, id, portico_domain::room::Ring::Everyone, "Here").await.unwrap();
        assert_eq!(shop.conversation(id).await.status, Status::Open);
    });
}

#[test]
fn only_a_time_within_the_coming_year_will_do() {
    portico_testkit::each(async |t| {
        let shop = Shop::open(t).await;
        let t = &shop.t;
        let eve = shop.visitor().await;
        let said = shop.says(&eve, "Hm").await.unwrap();
        let (id, now) = (said.room_id, said.created_at);
        for bad in [now, now.plus(-1), now.plus(367 * Millis::DAY), Millis(i64::MAX)] {
            let refused = t.run(&shop.ben, snooze(id, Some(bad))).await.unwrap_err();
            assert_eq!(refused.field(), Some("snoozed_until"), "{bad:?}");
        }
        let open = UpdateConversation {
            status: Some(Status::Open),
            snoozed_until: Some(Some(now.plus(Millis::DAY))),
            ..UpdateConversation::of(id)
        };
        assert_eq!(t.run(&shop.ben, open).await.unwrap_err().field(), Some("snoozed_until"));
        assert_eq!(shop.conversation(id).await.status, Status::Open);
        // A time alone puts aside; opening forgets the time.
        let alone = UpdateConversation {
            snoozed_until: Some(Some(now.plus(Millis::DAY))),
            ..UpdateConversation::of(id)
        };
        assert_eq!(t.run(&shop.ben, alone).await.unwrap().status, Status::Snoozed);
        let open = UpdateConversation { status: Some(Status::Open), ..UpdateConversation::of(id) };
        assert_eq!(t.run(&shop.ben, open).await.unwrap().snoozed_until, None);
    });
}
