//! Knows the words of the outbox: trays, stages of a delivery, outcomes.

use super::messages;
use crate::domain::delivery::{Class, Reason, Stage};
use crate::domain::language::Lang;

messages! {
    outbox_title: "发件箱", "Outbox";
    outbox_lead: "每封邮件、每次尝试都留有记录。", "Every letter, with every attempt.";
    tray_failed: "发送失败", "Failed";
    tray_waiting: "等待发送", "Waiting";
    tray_accepted: "中继已接收", "Accepted";
    tray_obsolete: "已不需要", "No longer needed";
    tray_held: "暂停发送", "Held";
    tray_handled: "失败已处理", "Failed, seen to";
    outbox_none: "这里没有邮件。", "No letters here.";
    outbox_since: "统计近三天的邮件", "Letters of the last three days";
    letter_written(time): "{time} 写入", "written {time}";
    letter_next(time): "{time} 再试", "next try {time}";
    letter_ended(time): "{time} 结束", "ended {time}";
    letter_units(n): "涉及 {n} 个单位", "names {n} unit" | "names {n} units";
    letter_acknowledged(time): "{time} 已签收", "acknowledged {time}";
    letter_passed_on(time): "{time} 已转告下一步", "passed on {time}";
    letter_attempts(n): "尝试 {n} 次", "{n} attempt" | "{n} attempts";
    letter_no_attempt: "还没有尝试发送", "not tried yet";
    letter_retry: "重新发送", "Send again";
    letter_handle: "已另行处理", "Seen to otherwise";
    letter_step(n): "第 {n} 步", "step {n}";
    letter_pass(n): "第 {n} 轮", "pass {n}";

    bad_title: "被拒收的邮箱地址", "Addresses that are refused";
    bad_lead: "这些地址不再使用。更正后请点“恢复使用”。", "These are no longer used. Once one has been put right, press \"Trust again\".";
    bad_none: "没有被拒收的地址。", "No address is refused.";
    bad_since(time): "{time} 起", "since {time}";
    bad_clear: "恢复使用", "Trust again";

    relay_title: "邮件中继", "Mail relay";
    relay_good(time): "正常，最近 {time} 接收邮件", "Working; last accepted {time}";
    relay_fresh: "还没有发出过邮件", "Nothing sent yet";
    relay_paused(time): "没有应答，{time} 再试", "Does not answer; next try {time}";
    relay_stopped(time): "{time} 起拒绝我们的登录或发件人，需要系统管理员处理", "Refuses our login or sender since {time}; an administrator must act";

    notice_retried: "已重新放入发件箱，马上发送。", "It is in the outbox again and leaves now.";
    notice_handled: "已标记为另行处理。", "Marked as seen to.";
    notice_trusted: "该地址已恢复使用。", "The address is used again.";

    stage_connect: "连接", "connect";
    stage_tls: "加密", "TLS";
    stage_greeting: "问候", "greeting";
    stage_ehlo: "EHLO", "EHLO";
    stage_auth: "登录", "login";
    stage_mail_from: "发件人", "sender";
    stage_rcpt_to: "收件人", "recipient";
    stage_data: "开始传送", "data";
    stage_end_of_data: "传送完毕", "end of data";

    outcome_accepted: "已接收", "accepted";
    outcome_relay_down: "中继无应答", "relay down";
    outcome_misconfigured: "中继拒绝登录或发件人", "relay refuses us";
    outcome_recipient_temporary: "收件人暂时不收", "recipient refused for now";
    outcome_recipient_permanent: "收件人拒收", "recipient refused";
    outcome_message_temporary: "邮件暂时不收", "message refused for now";
    outcome_message_permanent: "邮件被拒收", "message refused";
    /// Why a letter is given up.
    reason_recipient_refused: "收件人地址被拒收，请核对邮箱", "the recipient is refused; please check the address";
    reason_message_refused: "邮件被对方拒收", "the message was refused";
    reason_in_doubt: "发过三次，对方都没有确认收到", "sent three times and never confirmed";
    reason_tried_out: "多次尝试都暂时不收", "refused for now once too often";

    outcome_in_doubt: "未确认是否收到", "in doubt";
}

impl Lang {
    /// Names a stage of a delivery.
    pub fn stage(self, stage: Stage) -> &'static str {
        match stage {
            Stage::Connect => self.stage_connect(),
            Stage::Tls => self.stage_tls(),
            Stage::Greeting => self.stage_greeting(),
            Stage::Ehlo => self.stage_ehlo(),
            Stage::Auth => self.stage_auth(),
            Stage::MailFrom => self.stage_mail_from(),
            Stage::RcptTo => self.stage_rcpt_to(),
            Stage::Data => self.stage_data(),
            Stage::EndOfData => self.stage_end_of_data(),
        }
    }

    /// Says why a letter is given up.
    pub fn given_up(self, reason: Reason) -> &'static str {
        match reason {
            Reason::RecipientRefused => self.reason_recipient_refused(),
            Reason::MessageRefused => self.reason_message_refused(),
            Reason::InDoubt => self.reason_in_doubt(),
            Reason::TriedOut => self.reason_tried_out(),
        }
    }

    /// Says what came of an attempt.
    pub fn outcome(self, class: Class) -> &'static str {
        match class {
            Class::Accepted => self.outcome_accepted(),
            Class::RelayDown => self.outcome_relay_down(),
            Class::Misconfigured => self.outcome_misconfigured(),
            Class::RecipientTemporary => self.outcome_recipient_temporary(),
            Class::RecipientPermanent => self.outcome_recipient_permanent(),
            Class::MessageTemporary => self.outcome_message_temporary(),
            Class::MessagePermanent => self.outcome_message_permanent(),
            Class::InDoubt => self.outcome_in_doubt(),
        }
    }
}
