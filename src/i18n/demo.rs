//! Knows the words of the demonstration and of its mailbox.

use super::messages;

messages! {
    demo_leader(n): "副县长{n}岗", "deputy head {n}";
    demo_officer(n): "县总值班室{n}岗", "duty office, post {n}";
    demo_note: "昌江水位昨夜上涨，请关注沿江各村晚报。", "The river rose last night; watch the evening reports of the villages along it.";

    demo_office: "演示县值班室", "Demo duty office";
    /// Twelve characters at most: some servers refuse a longer name.
    demo_sender: "演示县值班室", "Demo office";
    demo_period: "防汛值守（演示）", "Flood season (demo)";
    demo_basis: "演示〔2026〕1号", "Demo notice No. 1";
    demo_round: "演示场次", "Demo round";
    demo_roll_up: "乡镇汇总", "Townships";
    demo_system: "模拟报送系统（演示）", "Simulated clerks (demo)";
    demo_workstation: "村工作站（演示）", "Village workstation (demo)";
    demo_speed: "速度为 0.05 至 4；1 用五分钟演完，2 用一半时间。", "The speed is 0.05 to 4; 1 takes five minutes, 2 half of that.";
    demo_setting_up: "正在准备演示：导入一个县的 621 个单位……", "Setting up: importing the 621 units of a county…";
    demo_ready(dir): "演示已开始，全部数据都是虚构的，放在 {dir}。在浏览器中打开（链接会自动登录）：",
        "The demonstration runs; everything in it is made up. Its data are in {dir}. Open in a browser (links sign you in):";
    demo_link_board(link): "  值班看板      {link}", "  Duty board      {link}";
    demo_link_village(link, village): "  村的页面      {link}\n                {village}：这个村留给您来报", "  Village's page  {link}\n                  {village}: its report is left to you";
    demo_link_township(link, township): "  乡镇的页面    {link}\n                {township}：汇总可以带着缺口上报", "  Township's page {link}\n                  {township}: its roll-up can be sent with gaps";
    demo_link_wall(link): "  大屏          {link}", "  The wall        {link}";
    demo_link_leader(link): "  带班领导      {link}", "  Leader's page   {link}";
    demo_link_mailbox(link): "  所有邮件      {link}", "  All letters     {link}";
    demo_plan_urgent(time): "  {time}  一个村报告紧急情况，领导立即收到邮件；无人签收就通知下一级，随后签收", "  {time}  a village reports an emergency; leaders have the letter at once, the next step follows, and one acknowledges it";
    demo_plan_reminder(time): "  {time}  提醒还没有报的村", "  {time}  villages that have not reported are reminded";
    demo_plan_due(time): "  {time}  截止；未报的村由备岗接到催报", "  {time}  the deadline; backups of the missing are told";
    demo_plan_ladder(head, parent, leader): "  {head}  催报升级到村负责人，{parent} 到乡镇，{leader} 到县带班领导：每人每级一封",
        "  {head}  the chase reaches village heads, {parent} townships, {leader} the leader: one letter per person and step";
    demo_plan_closes(time): "  {time}  场次关闭，仍未报的记为缺报；迟报的村从催报中退出", "  {time}  the round closes; whoever reported late has left the chase, the rest are missing";
    demo_plan_bulletin(time): "  {time}  生成日报，领导和值班员各收到一封；页面“日报”可打印", "  {time}  the daily bulletin is made and mailed to leader and officer; it prints from its page";
    demo_stop: "按 Ctrl-C 结束。", "Ctrl-C ends it.";
    demo_ended(dir): "演示已结束。数据留在 {dir}，可以删除。", "The demonstration has ended. Its data are in {dir} and may be deleted.";


    demo_incident_place: "二组晒谷场", "the threshing ground of group 2";
    demo_incident_what: "大风刮倒一棵树，压断低压电线，无人受伤。", "Wind felled a tree onto a low-voltage line; nobody is hurt.";
    demo_incident_measures: "已设警戒，供电所正在抢修。", "The place is cordoned off; the power company is on it.";
    demo_urgent_place: "后山沟口三户", "three houses at the mouth of the back valley";
    demo_urgent_what: "后山出现泥石流迹象，沟水突然变浑，三户正在转移。", "Signs of a debris flow: the stream turned muddy at once; three households are being moved.";
    demo_urgent_measures: "村干部已到场，道路已封闭，请求支援。", "Village staff are there, the road is closed, help is asked for.";

    mailbox_title: "演示邮箱", "Demo mailbox";
    mailbox_explained(n): "系统发出的每一封邮件都到这里，已收到 {n} 封。没有一封离开这台电脑。",
        "Every letter of the service comes here: {n} so far. None leaves this machine." | "Every letter of the service comes here: {n} so far. None leaves this machine.";
    mailbox_empty: "还没有邮件。截止前半分钟开始提醒；出现紧急情况时立即发信。", "No letter yet. Reminders go out half a minute before the deadline, urgent ones at once.";
    mailbox_back: "返回邮箱", "Back to the mailbox";
    mailbox_only(address): "只看发给 {address} 的：", "Only those to {address}:";
    mailbox_from: "发件人", "From";
    mailbox_to: "收件人", "To";
    mailbox_html: "查看网页版式", "See it as HTML";
}
