//! Knows the words of a simulation.

use super::messages;

messages! {
    simulate_full(url): "数据库 {url} 不是空的。模拟只能在空数据库上进行，请另指定一个。",
        "The database {url} is not empty. A simulation needs an empty one; please name another.";
    simulate_table(words): "单位表不能用：{words}", "The table of units cannot be used: {words}";
    simulate_silent(code): "没有编码为 {code} 的单位。", "There is no unit with the code {code}.";
    simulate_season: "汛期", "Flood season";
    simulate_alarm: "防汛应急响应", "Flood alarm";
    simulate_evening: "晚报", "Evening";
    simulate_night: "夜报", "Night";
    simulate_extra: "加报", "Extra";
    simulate_summary: "乡镇汇总", "Roll-up";
    simulate_people: "按收件人", "By person";
    simulate_units: "按单位", "By unit";
    simulate_invariants: "检验", "Checks";
    simulate_counts(expected, on_time, late, missing, excused): "应报 {expected}，按时 {on_time}，迟报 {late}，未报 {missing}，免报 {excused}",
        "Expected {expected}, on time {on_time}, late {late}, missing {missing}, excused {excused}";
    simulate_letters(letters, recipients): "邮件 {letters} 封，收件人 {recipients} 个", "{letters} letters to {recipients} people";
    simulate_held: "成立", "holds";
    simulate_broken: "不成立", "BROKEN";
    simulate_seed(seed): "有检验不成立。重演：--seed {seed}", "A check failed. To repeat it: --seed {seed}";
}
