//! Load for a long time: what the server's memory does.

use crate::{
    Result,
    clock::Clock,
    ledger::{self, Pen},
    server::Home,
    socket::{Came, Socket},
    table::{Line, Place},
};
use std::{
    sync::atomic::{AtomicBool, Ordering},
    time::Duration,
};

pub(crate) fn run(place: &Place) -> Result<Vec<Line>> {
    // Caches fill at first. In the short form that is nearly all of it, so that only a gross leak shows.
    let (length, warm, limit) = if place.long { (1_800, 300, 0.1) } else { (45, 25, 30.0) };
    let home = Home::new(&place.binary, &place.directory("soak")?);
    let server = home.serve()?;
    let who = server.set_up()?;
    let mut pens: Vec<Pen> = (0..4).map(|n| Pen::new(&format!("s{n}"))).collect();
    let clock = Clock::start();
    let over = AtomicBool::new(false);
    let mut samples = Vec::new();
    std::thread::scope(|scope| {
        let (server, who, over) = (&server, &who, &over);
        let readers: Vec<_> = (0..20)
            .map(|n| {
                scope.spawn(move || {
                    // They come and go, as people do.
                    for round in 0.. {
                        let mut socket = Socket::open(server.address, &who.token, None)?;
                        for _ in 0..50 * (n + 1) + round % 7 {
                            if over.load(Ordering::SeqCst) {
                                return Ok::<_, crate::Failure>(());
                            }
                            match socket.next()? {
                                Came::Event(_) => {}
                                Came::Last(_) | Came::Cut => break,
                            }
                        }
                    }
                    Ok(())
                })
            })
            .collect();
        let outcome = ledger::together(
            &mut pens,
            server,
            who,
            |_| true,
            || {
                for second in 1..=length {
                    clock.reach(Duration::from_secs(second));
                    if second > warm {
                        samples.push((second as f64 / 60.0, server.memory()? as f64 / 1024.0));
                    }
                }
                // Whoever listens hears one more, and sees that it is over.
                over.store(true, Ordering::SeqCst);
                clock.reach(Duration::from_secs(length) + Duration::from_millis(200));
                Ok(())
            },
        );
        over.store(true, Ordering::SeqCst);
        outcome?;
        server.line()?.post(&who.path(), &who.token, "", &serde_json::json!({"body": "over"}))?;
        for reader in readers {
            reader.join().map_err(|_| "a reader panicked")??;
        }
        Ok::<_, crate::Failure>(())
    })?;
    let found = ledger::look(&pens, &ledger::everything(&server, &who)?);
    let slope = slope(&samples);
    let counts = format!(
        "{found}; memory {:.1} MB at {warm} s, {:.1} MB at the end: {slope:+.2} MB a minute{}",
        samples.first().map_or(0.0, |s| s.1),
        samples.last().map_or(0.0, |s| s.1),
        if place.long { "" } else { " (SHORT: 30 minutes with --long)" },
    );
    Ok(vec![Line::new(&format!("load for {length} s"), counts, found.clean() && slope < limit)])
}

/// The slope of the straight line nearest to the points.
fn slope(points: &[(f64, f64)]) -> f64 {
    let n = points.len() as f64;
    let (x, y) = (points.iter().map(|p| p.0).sum::<f64>() / n, points.iter().map(|p| p.1).sum::<f64>() / n);
    let above: f64 = points.iter().map(|p| (p.0 - x) * (p.1 - y)).sum();
    above / points.iter().map(|p| (p.0 - x).powi(2)).sum::<f64>()
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_line_has_its_slope() {
        let points: Vec<(f64, f64)> = (0..10).map(|n| (f64::from(n), f64::from(n) * 3.0 + 7.0)).collect();
        assert!((super::slope(&points) - 3.0).abs() < 1e-9);
    }
}
