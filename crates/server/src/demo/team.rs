//! What the people of Northwind Lamps say to each other.

use super::{
    cast::Cast,
    files::pdf,
    pictures::{self, Lamp},
    story::{Person, Story},
};
use portico_core::{
    messages::{SaveDraft, SaveMessage},
    rooms::{OpenDirect, SetRoomState},
};
use portico_types::{Result, RoomId};

/// A run of messages in one channel, a turn after each other.
async fn say(s: &Story, room: RoomId, lines: &[(&Person, &str)]) -> Result<()> {
    for (who, text) in lines {
        s.says(who, room, text).await?;
    }
    Ok(())
}

/// The days before today.
pub(super) async fn talk(s: &Story, c: &Cast) -> Result<()> {
    early(s, c).await?;
    lately(s, c).await?;
    direct(s, c).await?;
    for who in [
        &c.ingrid, &c.tomas, &c.noor, &c.aiko, &c.olena, &c.priya, &c.kwame, &c.lea, &c.yusuf, &c.ben,
        &c.joost, &c.mira,
    ] {
        s.catches_up(who).await?;
    }
    for (who, room) in [
        (&c.ingrid, c.rooms.web_shop),
        (&c.ingrid, c.rooms.firmware),
        (&c.ingrid, c.rooms.pricing),
        (&c.tomas, c.rooms.web_shop),
        (&c.priya, c.rooms.firmware),
    ] {
        s.run(who, SetRoomState { room, muted: None, starred: Some(true), notify: None }).await?;
    }
    let fair = SetRoomState { room: c.rooms.fair, muted: Some(true), starred: None, notify: None };
    s.run(&c.ingrid, fair).await?;
    Ok(())
}

async fn early(s: &Story, c: &Cast) -> Result<()> {
    let r = &c.rooms;
    s.at(12, 8, 2);
    let hello = s
        .says(
            &c.ingrid,
            r.general,
            "Good morning, all. From today we talk here: one place for us, the shop's visitors and \
             the people who find our mistakes. Anything you miss from the old tool, write it below.",
        )
        .await?;
    s.react(&hello, "👋", &[&c.tomas, &c.aiko, &c.olena, &c.kwame, &c.lea, &c.yusuf]).await?;
    s.react(&hello, "🎉", &[&c.noor, &c.priya]).await?;
    s.replies(&c.lea, &hello, "Custom emoji, if I may be the first to ask.").await?;
    s.replies(&c.ingrid, &hello, "Noted. After checkout is fast again.").await?;
    s.at(9, 13, 20);
    say(s, r.returns, &[
        (&c.olena, "Returns of October: 41 lamps of 2,970 sold, 1.4 %. Nine with a cracked shade, eight that hum, the rest did \
          not match the sofa."),
        (&c.yusuf, "The eight that hum are all on the same dimmer. See ~customer-voice."),
    ])
    .await?;
    s.at(7, 9, 40);
    say(
        s,
        r.pricing,
        &[
            (
                &c.lea,
                "Draft of the new list:\n\n| Lamp | 2026 | 2027 |\n|---|---:|---:|\n| Moss | €189 | €195 |\n\
          | Halden | €249 | €249 |\n| Skerry | €129 | €139 |",
            ),
            (
                &c.tomas,
                "Skerry by ten at once? The shop shows the old price crossed out for 30 days, by law.",
            ),
            (&c.ingrid, "Then let us change it on 2 January and not in the week before Christmas."),
        ],
    )
    .await?;
    s.at(6, 10, 15);
    say(
        s,
        r.fair,
        &[
            (&c.ben, "Stand C40 is ours, 6 × 4 m, corner. The fair wants the electrical plan by 15 January."),
            (&c.lea, "I will bring two carpets and one strong opinion about the ceiling."),
        ],
    )
    .await
}

async fn lately(s: &Story, c: &Cast) -> Result<()> {
    let r = &c.rooms;
    s.at(4, 7, 5);
    let stairs = s
        .says(
            &c.aiko,
            r.photography,
            "階段の写真は来週の水曜日に撮り直します。朝の光のほうが Skerry に合います。",
        )
        .await?;
    s.replies(
        &c.joost,
        &stairs,
        "Wednesday 08:30 is fine, the porter has the key. I bring the small tripod.",
    )
    .await?;
    s.at(3, 14, 50);
    let passed = s
        .says(&c.priya, r.firmware, "3.4.2 passed the radio tests in all three bands. What is left for 3.5:\n\n\
             - [x] dimmer curve below 20 %\n- [x] fewer writes to flash\n- [ ] **new boot counter**, reviewed but not merged\n- [ ] release notes")
        .await?;
    s.react(&passed, "🎯", &[&c.tomas, &c.noor]).await?;
    s.replies(&c.tomas, &passed, "Boot counter: two comments, otherwise good.").await?;
    s.replies(&c.priya, &passed, "Both done. Thank you for reading it twice.").await?;
    s.at(2, 15, 42);
    let picture =
        s.uploads(&c.aiko, "halden-pendant-03.png", &pictures::lamp(Lamp::Halden, 720, 480)?).await?;
    let halden = s
        .shows(
            &c.aiko,
            r.web_shop,
            "Halden pendant, third round. The shade now reads as green and not as black on cheap screens. \
              If nobody objects by tomorrow noon, it goes to print.",
            &[picture],
        )
        .await?;
    s.react(&halden, "👍", &[&c.ingrid, &c.tomas, &c.lea, &c.kwame, &c.ben, &c.noor]).await?;
    s.react(&halden, "💚", &[&c.olena, &c.lea, &c.yusuf]).await?;
    s.at(1, 9, 12);
    let slow = s
        .says(&c.tomas, r.web_shop, "Checkout was slow again from 07:50 to 08:25. It is the stock reservation: two carts hold the last \
             Halden, both wait for the row, and the retry has no jitter, so they meet again and again. The fix is in review:\n\n\
             ```rust\n// full jitter, so that two carts do not march in step\nsleep(rng.range(0..50 << attempt.min(6)));\n```")
        .await?;
    s.replies(&c.noor, &slow, "Does the visitor see anything while it waits?").await?;
    s.replies(&c.tomas, &slow, "A spinner for up to 4 s, then the order goes through. Nobody lost a lamp.")
        .await?;
    let same = s
        .replies(&c.priya, &slow, "Same pattern as the dimmer pairing. I would cap `attempt` at 6 as you did, and log when it gets there.")
        .await?;
    s.react(&same, "💯", &[&c.tomas, &c.noor]).await?;
    s.replies(&c.ingrid, &slow, "Ship it with today's deploy. I will tell support.").await?;
    let chart = s.uploads(&c.tomas, "checkout-p99.png", &pictures::chart(640, 320)?).await?;
    s.shows(&c.tomas, r.web_shop, "Before and after, same load. p99 goes from 4.1 s to 190 ms.", &[chart])
        .await?;
    s.at(1, 9, 31);
    say(
        s,
        r.deploys,
        &[(&c.noor, "`shop 2026.47.2` is live in Falkenberg and Gdańsk. 3 commits, no migration, 41 s.")],
    )
    .await?;
    s.at(1, 16, 31);
    let pickup = s
        .says(&c.olena, r.warehouse, "Перевізник змінив час забору на 15:00, оновила розклад на дверях.")
        .await?;
    s.replies(&c.kwame, &pickup, "Thank you, Olena. I moved the packing shift by an hour.").await?;
    s.run(&c.ingrid, SaveMessage { id: slow.id, on: true }).await?;
    s.run(&c.ingrid, SaveMessage { id: passed.id, on: true }).await?;
    let draft = SaveDraft {
        room: r.web_shop,
        thread: Some(slow.id),
        body: "Could we also tell people in the ba".into(),
    };
    s.run(&c.ingrid, draft).await
}

/// The direct room of one person with others.
async fn opened(s: &Story, who: &Person, others: &[&Person]) -> Result<RoomId> {
    let members = others.iter().map(|p| p.id).collect();
    Ok(s.run(who, OpenDirect { members }).await?.id)
}

async fn direct(s: &Story, c: &Cast) -> Result<()> {
    s.at(1, 12, 4);
    let pair = opened(s, &c.ingrid, &[&c.aiko]).await?;
    say(
        s,
        pair,
        &[
            (&c.ingrid, "The pendant pictures are lovely. Who held the ladder?"),
            (&c.aiko, "Joost. I held the cat."),
        ],
    )
    .await?;
    let trio = opened(s, &c.kwame, &[&c.ben, &c.lea]).await?;
    say(
        s,
        trio,
        &[(&c.kwame, "Lunch at the harbour on Friday? Ben is back on Monday, so one of you eats for two.")],
    )
    .await?;
    let plain = opened(s, &c.ingrid, &[&c.priya]).await?;
    say(s, plain, &[(&c.priya, "I take Thursday off, Tomás has my phone.")]).await?;
    s.run(
        &c.ingrid,
        SaveDraft { room: plain, thread: None, body: "Enjoy it! One thing before you go: ".into() },
    )
    .await
}

/// The last hours, not yet read by everybody.
pub(super) async fn today(s: &Story, c: &Cast) -> Result<()> {
    let r = &c.rooms;
    s.ago(142);
    s.says(
        &c.noor,
        r.web_shop,
        "صباح الخير. صفحة المنتج بالعربية جاهزة للمراجعة، والأسعار الآن على الجهة الصحيحة.",
    )
    .await?;
    s.ago(95);
    s.says(
        &c.lea,
        r.web_shop,
        "@ingrid which sizes do we show first on a phone? The German feed calls the small one \
           Energieverbrauchskennzeichnungsverordnungskonformpendelleuchte, and it breaks every card.",
    )
    .await?;
    s.ago(71);
    let labels =
        pdf(&["Northwind Lamps", "Halden pendant, pine", "Falkenberg, Sweden", "Please recycle this box"]);
    let file = s.uploads(&c.kwame, "box-labels-halden-2026-11.pdf", &labels).await?;
    let sheet = s
        .shows(
            &c.kwame,
            r.web_shop,
            "Label sheet for the new boxes. Please check the address line before Friday.",
            &[file],
        )
        .await?;
    s.react(&sheet, "👀", &[&c.olena, &c.lea]).await?;
    s.ago(58);
    s.says(
        &c.yusuf,
        r.voice,
        "@ingrid three dimmer cases this week. All of them: firmware 3.2, dimmer turned below 20 %.",
    )
    .await?;
    s.says(&c.olena, r.voice, "Four. One came by phone.").await?;
    s.ago(33);
    let pair = opened(s, &c.tomas, &[&c.ingrid]).await?;
    s.says(&c.tomas, pair, "Can you approve the deploy window for Thursday? Before noon would be best.")
        .await?;
    s.ago(12);
    let cake = s
        .says(&c.ben, r.general, "There is cardamom cake in the kitchen. There was more of it this morning.")
        .await?;
    s.react(&cake, "🍰", &[&c.kwame, &c.olena, &c.yusuf, &c.priya]).await
}
