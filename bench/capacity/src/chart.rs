//! The curves, as SVG. By hand: two charts with a handful of lines do not need a library.

use std::fmt::Write;
use std::path::Path;

use crate::cache::Loss;
use crate::fleet::{COMPACT, FleetPlan, ONE_AT_A_TIME, SPREAD};
use crate::simulation::{Figures, Plan};
use crate::tables::in_a_month;

type Run = (Plan, Figures);

const WIDTH: f64 = 760.0;
const HEIGHT: f64 = 420.0;
const LEFT: f64 = 90.0;
const RIGHT: f64 = 560.0;
const TOP: f64 = 52.0;
const BOTTOM: f64 = 360.0;

/// Colours that those who see few colours can tell apart.
const COLOURS: [&str; 4] = ["#d55e00", "#b38600", "#0072b2", "#009e73"];

/// A chart of curves over the logins a day.
struct Chart {
    title: &'static str,
    subject: &'static str,
    scale: Scale,
    curves: Vec<Curve>,
}

/// A curve, by its name: for each traffic a figure.
struct Curve {
    name: &'static str,
    points: Vec<(f64, f64)>,
}

/// How figures lie between the bottom and the top.
enum Scale {
    /// Each line ten times the one below, from one power of ten to another.
    Powers(i32, i32),
    /// From nothing to everything, in percent.
    Percent,
}

impl Scale {
    /// Where a figure lies: 0 is the bottom, 1 the top.
    fn place(&self, figure: f64) -> f64 {
        match self {
            Scale::Powers(low, high) => (figure.log10() - f64::from(*low)) / f64::from(high - low),
            Scale::Percent => figure / 100.0,
        }
    }

    /// The lines to read by.
    fn lines(&self) -> Vec<(f64, String)> {
        match self {
            Scale::Powers(low, high) => {
                (*low..=*high).map(|power| (10f64.powi(power), short(power))).collect()
            }
            Scale::Percent => {
                (0..=5).map(|line| (f64::from(line) * 20.0, format!("{} %", line * 20))).collect()
            }
        }
    }
}

/// A power of ten: `100`, `10k`, `1M`.
fn short(power: i32) -> String {
    let unit = ["", "k", "M", "G"].into_iter().nth(usize::try_from(power / 3).unwrap_or(0)).unwrap_or("");
    format!("{}{unit}", 10i32.pow(u32::try_from(power % 3).unwrap_or(0)))
}

/// Token calls a month by traffic, for tokens of a day, against one for each login.
///
/// # Errors
/// Where the file cannot be written.
pub(crate) fn token_calls(path: &Path, runs: &[Run]) -> Result<(), String> {
    let curve = |name, wanted: fn(Loss) -> bool, figure: fn(&Figures) -> u64| {
        let of_a_day = |(plan, _): &&Run| plan.token_lifetime_s > 3_600 && wanted(plan.loss);
        let point =
            |(plan, figures): &Run| (f64::from(plan.logins_a_day), as_f64(in_a_month(plan, figure(figures))));
        Curve { name, points: runs.iter().filter(of_a_day).map(point).collect() }
    };
    let calls = |figures: &Figures| figures.token_calls;
    let chart = Chart {
        title: "Token calls a month, tokens of 24 hours",
        subject: "token calls a month",
        scale: Scale::Powers(1, 8),
        curves: vec![
            curve("a token per login", |loss| loss == Loss::Never, |figures| figures.logins),
            curve("no cache", |loss| loss == Loss::AtOnce, calls),
            curve("cache loses after 1 h", |loss| matches!(loss, Loss::After { .. }), calls),
            curve("cache loses nothing", |loss| loss == Loss::Never, calls),
        ],
    };
    chart.write(path)
}

/// The share of the logins for which the backend is called, by traffic and fleet, where answers are kept.
///
/// # Errors
/// Where the file cannot be written.
pub(crate) fn backend_calls(path: &Path, runs: &[Run]) -> Result<(), String> {
    let curve = |fleet: FleetPlan| {
        let point = |(plan, figures): &Run| {
            let share = as_f64(figures.backend_calls) * 100.0 / as_f64(figures.logins.max(1));
            (f64::from(plan.logins_a_day), share)
        };
        let points = runs.iter().filter(|(plan, _)| plan.fleet == fleet).map(point).collect();
        Curve { name: fleet.name, points }
    };
    let chart = Chart {
        title: "Logins that reach the backend, answers kept for 60 s",
        subject: "share of the logins",
        scale: Scale::Percent,
        curves: [SPREAD, ONE_AT_A_TIME, COMPACT].map(curve).into(),
    };
    chart.write(path)
}

#[expect(clippy::cast_precision_loss, reason = "for a picture")]
fn as_f64(count: u64) -> f64 {
    count as f64
}

impl Chart {
    fn write(&self, path: &Path) -> Result<(), String> {
        std::fs::write(path, self.svg()).map_err(|error| format!("{}: {error}", path.display()))
    }

    fn svg(&self) -> String {
        let mut svg = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {HEIGHT}\" role=\"img\" \
             font-family=\"sans-serif\" font-size=\"13\">\n<title>{title}</title>\n\
             <rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>\n<text x=\"{LEFT}\" y=\"28\" font-size=\"16\" \
             font-weight=\"bold\">{title}</text>\n",
            title = self.title,
        );
        // Writing to a string cannot fail.
        let _ = self.draw_grid(&mut svg).and_then(|()| self.draw_curves(&mut svg));
        svg.push_str("</svg>\n");
        svg
    }

    fn draw_grid(&self, svg: &mut String) -> std::fmt::Result {
        let line = "stroke=\"#ddd\"";
        for (figure, label) in self.scale.lines() {
            let y = self.y(figure);
            writeln!(svg, "<line x1=\"{LEFT}\" y1=\"{y:.1}\" x2=\"{RIGHT}\" y2=\"{y:.1}\" {line}/>")?;
            let (x, y) = (LEFT - 8.0, y + 4.0);
            writeln!(svg, "<text x=\"{x}\" y=\"{y:.1}\" text-anchor=\"end\">{label}</text>")?;
        }
        for power in 3..=6 {
            let x = x(10f64.powi(power));
            writeln!(svg, "<line x1=\"{x:.1}\" y1=\"{TOP}\" x2=\"{x:.1}\" y2=\"{BOTTOM}\" {line}/>")?;
            let (y, label) = (BOTTOM + 20.0, short(power));
            writeln!(svg, "<text x=\"{x:.1}\" y=\"{y}\" text-anchor=\"middle\">{label}</text>")?;
        }
        let (middle, below) = ((LEFT + RIGHT) / 2.0, BOTTOM + 44.0);
        writeln!(svg, "<text x=\"{middle}\" y=\"{below}\" text-anchor=\"middle\">logins a day</text>")?;
        let (y, subject) = ((TOP + BOTTOM) / 2.0, self.subject);
        writeln!(
            svg,
            "<text transform=\"translate(24 {y}) rotate(-90)\" text-anchor=\"middle\">{subject}</text>"
        )
    }

    fn draw_curves(&self, svg: &mut String) -> std::fmt::Result {
        let mut last_label_y = f64::NEG_INFINITY;
        for (Curve { name, points }, colour) in self.curves_from_the_top().into_iter().zip(COLOURS) {
            let places: Vec<_> =
                points.iter().map(|(traffic, figure)| (x(*traffic), self.y(*figure))).collect();
            let path: Vec<_> = places.iter().map(|(x, y)| format!("{x:.1},{y:.1}")).collect();
            let path = path.join(" ");
            writeln!(
                svg,
                "<polyline points=\"{path}\" fill=\"none\" stroke=\"{colour}\" stroke-width=\"2\"/>"
            )?;
            for (x, y) in &places {
                writeln!(svg, "<circle cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"3.5\" fill=\"{colour}\"/>")?;
            }
            let end_y = places.last().map_or(BOTTOM, |(_, y)| *y);
            // Names of curves that end close together stand below one another.
            last_label_y = (end_y + 4.0).max(last_label_y + 18.0);
            let x = RIGHT + 12.0;
            writeln!(svg, "<text x=\"{x}\" y=\"{last_label_y:.1}\" fill=\"{colour}\">{name}</text>")?;
        }
        Ok(())
    }

    /// The curves by where they end, the highest first.
    fn curves_from_the_top(&self) -> Vec<&Curve> {
        let mut curves: Vec<&Curve> = self.curves.iter().collect();
        let end = |curve: &Curve| curve.points.last().map_or(0.0, |(_, figure)| *figure);
        curves.sort_by(|one, other| end(other).total_cmp(&end(one)));
        curves
    }

    fn y(&self, figure: f64) -> f64 {
        BOTTOM - self.scale.place(figure).clamp(0.0, 1.0) * (BOTTOM - TOP)
    }
}

/// Where a traffic of 1,000 to 1,000,000 logins a day lies.
fn x(logins_a_day: f64) -> f64 {
    LEFT + Scale::Powers(3, 6).place(logins_a_day).clamp(0.0, 1.0) * (RIGHT - LEFT)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_curve_of_a_chart_is_drawn_with_its_name_inside_the_picture() {
        let curve = |name, figure| Curve { name, points: vec![(1e3, figure), (1e6, figure)] };
        let curves = vec![curve("low", 1.0), curve("high", 90.0), curve("close", 91.0)];
        let chart = Chart { title: "t", subject: "s", scale: Scale::Percent, curves };
        let svg = chart.svg();
        assert_eq!(svg.matches("<polyline").count(), 3);
        let order: Vec<_> =
            ["close", "high", "low"].iter().map(|name| svg.find(&format!(">{name}<"))).collect();
        assert!(order.is_sorted() && order.iter().all(Option::is_some), "{svg}");
        assert!(svg.contains(&format!("points=\"{LEFT:.1},")) && svg.contains(&format!(" {RIGHT:.1},")));
    }

    #[test]
    fn powers_of_ten_are_short() {
        assert_eq!([1, 2, 3, 4, 6, 8].map(short), ["10", "100", "1k", "10k", "1M", "100M"]);
    }
}
