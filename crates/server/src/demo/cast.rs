//! The people of Northwind Lamps, their channels, and how they came in.

use super::story::{Person, Story};
use portico_core::people::{self, AcceptInvite, CreateInvite, CreateTeam, EditProfile, SetTeamMember};
use portico_core::rooms::{CreateChannel, InviteToRoom};
use portico_domain::{
    member::{Role, Status},
    room::Visibility,
};
use portico_types::{Error, Millis, Result, RoomId, Secret, TeamId};

/// Whom to sign in as, and why.
pub(super) const INTRODUCED: [(&str, &str); 6] = [
    ("ingrid@northwind.example", "Ingrid Solberg, owner. Sees every desk but no security report"),
    ("tomas@northwind.example", "Tomás Ferreira, admin, in the security team"),
    ("priya@northwind.example", "Priya Raman, member, leads the security team"),
    ("yusuf@northwind.example", "Yusuf Demir, member, answers customers"),
    ("kwame@northwind.example", "Kwame Mensah, member, Team desk only"),
    ("joost@studio-lumen.example", "Joost de Wit, guest, sees #photography"),
];

/// Everybody.
pub(super) struct Cast {
    pub(super) ingrid: Person,
    pub(super) tomas: Person,
    pub(super) noor: Person,
    pub(super) aiko: Person,
    pub(super) olena: Person,
    pub(super) priya: Person,
    pub(super) kwame: Person,
    pub(super) lea: Person,
    pub(super) yusuf: Person,
    pub(super) ben: Person,
    /// A photographer, guest.
    pub(super) joost: Person,
    /// An engineer of the chip's maker, guest of the security team.
    pub(super) mira: Person,
    pub(super) rooms: Rooms,
    /// The team that answers customers.
    pub(super) support: TeamId,
}

/// The channels.
pub(super) struct Rooms {
    pub(super) general: RoomId,
    pub(super) web_shop: RoomId,
    pub(super) firmware: RoomId,
    pub(super) pricing: RoomId,
    pub(super) voice: RoomId,
    pub(super) photography: RoomId,
    pub(super) warehouse: RoomId,
    pub(super) deploys: RoomId,
    pub(super) returns: RoomId,
    pub(super) fair: RoomId,
}

struct Newcomer {
    name: &'static str,
    email: &'static str,
    handle: &'static str,
    zone: &'static str,
    role: Role,
}

const fn newcomer(
    name: &'static str,
    email: &'static str,
    handle: &'static str,
    zone: &'static str,
    role: Role,
) -> Newcomer {
    Newcomer { name, email, handle, zone, role }
}

/// Founds the organization, makes its channels, brings everybody in.
pub(super) async fn gather(s: &Story) -> Result<Cast> {
    s.at(24, 8, 30);
    let ingrid = s.found("Northwind Lamps", "Ingrid Solberg", "ingrid@northwind.example").await?;
    profile(s, &ingrid, "ingrid", "Europe/Stockholm").await?;
    let rooms = channels(s, &ingrid).await?;
    let everyone = [rooms.web_shop, rooms.firmware, rooms.voice];
    s.at(23, 9, 5);
    let admin = |name, email, handle, zone| newcomer(name, email, handle, zone, Role::Admin);
    let member = |name, email, handle, zone| newcomer(name, email, handle, zone, Role::Member);
    let guest = |name, email, handle, zone| newcomer(name, email, handle, zone, Role::Guest);
    let tomas = comes(
        s,
        &ingrid,
        &admin("Tomás Ferreira", "tomas@northwind.example", "tomas", "Europe/Lisbon"),
        &everyone,
    )
    .await?;
    let noor =
        comes(s, &ingrid, &admin("نور حداد", "noor@northwind.example", "noor", "Asia/Amman"), &everyone)
            .await?;
    let aiko =
        comes(s, &ingrid, &member("田中 愛子", "aiko@northwind.example", "aiko", "Asia/Tokyo"), &everyone)
            .await?;
    let olena = comes(
        s,
        &ingrid,
        &member("Олена Шевченко", "olena@northwind.example", "olena", "Europe/Kyiv"),
        &everyone,
    )
    .await?;
    let priya = comes(
        s,
        &ingrid,
        &member("Priya Raman", "priya@northwind.example", "priya", "Asia/Kolkata"),
        &everyone,
    )
    .await?;
    let kwame = comes(
        s,
        &ingrid,
        &member("Kwame Mensah", "kwame@northwind.example", "kwame", "Africa/Accra"),
        &everyone,
    )
    .await?;
    let lea =
        comes(s, &ingrid, &member("Léa Fontaine", "lea@northwind.example", "lea", "Europe/Paris"), &everyone)
            .await?;
    let yusuf = comes(
        s,
        &ingrid,
        &member("Yusuf Demir", "yusuf@northwind.example", "yusuf", "Europe/Istanbul"),
        &everyone,
    )
    .await?;
    let ben = comes(
        s,
        &ingrid,
        &member("Ben Achterberg", "ben@northwind.example", "ben", "Europe/Berlin"),
        &everyone,
    )
    .await?;
    for (room, people) in [
        (rooms.pricing, vec![&tomas, &lea]),
        (rooms.photography, vec![&aiko, &lea, &kwame]),
        (rooms.warehouse, vec![&olena, &kwame, &ben]),
        (rooms.deploys, vec![&tomas, &noor, &priya]),
        (rooms.returns, vec![&olena, &yusuf]),
        (rooms.fair, vec![&lea, &ben]),
    ] {
        for who in people {
            s.run(&ingrid, InviteToRoom { room, member: who.id }).await?;
        }
    }
    s.at(19, 10, 0);
    let lumen = guest("Joost de Wit", "joost@studio-lumen.example", "joost", "Europe/Amsterdam");
    let joost = comes(s, &ingrid, &lumen, &[rooms.photography]).await?;
    let radio = guest("Mira Novak", "mira@radioworks.example", "mira", "Europe/Prague");
    let chips =
        channel(s, &tomas, "radioworks", Visibility::Private, "", "Questions to the maker of our radio chip")
            .await?;
    s.run(&tomas, InviteToRoom { room: chips, member: priya.id }).await?;
    let mira = comes(s, &tomas, &radio, &[chips]).await?;
    let support = team(s, &ingrid, "Support Nordic", &[&olena, &yusuf, &lea]).await?;
    team(s, &ingrid, "Shop engineering", &[&tomas, &noor, &priya]).await?;
    status(s, &aiko, "階段の撮影", "📷").await?;
    status(s, &ben, "Back on Monday", "🌴").await?;
    Ok(Cast { ingrid, tomas, noor, aiko, olena, priya, kwame, lea, yusuf, ben, joost, mira, rooms, support })
}

async fn channels(s: &Story, ingrid: &Person) -> Result<Rooms> {
    use Visibility::{Private, Public};
    let known = s.app.ask(s.ctx(ingrid), portico_core::rooms::MyRooms).await?;
    let general = known.first().ok_or_else(|| Error::internal("a new organization has a channel"))?.id;
    let make = |name, visibility, topic, purpose| channel(s, ingrid, name, visibility, topic, purpose);
    Ok(Rooms {
        general,
        web_shop: make(
            "web-shop",
            Public,
            "Deploys Tuesday and Thursday before noon",
            "The shop, checkout and stock.",
        )
        .await?,
        firmware: make("firmware", Public, "3.5 leaves on 3 December", "What runs inside the lamps.").await?,
        pricing: make(
            "pricing-2027",
            Private,
            "Final by 15 December",
            "Next year's list, not yet for everyone.",
        )
        .await?,
        voice: make("customer-voice", Public, "", "What customers tell us, good and bad.").await?,
        photography: make("photography", Public, "", "Pictures of lamps and of the places they hang in.")
            .await?,
        warehouse: make("склад-і-доставка", Public, "Забір о 15:00", "Склад, перевізники, повернення.")
            .await?,
        deploys: make("deploys", Public, "", "What went live, and when.").await?,
        returns: make("returns-and-repairs-eu", Public, "", "Lamps that come back, and why.").await?,
        fair: make("trade-fair-frankfurt-2027", Public, "Hall 3, stand C40", "Light and building, March.")
            .await?,
    })
}

async fn channel(
    s: &Story,
    who: &Person,
    name: &str,
    visibility: Visibility,
    topic: &str,
    purpose: &str,
) -> Result<RoomId> {
    let command = CreateChannel {
        name: name.to_owned(),
        handle: None,
        visibility,
        team: None,
        topic: topic.to_owned(),
        purpose: purpose.to_owned(),
    };
    s.turn();
    Ok(s.run(who, command).await?.id)
}

/// Invites someone and accepts in their name.
async fn comes(s: &Story, by: &Person, who: &Newcomer, channels: &[RoomId]) -> Result<Person> {
    let invite = CreateInvite {
        role: who.role,
        max_uses: 1,
        expires_in: 7 * Millis::DAY,
        channels: channels.to_vec(),
    };
    let code = s.run(by, invite).await?.code;
    s.turn();
    let accepted = people::accept_invite(
        &s.app,
        AcceptInvite {
            code,
            name: who.name.to_owned(),
            email: who.email.to_owned(),
            password: Secret::new(super::PASSWORD.to_owned()),
            time_zone: Some(who.zone.to_owned()),
            language: Some("en".to_owned()),
            user_agent: "portico demo".to_owned(),
            ip: None,
        },
    )
    .await?;
    let person = Person { id: accepted.signed_in.member.id };
    profile(s, &person, who.handle, who.zone).await?;
    Ok(person)
}

async fn profile(s: &Story, who: &Person, handle: &str, zone: &str) -> Result<()> {
    let change = EditProfile {
        handle: Some(handle.to_owned()),
        time_zone: Some(zone.to_owned()),
        ..EditProfile::default()
    };
    s.run(who, change).await.map(drop)
}

async fn status(s: &Story, who: &Person, text: &str, emoji: &str) -> Result<()> {
    let status = Some(Status { text: text.to_owned(), emoji: emoji.to_owned() });
    s.run(who, EditProfile { status, ..EditProfile::default() }).await.map(drop)
}

async fn team(s: &Story, by: &Person, name: &str, people: &[&Person]) -> Result<TeamId> {
    let id = s.run(by, CreateTeam { name: name.to_owned(), handle: None }).await?.id;
    for who in people {
        s.run(by, SetTeamMember { team: id, member: who.id, on: true }).await?;
    }
    Ok(id)
}
