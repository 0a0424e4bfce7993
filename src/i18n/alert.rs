//! Knows the words of a leader's pages: urgent reports, who has them, and the pages behind the links in letters.

use super::messages;
use crate::domain::alert::Coming;
use crate::domain::language::Lang;

messages! {
    alerts_title: "事件与紧急信息", "Incidents and urgent reports";
    alerts_none: "没有待签收的紧急信息。", "No urgent report waits for an acknowledgement.";
    alerts_mine: "通知了您", "sent to you";
    alerts_read: "查看详情", "Read more";
    alerts_open(n): "处置中的事件 {n} 起", "{n} open incident" | "{n} open incidents";
    glance_title: "今日报送", "Reports today";
    glance_none: "今天没有报送场次。", "No round today.";
    glance_line(expected, received, all_clear, incidents): "应报 {expected}，已报 {received}，无情况 {all_clear}，有情况 {incidents}",
        "expected {expected}, reported {received}, all clear {all_clear}, incidents {incidents}";
    glance_unmet(n): "未报 {n}", "{n} missing";
    glance_all_in: "全部已报", "all in";
    alert_unacknowledged: "待签收", "Nobody has it yet";
    alert_acknowledged(by, time): "{by} {time} 已阅知", "{by} has it since {time}";
    alert_exhausted: "多次通知无人签收，请立即打电话", "Nobody answered; phone now";
    alert_red_nobody: "没有可通知的领导邮箱", "no leader's address to write to";
    alert_red_failed: "通知邮件都没有送达", "every letter failed";
    alert_red_silent: "签收后没有处理意见，已重新通知", "acknowledged without a word; it is open again";
    alert_step_nobody(step): "第 {step} 步没有可通知的人，已直接通知下一步。", "Step {step} has nobody to tell; the next step was told at once.";
    alert_step_failed(step): "第 {step} 步的邮件全部无法送达，已直接通知下一步。", "Every letter of step {step} failed; the next step was told at once.";
    alert_reopened(by, time): "{by} 签收后没有处理意见，{time} 重新通知。", "{by} had it but sent no word; opened again {time}.";
    alert_missing(who): "要求全部签收，还差：{who}", "All are asked to acknowledge; still missing: {who}";
    alert_word_until(time): "{time} 前请补充处理意见，否则重新通知", "Please add a word by {time}, or all are told again";
    alert_asks_all: "（须全部签收）", " (all must acknowledge)";
    alert_forwarded(address): "经发给 {address} 的邮件", "by the letter to {address}";
    alert_escalate: "立即升级", "Escalate now";
    alert_escalate_hint: "不等时间到，马上通知下一步的人。", "Tells the next step at once instead of waiting.";
    alert_again: "立即再次通知", "Send again now";
    alert_again_hint: "不等时间到，马上再通知一次；后面没有更多的人。", "Tells the same people at once instead of waiting; nobody is left to add.";
    alert_remark: "处理意见", "A word for the others";
    alert_remark_hint: "例如：已派应急分队，我在赶往现场", "for example: a team is on its way";
    alert_remark_button: "发送", "Send";
    alert_caller_who: "来电人是被通知人中的", "The caller is";
    alert_caller_other: "不在被通知人中", "somebody else";
    list_joint: "、", ", ";
    alert_next_wider(time): "{time} 再次通知并扩大范围", "Goes out again, to more people, at {time}";
    alert_next_again(time): "{time} 再次通知以上人员", "Goes out again, to the same people, at {time}";
    alert_next_ends(time): "这是最后一次通知，{time} 仍无人签收将标红，请打电话", "This was the last call; at {time} it turns red: please phone";
    alert_received: "收到时间", "Received";
    alert_unit_phone: "单位联系", "Contact of the unit";
    alert_way: "报送方式", "How it came";
    alert_not_known: "尚不清楚", "not known yet";
    alert_not_given: "未填写", "not given";
    alert_people(n): "{n} 人", "{n}";
    alert_button: "我已阅知", "I have it";
    alert_button_hint: "点一下即停止继续通知，并告知报告单位。", "One press stops further calls, and the unit sees who has it.";
    alert_told: "通知情况", "Who was told";
    alert_call(pass, step): "第 {pass} 轮第 {step} 步", "Pass {pass}, step {step}";
    alert_mail_accepted(time): "{time} 邮件服务器已接收", "accepted by the mail server {time}";
    alert_mail_waiting: "正在发送", "on its way";
    alert_mail_failed: "没有送达", "failed";
    alert_mail_obsolete: "未发，已不需要", "not sent: no longer needed";
    alert_mail_held: "暂停发送", "held";
    alert_answers: "签收情况", "Who has it";
    alert_answers_none: "还没有人签收。", "Nobody yet.";
    alert_via_link: "邮件链接", "by link";
    alert_via_page: "页面", "on a page";
    alert_via_phone: "电话", "by phone";
    alert_entered_by(who): "{who} 录入", "entered by {who}";
    alert_phone_title: "领导来电签收", "Acknowledged by phone";
    alert_phone_lead: "领导打不开链接时，由值班员代为登记：来电人岗位和来电时间。",
        "When a leader cannot open the link, the officer enters who phoned, by post, and when.";
    alert_phone_button: "登记签收", "Record it";
    alert_caller_hint: "例如：带班副县长", "for example: deputy county head on duty";
    notice_acknowledged: "已记录：您已阅知。", "Recorded: you have it.";
    notice_escalated: "已升级，正在通知。", "Escalated: letters are going out.";
    notice_escalated_already: "没有变化：之前已经升级，或已有人签收，或已通知到所有人。",
        "Nothing changed: it had gone on already, somebody has it, or nobody is left to be told.";
    notice_phone_acknowledged: "已登记电话签收。", "The call is recorded.";

    answer_title_chase: "催报签收", "Acknowledge";
    answer_title_urgent: "紧急信息签收", "Urgent report";
    answer_chase_lead(n): "这封邮件提到 {n} 个单位：", "The letter names {n} unit:" | "The letter names {n} units:";
    answer_chase_promise(span): "点“我来处理”后，这些单位的催报暂停 {span}，到时仍未报送会继续催报。",
        "Press \"I take care of it\" and the chase of these units rests for {span}; then it goes on for those still missing.";
    answer_chase_promise_end: "点“我来处理”后，这些单位本场次不再催报，请在关闭前督促报送。",
        "Press \"I take care of it\" and these units are not chased again in this round; please see that they report before it closes.";
    answer_chase_button: "我来处理", "I take care of it";
    answer_chase_done(n, time): "已签收。{n} 个单位的催报暂停，{time} 继续。",
        "Thank you. The chase of {n} unit rests until {time}." | "Thank you. The chase of {n} units rests until {time}.";
    answer_chase_done_end(n): "已签收。{n} 个单位本场次不再催报，请在关闭前督促报送。",
        "Thank you. {n} unit is not chased again in this round; please see that it reports." | "Thank you. {n} units are not chased again in this round; please see that they report.";
    answer_chase_nothing: "已签收。这些单位已报送、已延期或已由他人签收，催报没有变化。",
        "Thank you. These units have reported, have more time or are in other hands; nothing changes.";
    answer_chase_all_in: "这封邮件提到的单位都已报送或免报，无需处理。", "All units of this letter have reported or are excused.";
    answer_again(time): "已于 {time} 签收。", "Acknowledged at {time}.";
    answer_nothing_to_do: "这封邮件无需签收。", "This letter needs no answer.";
    answer_unknown_title: "链接无法使用", "This link does not work";
    answer_unknown: "链接不完整或已失效。请从邮件中完整复制链接，或打电话给值班室。",
        "The link is incomplete or no longer valid. Copy all of it from the letter, or phone the duty office.";
    answer_urgent_done: "已记录：您已阅知，不再继续通知。", "Recorded: you have it. Nobody else is called.";
    answer_urgent_partly: "已记录：您已阅知。还在等其他人签收。", "Recorded: you have it. Others are still asked.";
    answer_as(who): "您将以 {who} 的身份签收。", "You acknowledge as {who}.";
    answer_as_done(who): "签收人：{who}", "Acknowledged as {who}";
    answer_not_me: "邮件是转发给我的", "The letter was forwarded to me";
    answer_post: "您的单位和岗位", "Your unit and post";
    answer_post_hint: "例如：县应急局值班副局长", "for example: deputy head on duty, emergency bureau";
}

impl Lang {
    /// Says what comes next if nobody answers an urgent report.
    pub fn alert_next(self, coming: Coming, time: String) -> String {
        match coming {
            Coming::Wider => self.alert_next_wider(time),
            Coming::Again => self.alert_next_again(time),
            Coming::Ends => self.alert_next_ends(time),
        }
    }
}
