//! Knows how the figures are told as a table: figure, goal, found, met or by how much missed.

use std::fmt::Write as _;

use super::figure::{Found, Goal};
use crate::domain::language::Lang;

/// Writes the table.
pub(super) fn text(found: &Found, lang: Lang) -> String {
    let mut table = format!("{}\n\n", lang.bench_head(found.database));
    let row = |table: &mut String, cells: [&str; 5]| {
        let [key, goal, found, met, words] = cells;
        let line = format!("{key:<20} {goal:>10} {found:>10}  {met:<16} {words}");
        let _ = writeln!(table, "{}", line.trim_end());
    };
    let head = [lang.bench_figure(), lang.bench_goal(), lang.bench_found(), "", ""];
    row(&mut table, head);
    for (key, goal, found) in found.lines() {
        let wanted = match goal {
            Goal::None => String::new(),
            Goal::AtLeast(goal) => format!("≥ {}", number(goal)),
            Goal::AtMost(goal) => format!("≤ {}", number(goal)),
        };
        let met = match (goal, found) {
            (Goal::None, _) | (_, None) => String::new(),
            (goal, Some(found)) => match goal.missed_by(found) {
                None => lang.bench_met().to_owned(),
                Some(missed) => lang.bench_missed(format!("{:.0} %", (missed * 100.0).ceil())),
            },
        };
        let found = found.map_or("—".to_owned(), number);
        row(&mut table, [key, &wanted, &found, &met, words(key, lang)]);
    }
    table
}

fn number(n: f64) -> String {
    match n.abs() {
        n if n >= 100.0 => format!("{n:.0}"),
        n if n >= 10.0 => format!("{n:.1}"),
        _ => format!("{n:.2}"),
    }
}

fn words(key: &str, lang: Lang) -> &'static str {
    match key {
        "echo_per_s" => lang.bench_echo_per_s(),
        "durable_per_s" => lang.bench_durable_per_s(),
        "ratio_echo" => lang.bench_ratio_echo(),
        "ratio_echo_cpu" => lang.bench_ratio_echo_cpu(),
        "ratio_one_by_one" => lang.bench_ratio_one_by_one(),
        "slow_commit_per_s" => lang.bench_slow_commit_per_s(),
        "slow_commit_p99_ms" => lang.bench_slow_commit_p99_ms(),
        "urgent_ratio" => lang.bench_urgent_ratio(),
        "pass_620k_ms" => lang.bench_pass_620k_ms(),
        "pass_ratio" => lang.bench_pass_ratio(),
        "open_ratio" => lang.bench_open_ratio(),
        "board_cpu_ms" => lang.bench_board_cpu_ms(),
        "board_queries" => lang.bench_board_queries(),
        "letters_per_s" => lang.bench_letters_per_s(),
        "slow_relay_s" => lang.bench_slow_relay_s(),
        "slow_relay_urgent_s" => lang.bench_slow_relay_urgent_s(),
        "idle_mb" => lang.bench_idle_mb(),
        "start_ms" => lang.bench_start_ms(),
        _ => "",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_figure_is_explained_and_what_was_not_measured_has_a_dash() {
        let found = Found {
            ratio_echo: Some(0.2),
            start_ms: Some(120.0),
            ..Found::on("sqlite")
        };
        let table = text(&found, Lang::En);
        for (key, ..) in found.lines() {
            assert!(!words(key, Lang::En).is_empty(), "{key}");
        }
        assert!(table.contains("missed by 20 %"), "{table}");
        assert!(table.contains("met"), "{table}");
        assert!(table.contains('—'), "{table}");
    }
}
