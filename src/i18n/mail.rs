//! Knows the words of every letter.

use super::messages;

messages! {
    // ---- Every letter ----
    mail_colon: "：", ": ";
    mail_bracket(text): "【{text}】", "[{text}] ";
    mail_in_brackets(text): "（{text}）", " ({text})";
    mail_marked(mark): "本邮件标有“{mark}”，不是真实情况。", "Marked \"{mark}\": this is not a real situation.";
    mail_signed(office): "——{office}", "— {office}";
    mail_phone(phone): "值班电话 {phone}", "Duty phone {phone}";
    mail_automatic: "本邮件由每日零报告系统自动发送，请勿直接回复。",
        "Sent by the daily zero report service; please do not reply to this letter.";
    mail_to_do: "需要做的", "What to do";
    mail_page: "报送页面", "Report page";

    // ---- Units that have not reported ----
    mail_round(period, round, day): "{period} · {round} · {day}", "{period} · {round} · {day}";
    mail_subject_due(round, day, time): "{round} {day} {time} 截止", "{round}, due {day} {time}";
    mail_reminder_one(unit, due): "【提醒】{unit}尚未报送：{due}", "[Reminder] {unit} has not reported yet: {due}";
    mail_reminder_many(n, due): "【提醒】{n} 个单位尚未报送：{due}",
        "[Reminder] {n} unit has not reported yet: {due}" | "[Reminder] {n} units have not reported yet: {due}";
    mail_overdue_one(unit, due): "【逾期】{unit}未报：{due}", "[Overdue] {unit} has not reported: {due}";
    mail_overdue_many(n, due): "【逾期】{n} 个单位未报：{due}",
        "[Overdue] {n} unit has not reported: {due}" | "[Overdue] {n} units have not reported: {due}";
    mail_escalated_one(unit, due): "【催报】{unit}逾期未报：{due}", "[Escalated] {unit} has not reported: {due}";
    mail_escalated_many(n, due): "【催报】{n} 个单位逾期未报：{due}",
        "[Escalated] {n} unit has not reported: {due}" | "[Escalated] {n} units have not reported: {due}";
    mail_unit_in(unit, place): "{place}{unit}", "{unit} ({place})";
    mail_count_reminder(n): "{n} 个单位尚未报送。", "{n} unit has not reported yet." | "{n} units have not reported yet.";
    mail_count_overdue(n): "{n} 个单位逾期未报。",
        "{n} unit has not reported, and the deadline has passed." | "{n} units have not reported, and the deadline has passed.";
    mail_due: "截止时间", "Due";
    mail_due_moved(due, before): "{due}（原定 {before}）", "{due} (originally {before})";
    mail_closes: "补报截止", "Closes";
    mail_place_count(n): "{n} 个", "{n} unit" | "{n} units";
    mail_no_phone: "未登记电话", "no phone on record";
    mail_last_report(at): "最近一次报送：{at}", "last report: {at}";
    mail_last_told(at): "最近一次报送：{at}（事件情况，不算本场次报送）", "last report: {at} (of an incident, not for this round)";
    mail_last_urgent(at): "最近一次报送：{at}（紧急情况，不算本场次报送）", "last report: {at} (urgent, not for this round)";
    mail_about_incident(id, class): "须续报：事件 {id}（{class}）", "owes a follow-up on incident {id} ({class})";
    mail_no_report: "此前没有报送记录", "no earlier report on record";
    mail_call_reached(at): "{at} 已电话联系上", "reached by phone: {at}";
    mail_call_failed(at): "{at} 电话无人接听", "phone not answered: {at}";
    mail_do_report: "有事报情况，无事报平安：请立即打开本单位的报送页面，点一下即可。",
        "Please open your unit's report page now: one tap if nothing happened, the incident form if something did.";
    mail_do_phone_in: "上不了网的，请打值班电话口头报送，由值班员录入。",
        "Without a connection, please dictate the report by phone; the duty officer enters it.";
    mail_do_step_in: "报送员没有报送，请您代为联系，或直接用本单位的报送页面报送。",
        "The reporter has not reported. Please reach the reporter, or report from the unit's page yourself.";
    mail_do_find_out: "请逐个联系以上单位，弄清是漏报还是出了事；联系不上的，请派人到现场。",
        "Please reach every unit above and find out whether a report was forgotten or something happened; \
         send somebody where nobody answers.";
    mail_do_closed: "本场次已过补报时间，只能由值班室补录：请打值班电话。",
        "This round has closed; only the duty office can still record a report. Please phone it.";
    mail_do_acknowledge(span): "已经着手处理的，请点开下面的链接签收；签收后 {span}内不再就这些单位催报。",
        "If you have taken this in hand, open the link below and acknowledge; no further letters about these units \
         go out for {span}.";
    mail_link_acknowledge: "签收", "Acknowledge";
    mail_passed_on: "应当先收到通知的人员没有可用的邮箱，因此直接通知您。",
        "Those who should have been told first cannot be reached by mail, so this letter comes to you at once.";
    mail_outage(from, until): "{from} 至 {until} 系统停机，其间无法接收报送，请一并考虑。",
        "From {from} to {until} the service was down and could not receive reports; please take that into account.";

    // ---- Urgent ----
    mail_urgent_subject(unit, class, at): "【紧急】{unit} {class} {at}（待签收）",
        "[URGENT] {unit}: {class}, {at} (not yet acknowledged)";
    mail_urgent_step(step): " 第 {step} 步", " step {step}";
    mail_urgent_pass(step, pass): " 第 {step} 步第 {pass} 轮", " step {step}, pass {pass}";
    mail_urgent_silent(by): "{by} 已签收，但至今没有处理意见，现重新通知。",
        "{by} acknowledged but has sent no word since; it is open again.";
    mail_urgent_lead(unit, class): "{unit}报告紧急情况：{class}。", "{unit} reports an emergency: {class}.";
    mail_urgent_again(n): "此前已通知 {n} 次，尚无人签收。",
        "Leaders have been told {n} time before, and nobody has acknowledged." |
        "Leaders have been told {n} times before, and nobody has acknowledged.";
    mail_not_given: "未填", "not given";
    mail_severity: "等级", "Severity";
    mail_place: "地点", "Place";
    mail_what: "情况", "What happened";
    mail_measures: "已采取措施", "Measures taken";
    mail_casualties: "伤亡", "Casualties";
    mail_counts(dead, injured, missing): "死亡 {dead}，受伤 {injured}，失踪 {missing}",
        "dead {dead}, injured {injured}, missing {missing}";
    mail_not_known: "不详", "not known";
    mail_occurred: "发生时间", "Occurred";
    mail_learned: "获知时间", "Learned";
    mail_received: "接报时间", "Received";
    mail_way: "报送方式", "How it came";
    mail_receipt: "回执编号", "Receipt";
    mail_unit_contact: "单位联系", "Unit's contact";
    mail_do_urgent: "请立即处置，并点开下面的链接点“我已阅知”；打不开链接的，请打值班电话说“已收到”。",
        "Please act at once, and open the link below to say that you have it. If the link does not open, phone the \
         duty office and say so.";
    mail_do_urgent_repeat: "无人签收的，会再次发送，有下一级的同时通知下一级；等不及的，可在链接页面上点按钮立即再发。",
        "Without an acknowledgement it is sent again, and also to the next people where more are set; the page behind the link can do so at once.";
    mail_link_urgent: "查看并签收", "Read and acknowledge";

    // ---- A report that somebody else entered ----
    mail_entered_subject(unit, way): "【告知】{unit}：已由他人录入报送（{way}）",
        "[Notice] {unit}: a report was entered for you ({way})";
    mail_entered_lead(unit, at): "{at} 有一份以{unit}名义录入的报送：", "A report was entered for {unit} on {at}:";
    mail_entered_round: "场次", "Round";
    mail_entered_content: "内容", "Content";
    mail_entered_caller: "来电", "Caller";
    mail_entered_reason: "原因", "Reason";
    mail_entered_check: "请核对。与实际不符的，请在本单位的报送页面更正，或立即打值班电话。",
        "Please check it. If it is not right, amend it on your unit's report page, or phone the duty office at once.";

    // ---- Signing in ----
    mail_sign_in_subject(office): "{office}：登录链接", "{office}: your sign-in link";
    mail_sign_in_lead(login, post): "账号 {login}（{post}）的一次性登录链接：", "One-time sign-in link for {login} ({post}):";
    mail_sign_in_expires(at): "链接只能用一次，{at} 前有效。", "It works once, until {at}.";
    mail_sign_in_ignore: "不是您本人申请的，请不要点开，并告知系统管理员。",
        "If you did not ask for it, do not open it, and tell the system administrator.";
    mail_slip_subject(unit): "请开通{unit}的报送工作站", "Please set up the workstation of {unit}";
    mail_slip_lead(unit): "{unit}的报送工作站还没有开通。请在平时报送用的电脑或手机上打开下面的链接，点“开通”即可；以后打开就能报送，不用密码。",
        "{unit} has no workstation yet. Please open the link below on the computer or phone from which you will report, and press the button; from then on it opens ready to report, without a password.";
    mail_slip_where: "在别的设备上打开也会绑定那台设备，请勿转发。", "It binds whatever device it is opened on, so please do not forward it.";
    mail_link_slip: "开通本单位的工作站", "Set up the workstation";
    mail_link_sign_in: "登录", "Sign in";
}
