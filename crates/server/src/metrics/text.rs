//! The text that Prometheus reads (exposition format 0.0.4). Names are given once, with what they mean; labels come from
//! this program's own words only, so that nothing has to be escaped and nobody's name can get in.

use portico_types::meter::Histogram;
use std::fmt::{Display, Write};

/// A page being written.
#[derive(Default)]
pub(crate) struct Page(String);

impl Page {
    /// Begins a metric. `kind` is `counter`, `gauge` or `histogram`.
    pub(crate) fn begin(&mut self, name: &str, kind: &str, help: &str) {
        // Writing into a String cannot fail.
        let _written = write!(self.0, "# HELP {name} {help}\n# TYPE {name} {kind}\n");
    }

    /// One value; `labels` are `name="value"` pairs, or nothing.
    pub(crate) fn value(&mut self, name: &str, labels: &str, value: impl Display) {
        let _written = if labels.is_empty() {
            writeln!(self.0, "{name} {value}")
        } else {
            writeln!(self.0, "{name}{{{labels}}} {value}")
        };
    }

    /// A metric of one value.
    pub(crate) fn counter(&mut self, name: &str, help: &str, value: impl Display) {
        self.begin(name, "counter", help);
        self.value(name, "", value);
    }

    /// The same for what rises and falls.
    pub(crate) fn gauge(&mut self, name: &str, help: &str, value: impl Display) {
        self.begin(name, "gauge", help);
        self.value(name, "", value);
    }

    /// The lines of a histogram whose values are `unit` of what is shown: 1,000,000 for microseconds shown as seconds.
    pub(crate) fn histogram(&mut self, name: &str, labels: &str, histogram: &Histogram, unit: f64) {
        let (below, sum, count) = histogram.get();
        let comma = if labels.is_empty() { "" } else { "," };
        let bucket = format!("{name}_bucket");
        for (bound, so_far) in below {
            let labels = format!("{labels}{comma}le=\"{}\"", bound as f64 / unit);
            self.value(&bucket, &labels, so_far);
        }
        self.value(&bucket, &format!("{labels}{comma}le=\"+Inf\""), count);
        self.value(&format!("{name}_sum"), labels, sum as f64 / unit);
        self.value(&format!("{name}_count"), labels, count);
    }

    /// The whole page.
    pub(crate) fn text(self) -> String {
        self.0
    }
}
