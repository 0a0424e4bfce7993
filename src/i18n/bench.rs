//! Knows the words of a measurement.

use super::messages;

messages! {
    bench_database: "--database 应为 postgres://… 地址；不写则用临时的 SQLite。",
        "--database wants a postgres:// address; left out, it is SQLite in a temporary folder.";
    bench_debug: "这是调试构建，数字没有意义；请用 cargo build --release。",
        "This is a debug build, whose figures mean nothing; build with --release.";
    bench_now(figures): "正在测量：{figures}", "Measuring: {figures}";
    bench_head(database): "数据库：{database}", "Database: {database}";
    bench_figure: "指标", "figure";
    bench_goal: "目标", "goal";
    bench_found: "实测", "found";
    bench_met: "达到", "met";
    bench_missed(by): "未达，差 {by}", "missed by {by}";
    bench_echo_per_s: "空操作 JSON 回声，次/秒", "no-op JSON echoes a second";
    bench_durable_per_s: "落盘后才应答的报送，次/秒", "check-ins a second, on disk before the answer";
    bench_ratio_echo: "落盘报送 ÷ 回声（按时间）", "durable ÷ echo, by wall time";
    bench_ratio_echo_cpu: "落盘报送 ÷ 回声（按服务进程 CPU）", "durable ÷ echo, by CPU time of the server process";
    bench_ratio_one_by_one: "成批提交 ÷ 每次请求一个事务", "batched ÷ one transaction a request";
    bench_slow_commit_per_s: "每次提交慢 5 毫秒时的报送，次/秒", "check-ins a second with 5 ms added to each commit";
    bench_slow_commit_p99_ms: "同上，每秒 2000 次时的 p99，毫秒", "the same, p99 at 2,000 a second, ms";
    bench_urgent_ratio: "紧急信息到邮件服务器的时间：满负荷 ÷ 空闲", "urgent, request to the relay's 250: under load ÷ without";
    bench_pass_620k_ms: "62 万单位的截止处理（缺报 5%），毫秒", "deadline over 620,000 units, 5 % missing, ms";
    bench_pass_ratio: "62 万 ÷ 6.2 万单位（缺报数相同）", "620,000 ÷ 62,000 units with as many missing";
    bench_open_ratio: "62 万单位开轮 ÷ 同样行数的批量插入", "opening for 620,000 units ÷ plain bulk insert";
    bench_board_cpu_ms: "700 个单位的值班看板，每页 CPU 毫秒", "board of a county of 700: CPU a page, ms";
    bench_board_queries: "值班看板每页查询数", "board: queries a page";
    bench_letters_per_s: "一条连接上的邮件，封/秒", "letters a second on one connection";
    bench_slow_relay_s: "邮件服务器每封 1 秒时 40 封全部发出，秒", "40 letters through a relay of 1 s each, s from the deadline";
    bench_slow_relay_urgent_s: "其间的一封紧急邮件，秒", "an urgent one in between, s";
    bench_idle_mb: "一个县的服务空闲时内存，MB", "resident memory at idle, a county, MB";
    bench_start_ms: "从启动到就绪，毫秒", "start to ready, ms";
}
