//! The demo's pictures, drawn from a few shapes: three lamps and a chart. PNG.

use image::{ImageFormat, Rgb, RgbImage};
use portico_types::{Error, Result};
use std::io::Cursor;

/// The lamps Northwind makes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Lamp {
    /// A desk lamp with two arms.
    Moss,
    /// A pendant.
    Halden,
    /// A wall light.
    Skerry,
}

type Color = [f32; 3];

/// A shape in a field that is 3 wide and 2 high, y downwards.
enum Shape {
    /// A convex area by its corners, clockwise.
    Area(&'static [(f32, f32)]),
    /// A line of some width, with round ends.
    Line((f32, f32), (f32, f32), f32),
    /// A disc.
    Disc((f32, f32), f32),
}

impl Shape {
    fn holds(&self, x: f32, y: f32) -> bool {
        match self {
            Self::Area(corners) => corners.iter().zip(corners.iter().cycle().skip(1)).all(|(a, b)| {
                let cross = (b.0 - a.0) * (y - a.1) - (b.1 - a.1) * (x - a.0);
                cross >= 0.0
            }),
            Self::Line(a, b, width) => {
                let (dx, dy) = (b.0 - a.0, b.1 - a.1);
                let along = (((x - a.0) * dx + (y - a.1) * dy) / (dx * dx + dy * dy)).clamp(0.0, 1.0);
                (x - a.0 - along * dx).hypot(y - a.1 - along * dy) <= width / 2.0
            }
            Self::Disc(middle, radius) => (x - middle.0).hypot(y - middle.1) <= *radius,
        }
    }
}

struct Scene {
    wall: Color,
    floor: Color,
    light: (f32, f32),
    shapes: Vec<(Shape, Color)>,
}

const PINE: Color = [0.16, 0.33, 0.27];
const BRICK: Color = [0.70, 0.33, 0.24];
const SOOT: Color = [0.17, 0.17, 0.18];
const BRASS: Color = [0.76, 0.62, 0.36];
const GLASS: Color = [1.0, 0.95, 0.82];

fn scene(lamp: Lamp) -> Scene {
    use Shape::{Area, Disc, Line};
    match lamp {
        Lamp::Halden => Scene {
            wall: [0.93, 0.90, 0.84],
            floor: [0.80, 0.74, 0.65],
            light: (1.5, 1.12),
            shapes: vec![
                (Line((1.5, -0.1), (1.5, 0.5), 0.016), SOOT),
                (Disc((1.5, 1.06), 0.12), GLASS),
                (Area(&[(1.40, 0.48), (1.60, 0.48), (1.98, 1.05), (1.02, 1.05)]), PINE),
                (Area(&[(1.43, 0.43), (1.57, 0.43), (1.60, 0.49), (1.40, 0.49)]), BRASS),
            ],
        },
        Lamp::Moss => Scene {
            wall: [0.90, 0.88, 0.86],
            floor: [0.62, 0.47, 0.36],
            light: (1.93, 0.92),
            shapes: vec![
                (Area(&[(0.85, 1.56), (1.35, 1.56), (1.40, 1.64), (0.80, 1.64)]), BRICK),
                (Line((1.10, 1.58), (0.92, 0.98), 0.045), BRICK),
                (Line((0.92, 0.98), (1.66, 0.60), 0.045), BRICK),
                (Disc((0.92, 0.98), 0.055), BRASS),
                (Disc((1.90, 0.86), 0.09), GLASS),
                (Area(&[(1.58, 0.56), (1.78, 0.50), (2.12, 0.82), (1.70, 1.02)]), BRICK),
            ],
        },
        Lamp::Skerry => Scene {
            wall: [0.55, 0.60, 0.63],
            floor: [0.42, 0.45, 0.46],
            light: (1.5, 0.92),
            shapes: vec![
                (Area(&[(1.36, 0.42), (1.64, 0.42), (1.64, 1.42), (1.36, 1.42)]), SOOT),
                (Disc((1.5, 0.92), 0.34), SOOT),
                (Disc((1.5, 0.92), 0.29), GLASS),
                (Line((1.17, 0.92), (1.83, 0.92), 0.045), SOOT),
            ],
        },
    }
}

fn color(scene: &Scene, x: f32, y: f32) -> Color {
    let ground = if y > 1.58 { scene.floor } else { scene.wall };
    let painted = scene.shapes.iter().rev().find(|(shape, _)| shape.holds(x, y)).map(|(_, color)| *color);
    let far = (x - scene.light.0).hypot((y - scene.light.1) * 1.15);
    let (base, glow) = match painted {
        Some(color) if color == GLASS => return GLASS,
        Some(color) => (color, 0.10 * (1.2 - far).max(0.0)),
        // Light falls downwards more than it rises.
        None => {
            let below = ((y - scene.light.1) * 1.6 + 0.5).clamp(0.0, 1.0);
            (ground, (0.07 + 0.14 * below) * (1.3 - far).max(0.0))
        }
    };
    let dusk = 1.0 - 0.10 * (x - 1.5).abs();
    [base[0] * dusk + glow, base[1] * dusk + glow * 0.9, base[2] * dusk + glow * 0.6]
}

/// A picture of a lamp. Sides in pixels, three to two.
pub(super) fn lamp(lamp: Lamp, width: u32, height: u32) -> Result<Vec<u8>> {
    let scene = scene(lamp);
    draw(width, height, |x, y| color(&scene, x * 3.0, y * 2.0))
}

/// Two rows of bars: before tall and ragged, after low.
pub(super) fn chart(width: u32, height: u32) -> Result<Vec<u8>> {
    const BEFORE: [f32; 12] = [0.42, 0.55, 0.49, 0.71, 0.66, 0.83, 0.78, 0.90, 0.74, 0.61, 0.69, 0.52];
    draw(width, height, |x, y| {
        let (field, low) = (x * 26.0 - 0.5, 0.9 - y);
        let (bar, inside) = (field.floor(), field - field.floor() < 0.72);
        if (0.0..0.012).contains(&-(low)) {
            return [0.45, 0.43, 0.40];
        }
        let value = match bar as i32 {
            i @ 0..=11 => BEFORE.get(i as usize).copied().unwrap_or(0.0),
            i @ 13..=24 => 0.05 + 0.01 * (i % 3) as f32,
            _ => 0.0,
        };
        match (inside && (0.0..value).contains(&low), bar < 12.5) {
            (true, true) => [0.72, 0.38, 0.28],
            (true, false) => [0.22, 0.45, 0.36],
            _ if (low * 5.0).fract() < 0.02 && low > 0.1 => [0.90, 0.88, 0.85],
            _ => [0.98, 0.97, 0.95],
        }
    })
}

/// Asks for the colour at four points of each pixel; places and colours run from 0 to 1.
fn draw(width: u32, height: u32, at: impl Fn(f32, f32) -> Color) -> Result<Vec<u8>> {
    let picture = RgbImage::from_fn(width, height, |px, py| {
        let mut sum = [0.0_f32; 3];
        for (dx, dy) in [(0.25, 0.25), (0.75, 0.25), (0.25, 0.75), (0.75, 0.75)] {
            let point = at((px as f32 + dx) / width as f32, (py as f32 + dy) / height as f32);
            for (total, part) in sum.iter_mut().zip(point) {
                *total += part;
            }
        }
        Rgb(sum.map(|total| (total / 4.0 * 255.0).clamp(0.0, 255.0) as u8))
    });
    let mut bytes = Cursor::new(Vec::new());
    picture.write_to(&mut bytes, ImageFormat::Png).map_err(Error::internal)?;
    Ok(bytes.into_inner())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lamps_differ_and_are_pictures() {
        let all = [Lamp::Moss, Lamp::Halden, Lamp::Skerry].map(|l| lamp(l, 90, 60).unwrap());
        assert!(all.iter().all(|png| portico_blobs::is_picture(portico_blobs::sniff(png))));
        assert!(all[0] != all[1] && all[1] != all[2]);
        assert!(chart(120, 60).is_ok());
    }
}
