//! What travels: the binary, the web app's first load, the widget. Measured on the built files.

use crate::{Result, report::Row};
use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

const MB: f64 = 1024.0 * 1024.0;
const KB: f64 = 1024.0;

/// Looks at `binary` and at what is built in `ui`.
pub(crate) fn measure(binary: &Path, ui: &Path) -> Result<Vec<Row>> {
    let size = fs::metadata(binary)?.len() as f64 / MB;
    let app = first_load(&ui.join("app/dist"))? / KB;
    let loader = gzip(&ui.join("widget/dist/w.js"))? / KB;
    let panel = panel(&ui.join("widget/dist/panel"))? / KB;
    let inside = size * MB > app * KB;
    Ok(vec![
        Row::goal(
            "Binary, stripped, web app inside",
            format!("{size:.1} MB"),
            ("≤ 40 MB", size <= 40.0 && inside),
            ("≤ 25 MB", size <= 25.0 && inside),
        ),
        Row::goal(
            "Web app, gzip, first load to the Team desk",
            format!("{app:.1} KB"),
            ("≤ 150 KB", app <= 150.0),
            ("≤ 110 KB", app <= 110.0),
        ),
        Row::goal(
            "Widget, gzip: loader",
            format!("{loader:.2} KB"),
            ("≤ 4 KB", loader <= 4.0),
            ("≤ 3 KB", loader <= 3.0),
        ),
        Row::goal(
            "Widget, gzip: panel on first intent",
            format!("{panel:.1} KB"),
            ("≤ 45 KB", panel <= 45.0),
            ("≤ 35 KB", panel <= 35.0),
        ),
    ])
}

fn gzip(file: &Path) -> Result<f64> {
    let packed = PathBuf::from(format!("{}.gz", file.display()));
    let size = fs::metadata(&packed)
        .map_err(|_| format!("{} is not built; run `make run` or scripts/build-ui.sh", packed.display()))?;
    Ok(size.len() as f64)
}

/// The page, what it names, the icons, and the Team desk with what that imports: enough to read and write.
fn first_load(dist: &Path) -> Result<f64> {
    let assets = dist.join("assets");
    let mut files = BTreeSet::from([dist.join("index.html")]);
    let page = fs::read_to_string(dist.join("index.html"))
        .map_err(|_| "the web app is not built; run scripts/build-ui.sh")?;
    let mut next: Vec<PathBuf> = page
        .split(['"', '\''])
        .filter(|s| s.starts_with('/') && has_ending(s, &["js", "css"]))
        .map(|s| dist.join(s.trim_start_matches('/')))
        .collect();
    for entry in fs::read_dir(&assets)? {
        let path = entry?.path();
        let name = path.file_name().and_then(|n| n.to_str()).unwrap_or_default();
        let wanted = name.starts_with("TeamDesk-") && has_ending(name, &["js", "css"])
            || name.starts_with("icons-") && has_ending(name, &["svg"]);
        if wanted {
            next.push(path);
        }
    }
    while let Some(file) = next.pop() {
        if !files.insert(file.clone()) || !has_ending(&file.display().to_string(), &["js"]) {
            continue;
        }
        let code = fs::read_to_string(&file)?;
        for (at, _) in code.match_indices("./") {
            let before = code[..at].trim_end_matches(['"', '\'', '`']).trim_end();
            let name: String = code[at + 2..]
                .chars()
                .take_while(|c| c.is_alphanumeric() || matches!(c, '.' | '-' | '_'))
                .collect();
            let stated = before.len() < at && (before.ends_with("from") || before.ends_with("import"));
            if stated && has_ending(&name, &["js"]) {
                next.push(assets.join(name));
            }
        }
    }
    files.iter().map(|f| gzip(f)).sum()
}

/// The panel's page, scripts and styles.
fn panel(dist: &Path) -> Result<f64> {
    let mut total = gzip(&dist.join("index.html"))?;
    for entry in fs::read_dir(dist.join("widget-assets"))
        .map_err(|_| "the widget is not built; run scripts/build-ui.sh")?
    {
        let path = entry?.path();
        if has_ending(&path.display().to_string(), &["js", "css"]) {
            total += gzip(&path)?;
        }
    }
    Ok(total)
}

fn has_ending(name: &str, endings: &[&str]) -> bool {
    Path::new(name).extension().and_then(|e| e.to_str()).is_some_and(|e| endings.contains(&e))
}
