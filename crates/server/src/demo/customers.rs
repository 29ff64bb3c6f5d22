//! The shop's visitors and those who answer them.

use super::{
    cast::Cast,
    story::{Person, Story},
};
use portico_core::customers::{
    AddAgent, CreateInbox, InboxSettings, UpdateContact, UpdateConversation, widget,
};
use portico_domain::{
    conversation::{Priority, Status},
    inbox::{Asked, Form, Inbox, InboxKind},
    room::Ring,
};
use portico_policy::Actor;
use portico_types::{ContactId, Millis, Result, RoomId};
use std::collections::BTreeMap;

/// Someone with the shop open in a browser.
struct Visitor {
    actor: Actor,
    contact: ContactId,
}

/// Opens the inbox, lets people in, answers some of them. Returns the public key of the inbox.
pub(super) async fn serve(s: &Story, c: &Cast, origins: &[String]) -> Result<String> {
    s.at(18, 9, 0);
    let settings = InboxSettings {
        name: Some("Web shop".into()),
        allowed_origins: Some(origins.to_vec()),
        color: Some("#23483c".into()),
        greeting: Some(
            "Hello! Ask us anything about our lamps. A person answers, usually within five minutes.".into(),
        ),
        form: Some(Form { name: Asked::Optional, email: Asked::Optional }),
        typing_preview: Some(true),
        team: Some(Some(c.support)),
        ..InboxSettings::default()
    };
    let inbox = s.run(&c.ingrid, CreateInbox { kind: InboxKind::Website, settings }).await?;
    for who in [&c.olena, &c.yusuf, &c.lea, &c.priya] {
        s.run(&c.ingrid, AddAgent { inbox: inbox.id, member: who.id }).await?;
    }
    done(s, c, &inbox).await?;
    waiting(s, c, &inbox).await?;
    hanna(s, c, &inbox).await?;
    Ok(inbox.key)
}

/// Someone comes to a page of the shop.
async fn comes(
    s: &Story,
    inbox: &Inbox,
    name: &str,
    email: &str,
    locale: &str,
    page: (&str, &str),
) -> Result<Visitor> {
    let zone = match locale {
        "sv" => "Europe/Stockholm",
        "ja" => "Asia/Tokyo",
        "ar" => "Asia/Dubai",
        "it" => "Europe/Rome",
        _ => "Europe/London",
    };
    let begin = widget::Begin {
        inbox: inbox.id,
        name: Some(name.to_owned()),
        email: Some(email.to_owned()),
        locale: Some(locale.to_owned()),
        time_zone: Some(zone.to_owned()),
        page: Some((format!("https://shop.northwind.example{}", page.0), page.1.to_owned())),
        ..widget::Begin::default()
    };
    let contact = widget::begin(&s.app, s.outside(Actor::Anonymous), begin).await?.visitor.id;
    Ok(Visitor { actor: Actor::Contact { id: contact, inbox: inbox.id }, contact })
}

/// A visitor writes. Returns the conversation.
async fn asks(s: &Story, who: &Visitor, text: &str) -> Result<RoomId> {
    let message = widget::post(&s.app, s.outside(who.actor), text, Vec::new()).await?;
    s.turn();
    Ok(message.room_id)
}

/// A visitor reads everything there is.
async fn reads(s: &Story, who: &Visitor) -> Result<()> {
    let seen = s.app.ask(s.outside(who.actor), widget::Messages { before: None, limit: 100 }).await?;
    let number = seen.items.last().map_or(0, |m| m.number);
    s.app.run(s.outside(who.actor), widget::MarkRead { number }).await
}

async fn answers(s: &Story, who: &Person, room: RoomId, text: &str) -> Result<()> {
    s.tells(who, room, Ring::Everyone, text).await.map(drop)
}

async fn about(
    s: &Story,
    by: &Person,
    who: &Visitor,
    phone: Option<&str>,
    attributes: &[(&str, &str)],
) -> Result<()> {
    let attributes: BTreeMap<_, _> =
        attributes.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
    let phone = phone.map(|p| Some(p.to_owned()));
    s.run(by, UpdateContact { phone, attributes: Some(attributes), ..UpdateContact::of(who.contact) })
        .await
        .map(drop)
}

/// What is over, or put aside.
async fn done(s: &Story, c: &Cast, inbox: &Inbox) -> Result<()> {
    s.at(5, 11, 8);
    let maryam =
        comes(s, inbox, "مريم العلي", "maryam@example.com", "ar", ("/orders", "Your orders")).await?;
    let room = asks(s, &maryam, "وصل المصباح والزجاج مكسور. هل يمكنكم إرسال غطاء جديد؟").await?;
    answers(
        s,
        &c.lea,
        room,
        "I am sorry to see that. A new shade leaves us today, there is nothing to send back.",
    )
    .await?;
    s.at(3, 8, 44);
    reads(s, &maryam).await?;
    asks(s, &maryam, "شكراً، وصل المصباح سليماً هذه المرة.").await?;
    s.run(&c.lea, UpdateConversation { status: Some(Status::Resolved), ..UpdateConversation::of(room) })
        .await?;

    s.at(2, 9, 15);
    let halvard =
        comes(s, inbox, "Halvard Berg", "halvard@berg.example", "sv", ("/halden", "Halden pendant")).await?;
    let room = asks(s, &halvard, "My Halden flickers when I dim it to almost nothing.").await?;
    answers(
        s,
        &c.yusuf,
        room,
        "That is a known fault of firmware 3.2. Hold the lamp's button for ten seconds near your phone, \
             and it takes the update.",
    )
    .await?;
    asks(s, &halvard, "Thank you, the update cured the flicker.").await?;
    s.run(&c.yusuf, UpdateConversation { status: Some(Status::Resolved), ..UpdateConversation::of(room) })
        .await?;

    s.at(2, 13, 30);
    let oskar =
        comes(s, inbox, "Oskar Brandt", "oskar@brandt.example", "en", ("/returns", "Returns and repairs"))
            .await?;
    let room =
        asks(s, &oskar, "The shade of my Moss arrived with a dent. Can I swap only the shade?").await?;
    answers(s, &c.ingrid, room, "Of course. The replacement leaves us on Monday, keep the old one as a hat.")
        .await?;
    reads(s, &oskar).await?;
    let until = s.after_now(2 * Millis::DAY);
    s.run(&c.ingrid, UpdateConversation { snoozed_until: Some(Some(until)), ..UpdateConversation::of(room) })
        .await?;
    Ok(())
}

/// What waits for somebody.
async fn waiting(s: &Story, c: &Cast, inbox: &Inbox) -> Result<()> {
    s.at(1, 15, 58);
    let hus =
        comes(s, inbox, "Atelier Hus AB", "post@atelierhus.example", "sv", ("/trade", "Trade customers"))
            .await?;
    let room =
        asks(s, &hus, "We need a quote for 24 Skerry wall lights, IP44, delivered before the 1st.").await?;
    s.tells(&c.olena, room, Ring::Team, "24 are in stock in Gdańsk. @lea may I give the trade price?")
        .await?;
    let change = UpdateConversation {
        status: Some(Status::Pending),
        assignee: Some(Some(c.olena.id)),
        priority: Some(Priority::High),
        ..UpdateConversation::of(room)
    };
    s.run(&c.olena, change).await?;
    about(
        s,
        &c.olena,
        &hus,
        Some("+46 31 555 01 90"),
        &[("company", "Atelier Hus AB"), ("vat", "SE556000000001")],
    )
    .await?;

    s.ago(171);
    let sakura =
        comes(s, inbox, "木村 さくら", "sakura@example.com", "ja", ("/halden", "Halden pendant")).await?;
    asks(s, &sakura, "Halden のコードを 3 m に延長できますか？").await?;

    s.ago(49);
    let giulia =
        comes(s, inbox, "Giulia Verdi", "giulia@verdi.example", "it", ("/checkout", "Checkout")).await?;
    let room = asks(s, &giulia, "The order page froze at payment. Was I charged twice?").await?;
    asks(s, &giulia, "Order 80412, if that helps.").await?;
    s.run(&c.yusuf, UpdateConversation { priority: Some(Priority::Urgent), ..UpdateConversation::of(room) })
        .await?;
    Ok(())
}

/// The conversation that is going on.
async fn hanna(s: &Story, c: &Cast, inbox: &Inbox) -> Result<()> {
    s.ago(28);
    let hanna =
        comes(s, inbox, "Hanna Nilsson", "hanna@nilsson.example", "sv", ("/moss", "Moss desk lamp")).await?;
    let room =
        asks(s, &hanna, "Hi! My Moss desk lamp flickers since I put it on the wall dimmer. The bulb is the one you sent with it.")
            .await?;
    let mine = UpdateConversation { assignee: Some(Some(c.ingrid.id)), ..UpdateConversation::of(room) };
    s.run(&c.ingrid, mine).await?;
    s.ago(24);
    answers(
        s,
        &c.ingrid,
        room,
        "Hello Hanna, sorry about that. Which dimmer is it? The name is usually on the side, under the knob. \
             I will check it against our list.",
    )
    .await?;
    reads(s, &hanna).await?;
    s.ago(21);
    s.tells(
        &c.priya,
        room,
        Ring::Team,
        "Firmware before 3.4 misreads leading-edge dimmers below 20 %. Hers was made in week 31, so it \
            has 3.2. An update fixes it, no need to swap the lamp. @yusuf third one this week.",
    )
    .await?;
    about(
        s,
        &c.ingrid,
        &hanna,
        Some("+46 31 555 01 84"),
        &[("customer since", "March 2024"), ("firmware", "3.2"), ("lamp", "Moss")],
    )
    .await?;
    s.ago(16);
    asks(s, &hanna, "It says *Vadsbo LD220*. It was there before us, so I do not know how old it is.")
        .await?;
    asks(s, &hanna, "At full brightness it is fine.").await?;
    Ok(())
}
