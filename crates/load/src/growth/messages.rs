//! The newest page of a channel with few messages, and of one with very many.

use crate::{
    Result,
    clock::Clock,
    house,
    http::{Asker, get},
    lane::world,
    machine,
    measure::{histogram, ms},
    report::Row,
    run::Place,
    server::Server,
};
use hdrhistogram::Histogram;

/// Messages of the small channel.
const FEW: usize = 10_000;
/// Pages asked for of each.
const PAGES: usize = 2_000;
const PAGE: usize = 50;

/// Two servers, one with few messages and one with very many, are asked in turn: what else the machine does hits both.
pub(super) fn measure(place: &Place, failures: &mut Vec<String>) -> Result<Row> {
    let many = if place.quick { place.messages / 10 } else { place.messages };
    let mut started = Vec::new();
    for count in [FEW, many] {
        let (data, people) = world(place, &format!("history-{count}"), 3, 1)?;
        place.say(&format!("writing a channel of {count} messages"));
        let plan = house::Plan { people: vec![0, 1, 2], direct: false, messages: count };
        let room = house::rooms(&data, &people, &[plan])?.swap_remove(0);
        let server = Server::start(&place.server, &data)?;
        let request = get(&format!("/rooms/{}/messages?limit={PAGE}", room.id), &people.tokens[0]);
        started.push((server, request, count as u64));
    }
    // Only now: writing many takes longer than a server leaves a connection open that rests.
    let mut servers = Vec::new();
    for (server, request, count) in started {
        let asker = Asker::connect(server.address)?;
        servers.push((server, asker, request, histogram()?, count));
    }
    let clock = Clock::start();
    for n in 0..PAGES {
        for (_, asker, request, times, count) in &mut servers {
            let asked = clock.elapsed();
            let answer = asker.ask(request)?;
            if n >= PAGES / 10 {
                times.saturating_record(clock.elapsed().saturating_sub(asked).as_micros() as u64);
            }
            if n % 100 == 0 && !is_newest(&answer.body, *count) {
                failures
                    .push(format!("growth: a page of {count} messages is not the newest: {}", answer.status));
            }
        }
    }
    let p = |n: usize, q: f64| servers.get(n).map_or(f64::NAN, |s| ms(&s.3, q));
    let ratio = p(1, 0.5) / p(0, 0.5);
    let describe = |times: Option<&Histogram<u64>>| {
        times.map_or(String::new(), |t| format!("p50 {:.2}, p99 {:.2} ms", ms(t, 0.5), ms(t, 0.99)))
    };
    let memory: Vec<String> = servers
        .iter()
        .filter_map(|s| machine::resident(s.0.pid()).ok())
        .map(|bytes| format!("{:.0} MB", bytes as f64 / 1_048_576.0))
        .collect();
    Ok(Row::goal(
        &format!("Growth: newest page, 10 k → {} messages", short(many)),
        describe(servers.get(1).map(|s| &s.3)),
        ("p50 ≤ 1.3 ×", ratio <= 1.3),
        ("flat (≤ 1.1 ×)", ratio <= 1.1),
    )
    .against(describe(servers.first().map(|s| &s.3)), ratio)
    .remark(&format!(
        "two servers asked in turn; ratio of the p99 {:.2}; resident {}; the goal names 10 M: --messages 10000000",
        p(1, 0.99) / p(0, 0.99),
        memory.join(" and ")
    ))
    .timed())
}

fn short(count: usize) -> String {
    if count >= 1_000_000 {
        format!("{:.0} M", count as f64 / 1e6)
    } else {
        format!("{:.0} k", count as f64 / 1e3)
    }
}

/// Whether a page is whole and ends with message `count`.
fn is_newest(body: &str, count: u64) -> bool {
    let json: serde_json::Value = serde_json::from_str(body).unwrap_or_default();
    let numbers: Vec<u64> = json["items"]
        .as_array()
        .map(|items| items.iter().filter_map(|m| m["number"].as_u64()).collect())
        .unwrap_or_default();
    numbers == (count + 1 - PAGE as u64..=count).collect::<Vec<_>>()
}
