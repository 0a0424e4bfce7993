//! Knows the words of the wall, and of the page where its links are made.

use super::messages;

messages! {
    wall_title: "大屏", "Wall";
    wall_needs_script: "大屏需要启用脚本（JavaScript）。", "The wall needs scripts (JavaScript).";
    wall_needs_key: "请用值班室给出的完整链接打开大屏。", "Open the wall with the whole link that the duty office gave.";
    wall_revoked: "这个链接已停用，请向值班室要新的链接。", "This link was revoked. Ask the duty office for a new one.";
    wall_waiting: "正在连接……", "Connecting…";
    wall_stale(n): "数据已 {n} 秒没有更新", "No new data for {n} seconds";
    wall_stale_hint: "请检查网络。画面上的数字可能已经过时。", "Check the network. What is shown may be out of date.";
    wall_left: "距截止", "To the deadline";
    wall_over: "已过截止", "Since the deadline";
    wall_closed: "已关闭", "Closed";
    wall_opens: "距开始", "To the opening";
    wall_quiet: "现在没有进行中的场次", "No round is under way";
    wall_tiles: "各单位", "Units";
    wall_overdue(n): "逾期 {n}", "{n} overdue";
    wall_open(n): "未报 {n}", "{n} open";
    wall_all_in: "全部已报", "all in";
    wall_missing(n): "未报 {n}", "{n} missing";
    wall_upcoming: "未开始", "not open";
    wall_more(n): "另有 {n} 个", "{n} more";
    wall_incidents(n): "未结束事件 {n}", "{n} open incident" | "{n} open incidents";
    wall_answered(time): "{time} 已签收", "acknowledged {time}";
    wall_no_incidents: "没有未结束的事件", "No open incident";

    walls_title: "大屏链接", "Links for the wall";
    walls_lead: "大屏页面只能看，不能操作，适合挂在值班室的大屏幕上。链接可随时停用。",
        "The wall can only be looked at; it is made for a large screen. A link can be revoked at any time.";
    walls_none: "还没有链接。", "There is no link yet.";
    walls_new: "新建链接", "Make a link";
    walls_label: "用在哪里（例如：县值班室东墙）", "Where it is used (for example: duty room, east wall)";
    walls_label_short: "用途", "Where it is used";
    walls_unit: "显示哪个单位及其下级", "Which unit to show, with all below it";
    walls_texts: "显示事件地点和情况（屏幕可能被外人看到时不要勾选）",
        "Show where incidents happened and what (leave it off where outsiders can see the screen)";
    walls_button: "生成链接", "Make the link";
    walls_once: "链接只显示这一次。请在大屏电脑上打开它，或抄到那里。",
        "The link is shown only once. Open it on the computer of the screen.";
    walls_revoke: "停用", "Revoke";
    walls_made(by, time): "{by} {time} 生成", "made by {by} {time}";
    walls_with_texts: "显示文字", "with texts";
    walls_without_texts: "不显示文字", "without texts";
    walls_revoked: "链接已停用。正在使用它的大屏会在十秒内熄灭。", "The link is revoked; a screen that shows it goes dark within ten seconds.";
}
