//! Those who find flaws in the lamps' firmware, and the two people who answer them. The owner sees nothing of it.

use super::{
    cast::Cast,
    story::{Person, Story},
};
use portico_core::{
    messages,
    people::authenticate,
    security::{
        AddTeamMember, CreateProgram, PolicyText, PostAsReporter, ReportDraft, SubmitReport, Submitted,
        UpdateReport,
    },
};
use portico_domain::{
    program::ScopeItem,
    report::{CloseReason, ReportState, Severity},
    room::Ring,
};
use portico_policy::Actor;
use portico_types::{Error, Result, RoomId, Secret};

const SLUG: &str = "lamp-firmware";

const POLICY: &str = "\
## What to expect
1. A receipt at once, with a private link to your report.
2. A person answers within **2 business days**, our analysis follows within **14**.
3. News at every step, until the fix is out and the details are public.

## Rules
- Use your own lamps. We lend some if you ask.
- Stop when you see what belongs to others, and tell us.
- No load tests, and nothing automatic without our consent.

## Safe harbour
When you keep to this policy we treat your work as authorised. We will not sue you, and we will not ask anybody else to. \
The version of the policy on the day of your report applies to it, even if we change it later.
";

/// Publishes the program and works on its reports. Returns the secret of one reporter's link.
pub(super) async fn work(s: &Story, c: &Cast) -> Result<Secret<String>> {
    s.at(17, 9, 30);
    s.run(&c.ingrid, program(c)?).await?;
    s.run(&c.priya, AddTeamMember { slug: SLUG.into(), member: c.mira.id }).await?;
    old(s, c).await?;
    let link = downgrade(s, c).await?;
    informative(s, c).await?;
    open(s, c).await?;
    Ok(link)
}

fn program(c: &Cast) -> Result<CreateProgram> {
    let asset = |asset: &str, kind: &str, in_scope, note: &str| ScopeItem {
        asset: asset.to_owned(),
        kind: kind.to_owned(),
        in_scope,
        note: note.to_owned(),
    };
    Ok(CreateProgram {
        name: "Lamp firmware".into(),
        slug: Some(SLUG.into()),
        prefix: Some("NL".into()),
        intro: "Found a flaw in one of our lamps? Tell us first. A person answers within two business days, and we thank you in \
                public if you like."
            .into(),
        policy: PolicyText::of(POLICY)?,
        scope: vec![
            asset("Lamp firmware 3.x", "firmware", true, "Moss, Halden and Skerry, also over the air"),
            asset("updates.northwind.example", "host", true, "Where lamps fetch their firmware"),
            asset("The phone app", "app", true, "Pairing and schedules"),
            asset("Partner shops", "host", false, "Not ours, please write to them"),
        ],
        contact: "mailto:security@northwind.example".into(),
        languages: ["en", "sv", "ja"].map(str::to_owned).to_vec(),
        notice: String::new(),
        member_ids: vec![c.priya.id, c.tomas.id],
    })
}

/// Somebody sends a report.
async fn sends(s: &Story, draft: ReportDraft) -> Result<Submitted> {
    let intake = draft.check().map_err(|wrong| wrong.into_iter().next().unwrap_or_else(Error::not_found))?;
    let made = s.app.run(s.outside(Actor::Anonymous), SubmitReport { slug: SLUG.into(), intake }).await?;
    s.turn();
    Ok(made)
}

/// The reporter writes again.
async fn adds(s: &Story, report: &Submitted, text: &str) -> Result<()> {
    let actor = authenticate(&s.app, report.token.expose()).await?.actor;
    let ctx = s.outside(actor);
    let composed = messages::compose(&s.app, &ctx, text).await?;
    s.app.run(ctx, PostAsReporter { id: report.id, composed, files: Vec::new() }).await?;
    s.turn();
    Ok(())
}

async fn decides(s: &Story, who: &Person, change: UpdateReport, words: &str) -> Result<()> {
    let message = match words {
        "" => None,
        words => Some(messages::compose(&s.app, &s.ctx(who), words).await?),
    };
    s.run(who, UpdateReport { message, ..change }).await?;
    s.turn();
    Ok(())
}

fn to(id: RoomId, state: ReportState) -> UpdateReport {
    UpdateReport { state: Some(state), ..UpdateReport::of(id) }
}

/// Found, mended, thanked for.
async fn old(s: &Story, c: &Cast) -> Result<()> {
    s.at(14, 7, 12);
    let old = sends(s, ReportDraft {
        title: "The update server still speaks TLS 1.0".into(),
        description: "updates.northwind.example accepts TLS 1.0 and 1.1.".into(),
        steps: "1. `openssl s_client -tls1 -connect updates.northwind.example:443`\n2. The handshake succeeds.".into(),
        impact: "Someone on the path could weaken the connection. The images are signed, so I could not do more.".into(),
        name: "kestrel".into(),
        wants_credit: true,
        ..ReportDraft::default()
    })
    .await?;
    s.at(13, 10, 0);
    s.tells(
        &c.tomas,
        old.id,
        Ring::Everyone,
        "Thank you, confirmed. The change is one line and goes out tonight.",
    )
    .await?;
    decides(
        s,
        &c.tomas,
        UpdateReport { severity: Some(Some(Severity::Low)), ..to(old.id, ReportState::Triaged) },
        "",
    )
    .await?;
    s.at(12, 8, 0);
    let fixed = UpdateReport { close_reason: Some(CloseReason::Resolved), ..to(old.id, ReportState::Closed) };
    decides(s, &c.tomas, fixed, "Live since last night. We will name you in the release notes.").await
}

/// Not a flaw.
async fn informative(s: &Story, c: &Cast) -> Result<()> {
    s.at(8, 3, 40);
    let scan = sends(
        s,
        ReportDraft {
            title: "Version number is visible in the app's footer".into(),
            description: "The footer of the app shows the version 4.12.".into(),
            steps: "Open the app and scroll down.".into(),
            impact: "An attacker could learn the version.".into(),
            ..ReportDraft::default()
        },
    )
    .await?;
    s.at(7, 9, 20);
    let informative =
        UpdateReport { close_reason: Some(CloseReason::Informative), ..to(scan.id, ReportState::Closed) };
    decides(
        s,
        &c.priya,
        informative,
        "Thank you for looking. We show the version on purpose, so that support can ask for it.",
    )
    .await
}

/// What is being worked on.
async fn open(s: &Story, c: &Cast) -> Result<()> {
    s.at(5, 18, 5);
    let code = sends(s, ReportDraft {
        title: "The pairing code can be guessed in twenty minutes".into(),
        description: "The lamp takes any number of wrong codes, and the code has four digits.".into(),
        steps: "1. Put a lamp into pairing mode.\n2. Send all 10,000 codes, eight a second.\n3. One of them is right.".into(),
        impact: "A neighbour can pair with a lamp that is left in pairing mode.".into(),
        versions: "3.2 to 3.4.1".into(),
        name: "Lin Yaozu".into(),
        email: "lin@example.com".into(),
        wants_credit: true,
        ..ReportDraft::default()
    })
    .await?;
    s.at(4, 9, 10);
    s.tells(
        &c.tomas,
        code.id,
        Ring::Team,
        "Same lock as in the old app: three tries, then ten minutes. I take it.",
    )
    .await?;
    let taken = UpdateReport {
        severity: Some(Some(Severity::Medium)),
        assignee: Some(Some(c.tomas.id)),
        ..to(code.id, ReportState::Triaged)
    };
    decides(
        s,
        &c.tomas,
        taken,
        "Confirmed, thank you. From 3.5 on a lamp closes its ears for ten minutes after three wrong codes.",
    )
    .await?;

    s.at(3, 6, 33);
    let pads = sends(s, ReportDraft {
        title: "Test pads on the board print the Wi-Fi password".into(),
        description: "With a serial adapter on the two pads beside the radio, the password of the network is printed at start.".into(),
        steps: "Open the lamp, connect at 115200 baud, switch it on.".into(),
        impact: "Whoever buys a used lamp learns the network of its last owner.".into(),
        name: "김하늘".into(),
        ..ReportDraft::default()
    })
    .await?;
    s.at(2, 8, 15);
    let ask = "I cannot see it on mine. Which revision is printed on the board, and does it still happen after a reset to factory settings?";
    decides(s, &c.priya, to(pads.id, ReportState::NeedsInfo), ask).await?;

    s.ago(96);
    sends(s, ReportDraft {
        title: "A lamp accepts an unsigned schedule over the local network".into(),
        description: "Port 5683 takes a new schedule from anybody in the same network, without any key.".into(),
        steps: "1. `coap-client -m put coap://lamp.local/schedule -f party.cbor`\n2. The lamp follows it from the next minute on.".into(),
        impact: "Guests of a café can switch its lights.".into(),
        versions: "3.4.1".into(),
        name: "Ama Boateng".into(),
        link: "https://ama.example/about".into(),
        wants_credit: true,
        ..ReportDraft::default()
    })
    .await
    .map(drop)
}

/// The big one.
async fn downgrade(s: &Story, c: &Cast) -> Result<Secret<String>> {
    s.at(9, 13, 20);
    let report = sends(s, ReportDraft {
        title: "Unauthenticated firmware downgrade over Bluetooth pairing".into(),
        description: "A lamp in pairing mode accepts a signed but older firmware image from any phone in range. Version 2.9 has the debug \
                      console open, so after the downgrade anyone in the same Wi-Fi owns the lamp."
            .into(),
        steps: "1. Put a lamp with 3.2 or 3.3 into pairing mode.\n2. Send it the signed image of 2.9, unchanged.\n\
                3. It restarts with 2.9; connect to port 23.\n\n```\n$ nc lamp.local 23\nnorthwind debug> wifi show\n```"
            .into(),
        impact: "Full control of the lamp, and the key of the network it is in.".into(),
        versions: "3.0 to 3.4.1, seen on two Moss lamps".into(),
        name: "Mats Lindqvist".into(),
        email: "mats@lindqvist.example".into(),
        wants_credit: true,
        ..ReportDraft::default()
    })
    .await?;
    s.at(9, 15, 5);
    let thanks = "Thank you, Mats. I could follow every step and see the same on 3.3. We treat this as critical. You will hear from me \
                  again by Friday with a plan.";
    s.tells(&c.priya, report.id, Ring::Everyone, thanks).await?;
    let triaged = UpdateReport {
        severity: Some(Some(Severity::Critical)),
        assignee: Some(Some(c.priya.id)),
        ..to(report.id, ReportState::Triaged)
    };
    decides(s, &c.priya, triaged, "").await?;
    s.at(6, 10, 30);
    let plan = "The plan: 3.5 raises the boot counter and refuses everything older than 3.4. We aim for 3 December. Would you test a \
                build a week before?";
    s.tells(&c.priya, report.id, Ring::Everyone, plan).await?;
    s.at(6, 11, 2);
    adds(s, &report, "Gladly. 2 January for the details is fine with me.").await?;
    s.at(1, 8, 40);
    let note = "The counter exists in the boot loader, it is just never raised. The fix is one line and a release, but the 2.9 images must \
                be revoked as well. Not a word in #firmware until it ships.";
    s.tells(&c.tomas, report.id, Ring::Team, note).await?;
    let chip = "Mira, can your chip refuse images below a fuse value without a new boot loader?";
    s.tells(&c.priya, report.id, Ring::Guests, chip).await?;
    s.tells(
        &c.mira,
        report.id,
        Ring::Guests,
        "Yes, fuse bank 3 does that. I send the register map tomorrow.",
    )
    .await?;
    Ok(report.token)
}
