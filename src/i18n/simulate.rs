//! Knows the words of a simulation.

use super::messages;

messages! {
    simulate_full(url): "数据库 {url} 不是空的。模拟只能在空数据库上进行，请另指定一个。",
        "The database {url} is not empty. A simulation needs an empty one; please name another.";
    simulate_table(words): "单位表不能用：{words}", "The table of units cannot be used: {words}";
    simulate_silent(code): "没有编码为 {code} 的单位。", "There is no unit with the code {code}.";
    simulate_season: "汛期", "Flood season";
    simulate_alarm: "防汛应急响应", "Flood alarm";
    simulate_drill: "防汛应急演练", "Flood drill";
    simulate_evening: "晚报", "Evening";
    simulate_night: "夜报", "Night";
    simulate_extra: "加报", "Extra";
    simulate_summary: "乡镇汇总", "Roll-up";
    simulate_people: "按收件人", "By person";
    simulate_units: "按单位", "By unit";
    simulate_silent_units: "这些单位始终不报时，发出的邮件：", "What is sent if these units never report:";
    simulate_world(first, seasons): "从 {first} 起模拟：{seasons}。其他单位怎样报送由 --seed 决定；发给谁、何时发，以您的设置和单位表为准。",
        "Simulated from {first} on: {seasons}. How the other units report is drawn by --seed; who is written to, and when, is by your settings and your table.";
    simulate_then: "；", "; ";
    simulate_and: "、", ", ";
    simulate_rounds(season, rounds): "{season}（{rounds}）", "{season} ({rounds})";
    simulate_made_up(leader, officer): "配置的 duty 一节没有填写邮箱，这里以 {leader} 代表带班领导，以 {officer} 代表值班员。",
        "The duty section of the settings names nobody: {leader} stands for the leader and {officer} for the officer on duty.";
    simulate_counts(expected, on_time, late, missing, excused): "全部单位：应报 {expected}，按时 {on_time}，迟报 {late}，未报 {missing}，免报 {excused}",
        "All units: expected {expected}, on time {on_time}, late {late}, missing {missing}, excused {excused}";
    simulate_letters(letters, recipients): "邮件 {letters} 封，收件人 {recipients} 个", "{letters} letters to {recipients} people";
    simulate_held(all): "{all} 项检验全部成立（--format json 逐项列出）。", "All {all} checks hold (--format json lists them).";
    simulate_broken(broken, all): "{all} 项检验中有 {broken} 项不成立，请连同种子一起反馈：",
        "{broken} of {all} checks do not hold. Please report them with the seed:";
    simulate_seed(seed): "有检验不成立。重演：--seed {seed}", "A check failed. To repeat it: --seed {seed}";
}
