//! What so many people at once would need: arithmetic over costs of single acts, nothing is run. Every input says where its
//! default was measured, or that it is assumed; docs/scale.md tells what the tables mean.

use crate::Result;
use clap::Args;
use std::fmt::Write;

/// Inputs. What is assumed and not measured says so.
#[derive(Args, Clone, Debug)]
pub(crate) struct Model {
    /// People connected at once; several give several columns.
    #[arg(long, value_delimiter = ',', default_values_t = [10_000.0, 100_000.0, 1_000_000.0])]
    people: Vec<f64>,
    /// People of one organization [assumed: as the blocks of the benchmark `mixed`].
    #[arg(long, default_value_t = 500.0)]
    organization: f64,
    /// Seconds between two acts of one person [mattermost-load-test-ng's mean idle time].
    #[arg(long, default_value_t = 20.0)]
    pause: f64,
    /// Acts for each post, the post too [sum of mattermost-load-test-ng's weights].
    #[arg(long, default_value_t = 15.44)]
    acts: f64,
    /// Writes beside the post for each post: 7.51 rooms opened of which half had something unread, 1.91 drafts, 0.32
    /// threads read, 0.13 reactions, 0.04 edits [weights as above; the half is assumed].
    #[arg(long, default_value_t = 6.16)]
    small_writes: f64,
    /// Events of the log for each post: itself, what was read, reactions, edits [counted from the weights, drafts too].
    #[arg(long, default_value_t = 7.16)]
    events: f64,
    /// Connected people who get a post [assumed: the channels of `mixed` have 40 members].
    #[arg(long, default_value_t = 40.0)]
    readers: f64,
    /// Share of posts that go to everybody of the organization [as in `mixed`].
    #[arg(long, default_value_t = 0.01)]
    everybody: f64,
    /// Server CPU of a post, µs [docs/benchmarks.md, notes: posts, SQLite].
    #[arg(long, default_value_t = 118.0)]
    post_us: f64,
    /// Server CPU of another write, µs [docs/benchmarks.md: costs, from eight connections].
    #[arg(long, default_value_t = 101.0)]
    small_write_us: f64,
    /// Server CPU of a read, µs [docs/benchmarks.md: costs].
    #[arg(long, default_value_t = 120.0)]
    read_us: f64,
    /// Server CPU of a delivery that waits for no other, µs [docs/benchmarks.md: 128,256 per server-CPU-s].
    #[arg(long, default_value_t = 7.8)]
    delivery_us: f64,
    /// Comings and goings that others are told of, for each post [assumed: every reconnect of the weights above; most are
    /// over before anybody is told].
    #[arg(long, default_value_t = 0.144)]
    comings: f64,
    /// Bytes of a delivery [docs/benchmarks.md, fanout: the server's frames].
    #[arg(long, default_value_t = 1_200.0)]
    frame_bytes: f64,
    /// Server CPU of an event of another node: read from the log, and given out to those it concerns [docs/benchmarks.md: costs;
    /// read once a second there, so that what a wake-up costs is not in it].
    #[arg(long, default_value_t = 8.0)]
    log_read_us: f64,
    /// Memory of a socket, kB [docs/benchmarks.md: idle, resident, without the kernel's].
    #[arg(long, default_value_t = 3.1)]
    socket_kb: f64,
    /// Bytes a post leaves in the database with its event, index and read state [docs/scale.md tells how it was measured].
    #[arg(long, default_value_t = 2_424.0)]
    post_bytes: f64,
    /// Bytes another event leaves [assumed].
    #[arg(long, default_value_t = 300.0)]
    event_bytes: f64,
    /// Posts a second that one organization's log takes on PostgreSQL [docs/benchmarks.md: 64 channels, two cores with
    /// the client on them].
    #[arg(long, default_value_t = 4_309.0)]
    log_posts: f64,
    /// CPU of PostgreSQL for a post, µs, at most [docs/benchmarks.md: two cores ÷ 4,309 posts/s, less the server's 151; the
    /// load tool's share is still in it].
    #[arg(long, default_value_t = 313.0)]
    database_us: f64,
    /// The same for another write [assumed: half].
    #[arg(long, default_value_t = 156.0)]
    database_small_us: f64,
    /// Cores of PostgreSQL.
    #[arg(long, default_value_t = 32.0)]
    database_cores: f64,
    /// Rows a second that one PostgreSQL gives out of logs [assumed].
    #[arg(long, default_value_t = 400_000.0)]
    log_rows: f64,
    /// Cores of a node.
    #[arg(long, default_value_t = 8.0)]
    cores: f64,
    /// Nodes at least [a choice: one may fail].
    #[arg(long, default_value_t = 2.0)]
    least: f64,
    /// Share of any CPU to plan with [assumed].
    #[arg(long, default_value_t = 0.5)]
    fill: f64,
    /// Streams a node may hold [assumed; not measured beyond 10,000].
    #[arg(long, default_value_t = 100_000.0)]
    node_sockets: f64,
    /// Hours of such a day [assumed].
    #[arg(long, default_value_t = 8.0)]
    hours: f64,
}

/// What a number of people needs.
struct Need {
    posts: f64,
    reads: f64,
    writes: f64,
    deliveries: f64,
    presence: f64,
    out_mb: f64,
    database: f64,
    events: f64,
    nodes: f64,
    work: f64,
    log: f64,
    rows: f64,
    notes: f64,
    memory_gb: f64,
    day_gb: f64,
    one_log: f64,
    all_one: f64,
}

impl Model {
    fn need(&self, people: f64) -> Need {
        let posts = people / (self.pause * self.acts);
        let writes = posts * (1.0 + self.small_writes);
        let reads = posts * (self.acts - 1.0);
        let deliveries = posts * (self.readers + self.everybody * self.organization.min(people))
            + posts * (self.events - 1.0);
        // One frame a second names everybody of an organization who came or went, however many they are.
        let changes = posts * self.comings * self.organization.min(people) / people;
        let presence = people * changes.min(1.0);
        let events = posts * self.events;
        let work = (posts * self.post_us
            + posts * self.small_writes * self.small_write_us
            + reads * self.read_us
            + (deliveries + presence) * self.delivery_us)
            / 1e6;
        // Every node reads the log of every organization that has somebody on it; nothing sticks, so that is all of them.
        // Each node more reads as much again: the number of nodes is the fixed point of work and log.
        let mut nodes = self.least;
        let per_node = self.cores * self.fill;
        for _ in 0..1_000 {
            let log = events * (nodes - 1.0) * self.log_read_us / 1e6;
            let wanted = ((work + log) / per_node).max(people / self.node_sockets).ceil().max(1.0);
            if wanted <= nodes {
                break;
            }
            nodes = wanted;
        }
        let rows = events * (nodes - 1.0);
        Need {
            posts,
            reads,
            writes,
            deliveries,
            presence,
            out_mb: deliveries * self.frame_bytes / 1e6,
            database: posts * (self.database_us + self.small_writes * self.database_small_us) / 1e6,
            events,
            nodes,
            work,
            log: rows * self.log_read_us / 1e6,
            rows,
            notes: events * (nodes - 1.0),
            memory_gb: people * self.socket_kb / 1e6,
            day_gb: posts * (self.post_bytes + (self.events - 1.0) * self.event_bytes) * self.hours * 3600.0
                / 1e9,
            one_log: posts * self.organization.min(people) / people / self.log_posts,
            all_one: posts / self.log_posts,
        }
    }

    /// What gives way first, with how much of it is used, furthest first.
    fn walls(&self, need: &Need) -> Vec<(&'static str, f64)> {
        let mut walls = vec![
            ("posts of one organization in its log", need.one_log),
            ("rows of logs out of PostgreSQL", need.rows / self.log_rows),
            ("CPU of PostgreSQL for writes", need.database / (self.database_cores * self.fill)),
            ("reading logs, of all the nodes' CPU", need.log / (need.log + need.work)),
        ];
        walls.sort_by(|a, b| b.1.total_cmp(&a.1));
        walls
    }

    fn table(&self) -> String {
        let needs: Vec<Need> = self.people.iter().map(|people| self.need(*people)).collect();
        let mut text = String::from("| people connected |");
        // Writing into a String cannot fail.
        for people in &self.people {
            let _written = write!(text, " {} |", figure(*people));
        }
        let _written = writeln!(text, "\n|---|{}", "---:|".repeat(needs.len()));
        let mut row = |name: &str, value: &dyn Fn(&Need) -> String| {
            let values: Vec<String> = needs.iter().map(value).collect();
            let _written = writeln!(text, "| {name} | {} |", values.join(" | "));
        };
        row("posts/s", &|n| figure(n.posts));
        row("reads/s", &|n| figure(n.reads));
        row("database writes/s (commands)", &|n| figure(n.writes));
        row("events/s", &|n| figure(n.events));
        row("deliveries/s", &|n| figure(n.deliveries));
        row("presence frames/s, at most", &|n| figure(n.presence));
        row("to streams, MB/s", &|n| figure(n.out_mb));
        row("server CPU for all that, cores", &|n| figure(n.work));
        row("PostgreSQL CPU for the writes, cores, at most", &|n| figure(n.database));
        row("nodes", &|n| figure(n.nodes));
        row("rows of logs that all nodes read/s", &|n| figure(n.rows));
        row("server CPU for that, cores", &|n| figure(n.log));
        row("wake-ups that NATS hands out/s, at most", &|n| figure(n.notes));
        row("memory of sockets in all, GB", &|n| figure(n.memory_gb));
        row("database growth, GB a day", &|n| figure(n.day_gb));
        row("one organization's log in use", &|n| percent(n.one_log));
        row("the same if all were one organization", &|n| percent(n.all_one));
        row("first wall", &|n| {
            self.walls(n).first().map_or(String::new(), |(name, used)| format!("{name}: {}", percent(*used)))
        });
        text
    }
}

fn figure(value: f64) -> String {
    if value >= 100.0 {
        let digits = format!("{value:.0}");
        let mut out = String::new();
        for (i, digit) in digits.chars().enumerate() {
            if i > 0 && (digits.len() - i).is_multiple_of(3) {
                out.push(',');
            }
            out.push(digit);
        }
        out
    } else if value >= 10.0 || value.fract() == 0.0 {
        format!("{value:.0}")
    } else {
        format!("{value:.2}")
    }
}

fn percent(share: f64) -> String {
    format!("{} %", figure(share * 100.0))
}

/// Prints the table.
#[expect(clippy::print_stdout, reason = "the table is what was asked for")]
#[expect(clippy::unnecessary_wraps, reason = "as the other tasks")]
pub(crate) fn print(model: &Model) -> Result<bool> {
    println!("{}", model.table());
    Ok(true)
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::Parser;

    #[derive(Parser)]
    struct Alone {
        #[command(flatten)]
        model: Model,
    }

    fn model(arguments: &[&str]) -> Model {
        Alone::parse_from([&["model"], arguments].concat()).model
    }

    #[test]
    fn needs_follow_from_the_inputs() {
        let plain = model(&[
            "--pause",
            "10",
            "--acts",
            "10",
            "--readers",
            "9",
            "--everybody",
            "0",
            "--events",
            "1",
            "--small-writes",
            "0",
        ]);
        let need = plain.need(1_000_000.0);
        assert!((need.posts - 10_000.0).abs() < 1e-6 && (need.reads - 90_000.0).abs() < 1e-6);
        assert!((need.deliveries - 90_000.0).abs() < 1e-6 && (need.writes - 10_000.0).abs() < 1e-6);
        assert!((need.memory_gb - 3.1).abs() < 1e-9);
    }

    #[test]
    fn a_node_more_is_a_reader_of_all_logs_more() {
        let few = model(&["--cores", "64", "--node-sockets", "1000000"]).need(1_000_000.0);
        let many = model(&["--cores", "2", "--node-sockets", "1000000"]).need(1_000_000.0);
        assert!(many.nodes > few.nodes && many.rows > few.rows);
        assert!((many.rows - many.events * (many.nodes - 1.0)).abs() < 1e-6);
    }

    #[test]
    fn the_published_table_is_the_one_that_is_printed() {
        let page =
            std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/scale.md")).unwrap();
        for arguments in [&[][..], &["--organization", "1000000", "--people", "100000,1000000"]] {
            let table = model(arguments).table();
            assert!(page.contains(table.trim_end()), "docs/scale.md has another table; it is now:\n{table}");
        }
    }

    #[test]
    fn figures_read_well() {
        assert_eq!(
            [figure(1_234_567.8), figure(12.3), figure(0.5), figure(3.0)],
            ["1,234,568", "12", "0.50", "3"]
        );
    }
}
