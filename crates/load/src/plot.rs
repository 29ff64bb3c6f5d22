//! Latency against load, drawn as SVG: both axes logarithmic, a line for each name, one for the limit. No scripts, no
//! fonts of its own, readable on light and dark pages.

use std::fmt::Write;

const WIDTH: f64 = 720.0;
const HEIGHT: f64 = 400.0;
const LEFT: f64 = 64.0;
const RIGHT: f64 = 210.0;
const TOP: f64 = 40.0;
const BOTTOM: f64 = 48.0;
/// Told apart by people who see few colours, and by their dashes.
const LOOKS: [(&str, &str); 4] =
    [("#0072b2", ""), ("#d55e00", "6 3"), ("#009e73", "2 3"), ("#cc79a7", "9 3 2 3")];

/// A name and its points.
struct Line {
    name: String,
    points: Vec<(f64, f64)>,
}

/// See the module.
pub(crate) struct Plot {
    title: String,
    across: String,
    up: String,
    limit: f64,
    lines: Vec<Line>,
}

impl Plot {
    /// `across` and `up` name the axes; `limit` is what `up` should stay below.
    pub(crate) fn new(title: &str, across: &str, up: &str, limit: f64) -> Self {
        Self { title: title.into(), across: across.into(), up: up.into(), limit, lines: Vec::new() }
    }

    /// Adds a point to the line of this name.
    pub(crate) fn add(&mut self, name: &str, x: f64, y: f64) {
        if let Some(line) = self.lines.iter_mut().find(|l| l.name == name) {
            line.points.push((x, y));
        } else {
            self.lines.push(Line { name: name.into(), points: vec![(x, y)] });
        }
    }

    /// The picture.
    pub(crate) fn svg(&self) -> String {
        let points = || self.lines.iter().flat_map(|l| &l.points);
        let across = Axis::over(points().map(|p| p.0), LEFT, WIDTH - RIGHT);
        let up = Axis::over(points().map(|p| p.1).chain([self.limit]), HEIGHT - BOTTOM, TOP);
        let mut out = vec![format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {HEIGHT}\" font-family=\"sans-serif\" font-size=\"12\" role=\"img\">\n\
             <title>{0}</title>\n<rect width=\"{WIDTH}\" height=\"{HEIGHT}\" fill=\"#fff\"/>\n<text x=\"{LEFT}\" y=\"22\" font-size=\"15\">{0}</text>\n",
            escaped(&self.title)
        )];
        for x in across.marks() {
            let at = across.place(x);
            out.push(format!(
                "<path d=\"M{at:.1} {TOP}V{}\" stroke=\"#ddd\"/><text x=\"{at:.1}\" y=\"{}\" text-anchor=\"middle\">{x}</text>\n",
                HEIGHT - BOTTOM,
                HEIGHT - BOTTOM + 16.0
            ));
        }
        for y in up.marks() {
            let at = up.place(y);
            out.push(format!(
                "<path d=\"M{LEFT} {at:.1}H{}\" stroke=\"#ddd\"/><text x=\"{}\" y=\"{:.1}\" text-anchor=\"end\">{y}</text>\n",
                WIDTH - RIGHT,
                LEFT - 6.0,
                at + 4.0
            ));
        }
        let limit = up.place(self.limit);
        out.push(format!(
            "<path d=\"M{LEFT} {limit:.1}H{0}\" stroke=\"#b00\" stroke-width=\"1.5\"/><text x=\"{1}\" y=\"{2:.1}\" fill=\"#b00\">limit {3} {4}</text>\n\
             <text x=\"{5}\" y=\"{6}\" text-anchor=\"middle\">{7}</text><text x=\"{LEFT}\" y=\"{8}\" text-anchor=\"end\">{4}</text>\n",
            WIDTH - RIGHT,
            WIDTH - RIGHT + 8.0,
            limit + 4.0,
            self.limit,
            escaped(&self.up),
            (LEFT + WIDTH - RIGHT) / 2.0,
            HEIGHT - 12.0,
            escaped(&self.across),
            TOP - 6.0,
        ));
        for (n, line) in self.lines.iter().enumerate() {
            draw(&mut out, line, LOOKS[n % LOOKS.len()], n, &across, &up);
        }
        out.push("</svg>\n".into());
        out.concat()
    }
}

fn draw(
    out: &mut Vec<String>,
    line: &Line,
    (colour, dash): (&str, &str),
    n: usize,
    across: &Axis,
    up: &Axis,
) {
    let mut path = String::new();
    for (i, (x, y)) in line.points.iter().enumerate() {
        // Writing to a String cannot fail.
        let _fine =
            write!(path, "{}{:.1} {:.1}", if i == 0 { "M" } else { "L" }, across.place(*x), up.place(*y));
    }
    out.push(format!(
        "<path d=\"{path}\" fill=\"none\" stroke=\"{colour}\" stroke-width=\"2\" stroke-dasharray=\"{dash}\"/>\n"
    ));
    for (x, y) in &line.points {
        out.push(format!(
            "<circle cx=\"{:.1}\" cy=\"{:.1}\" r=\"3\" fill=\"{colour}\"><title>{x}: {y:.1}</title></circle>\n",
            across.place(*x),
            up.place(*y)
        ));
    }
    let (from, y) = (WIDTH - RIGHT + 8.0, TOP + 12.0 + 18.0 * n as f64);
    out.push(format!(
        "<path d=\"M{from} {y}h24\" stroke=\"{colour}\" stroke-width=\"2\" stroke-dasharray=\"{dash}\"/><text x=\"{}\" y=\"{}\">{}</text>\n",
        from + 30.0,
        y + 4.0,
        escaped(&line.name)
    ));
}

/// A logarithmic axis between two places of the picture.
struct Axis {
    low: f64,
    high: f64,
    from: f64,
    to: f64,
}

impl Axis {
    /// From the mark below the smallest value to the one above the largest.
    fn over(values: impl Iterator<Item = f64>, from: f64, to: f64) -> Self {
        let (mut low, mut high) = (f64::INFINITY, 0.0_f64);
        for value in values.filter(|v| *v > 0.0) {
            (low, high) = (low.min(value), high.max(value));
        }
        if low > high {
            (low, high) = (1.0, 10.0);
        }
        let low = rungs().take_while(|r| *r <= low).last().unwrap_or(0.01);
        let high = rungs().find(|r| *r >= high).unwrap_or(high);
        Self { low, high: if high > low { high } else { low * 10.0 }, from, to }
    }

    fn marks(&self) -> impl Iterator<Item = f64> {
        rungs().filter(|r| (self.low..=self.high).contains(r))
    }

    fn place(&self, value: f64) -> f64 {
        let share = (value.max(self.low) / self.low).ln() / (self.high / self.low).ln();
        self.from + share * (self.to - self.from)
    }
}

/// 0.01, 0.02, 0.05, 0.1, …
fn rungs() -> impl Iterator<Item = f64> {
    (-2..8).flat_map(|power: i32| {
        [1.0, 2.0, 5.0].map(|step| {
            let rung = step * 10_f64.powi(power);
            // Exact for whole numbers, two places for the rest.
            (rung * 100.0).round() / 100.0
        })
    })
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn points_stand_where_they_belong() {
        let axis = Axis::over([10.0, 700.0].into_iter(), 0.0, 100.0);
        assert_eq!((axis.low, axis.high), (10.0, 1_000.0));
        assert!((axis.place(100.0) - 50.0).abs() < 1e-9);
        assert_eq!(axis.marks().collect::<Vec<_>>(), [10.0, 20.0, 50.0, 100.0, 200.0, 500.0, 1_000.0]);
        let mut plot = Plot::new("a < b", "users", "ms", 100.0);
        plot.add("p99", 10.0, 5.0);
        plot.add("p99", 20.0, 50.0);
        let svg = plot.svg();
        assert!(svg.contains("a &lt; b") && svg.contains("limit 100 ms"));
        assert_eq!(svg.matches("<circle").count(), 2);
    }
}
