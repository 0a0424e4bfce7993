//! Knows the words of the auditor's page, and of every kind of deed that the chain holds.

use super::messages;
use crate::domain::audit::Break;
use crate::domain::language::Lang;

messages! {
    audit_title: "审计日志", "Audit log";
    audit_lead: "谁在何时做了什么，按时间倒序。记录只能增加，不能修改或删除。", "Who did what and when, latest first. It only grows: nothing is altered or removed.";
    audit_head_title: "链尾", "Head of the chain";
    audit_head_lead: "请抄录到本系统之外保存。以后可用它核对日志是否完整。", "Keep a copy outside this system. Later it proves that nothing was altered or removed.";
    audit_head_none: "还没有记录", "nothing recorded yet";
    audit_noted: "以前抄录的链尾（可留空）", "A head noted earlier (may be empty)";
    audit_noted_bad: "链尾应写成 NUMBER:HASH，例如 12:3fa9…", "A head is written NUMBER:HASH, such as 12:3fa9…";
    audit_verify: "核对全部记录", "Verify the whole log";
    audit_whole(n): "审计链完整，共 {n} 条。", "The chain is whole, {n} deed." | "The chain is whole, {n} deeds.";
    audit_actor: "操作者", "Who";
    audit_actor_hint: "登录名，或 device、token、service、console", "a login, or device, token, service, console";
    audit_deed: "操作", "Deed";
    audit_any: "全部", "All";
    audit_subject: "对象", "Subject";
    audit_subject_hint: "如 obligation 或 obligation:7", "such as obligation or obligation:7";
    audit_from: "起始日期", "From";
    audit_until: "截止日期", "Until";
    audit_find: "查询", "Find";
    audit_clear: "清除条件", "Clear";
    audit_none: "没有符合条件的记录。", "No such deed.";
    audit_number: "编号", "No.";
    audit_time: "时间", "Time";
    audit_detail: "内容", "Particulars";
    audit_older: "更早的记录", "Earlier";
    audit_newest: "回到最新", "Latest";
    audit_export_lead: "导出符合条件的全部记录（本身也记入日志）：", "Export all deeds that fit (the export is recorded too):";
    audit_export_csv: "导出 CSV", "Export CSV";
    audit_export_jsonl: "导出 JSON Lines", "Export JSON Lines";
    audit_service: "系统", "the service";
    audit_console: "服务器命令行", "the command line";
    audit_device(id): "工作站 {id}", "workstation {id}";
    audit_token(id): "接口令牌 {id}", "API token {id}";

    did_sign_in: "登录", "Signed in";
    did_refuse_sign_in: "登录失败", "Was refused at the sign-in";
    did_sign_out: "退出", "Signed out";
    did_recover: "忘记密码", "Asked for a new password";
    did_set_password: "设置密码", "Set a password";
    did_end_sessions: "结束登录", "Ended sessions";
    did_renew_recovery_codes: "重新生成恢复码", "Made new recovery codes";
    did_give_up_factor: "停用动态口令", "Gave up one-time codes";
    did_create_account: "新建账号", "Made an account";
    did_invite: "邀请", "Invited";
    did_issue_link: "发放登录链接", "Made a sign-in link";
    did_reset_account: "重置账号", "Reset an account";
    did_lock_account: "锁定账号", "Locked an account";
    did_unlock_account: "解锁账号", "Unlocked an account";
    did_grant_role: "授予角色", "Granted a role";
    did_revoke_role: "收回角色", "Took a role back";
    did_set_expiry: "设置到期", "Set an expiry";
    did_issue_slips: "打印开通单", "Printed slips";
    did_bind: "开通工作站", "Bound a workstation";
    did_unbind: "停用工作站", "Unbound a workstation";
    did_issue_token: "发放接口令牌", "Issued an API token";
    did_end_token: "停用接口令牌", "Ended an API token";
    did_import_units: "导入单位", "Imported units";
    did_undo_import: "撤销导入", "Undid an import";
    did_keep_contacts: "修改联系方式", "Changed contacts";
    did_send_slips: "发送开通邮件", "Mailed codes for workstations";
    did_succeed_units: "单位变更", "Changed units";
    did_declare_period: "宣布专项期", "Declared a period";
    did_stop_period: "停止专项期", "Stopped a period";
    did_extend_period: "延长专项期", "Extended a period";
    did_revise_rule: "修改报送时段", "Revised a rule";
    did_add_rule: "增加报送时段", "Added a rule";
    did_end_rule: "停用报送时段", "Ended a rule";
    did_test_mail: "测试发信", "Sent a test letter";
    did_excuse: "免报", "Excused";
    did_undo_excusal: "撤销免报", "Undid an excusal";
    did_extend: "延期", "Extended a deadline";
    did_undo: "撤销刚才的操作", "Took back an act";
    did_remind: "发送提醒", "Sent a reminder by hand";
    did_spot_check: "抽查", "Made a spot check";
    did_bulletin: "生成日报", "Made a bulletin";
    did_make_wall: "生成大屏链接", "Made a link to the wall";
    did_revoke_wall: "停用大屏链接", "Revoked a link to the wall";
    did_contacted: "电话联系", "Phoned";
    did_confirm_all_clear: "确认改为平安", "Confirmed an all clear";
    did_refuse_all_clear: "不同意改为平安", "Refused an all clear";
    did_accept_claim: "认可离线报送时间", "Accepted an offline time";
    did_refuse_claim: "不认可离线报送时间", "Refused an offline time";
    did_acknowledge_chase: "签收催报", "Acknowledged a chase";
    did_acknowledge_alert: "签收紧急信息", "Acknowledged an urgent report";
    did_escalate_alert: "立即升级", "Escalated";
    did_close_incident: "事件办结", "Closed an incident";
    did_reopen_incident: "事件重新打开", "Reopened an incident";
    did_join_incident: "事件并入", "Joined an incident";
    did_part_incident: "事件分开", "Separated an incident";
    did_link_all_clear: "关联零报告", "Linked an all clear";
    did_find: "认定", "Made a finding";
    did_reply_to_finding: "对认定作说明", "Replied to a finding";
    did_retry_letter: "重新发送", "Sent a letter again";
    did_handle_letter: "另行处理邮件", "Saw to a letter";
    did_clear_bad_address: "恢复使用邮箱", "Trusted an address again";
    did_hold_letters: "暂停邮件", "Held letters";
    did_release_letters: "放行邮件", "Released letters";
    did_rotate_key: "更换密钥", "Changed the key";
    did_drop_old: "清理过期内容", "Removed what is past its time";
    did_edit_plan: "修改预案", "Edited a plan";
    did_edit_classes: "修改情况类别", "Changed the incident classes";
    did_edit_roster: "修改值班表", "Edited the roster";
    did_import_roster: "导入值班表", "Imported a roster";
    did_stand_in: "安排顶班", "Let somebody stand in";
    did_end_stand_in: "结束顶班", "Ended standing in";
    did_ask_swap: "申请调班", "Asked for a swap";
    did_decide_swap: "审批调班", "Decided a swap";
    did_open_feed: "开通日历", "Opened a calendar";
    did_close_feed: "停用日历", "Closed a calendar";
    did_duty_note: "交接留言", "Left a note for the next shift";
    did_take_over: "接班", "Took a shift over";
    did_redact: "隐去报送文字", "Hid words of a report";
    did_backup: "备份", "Made a backup";
    did_export_audit: "导出审计", "Exported the audit log";
}

impl Lang {
    /// Names what is done about the roster and at the change of shift.
    fn did_on_duty(self, deed: &str) -> Option<&'static str> {
        Some(match deed {
            "edit_roster" => self.did_edit_roster(),
            "import_roster" => self.did_import_roster(),
            "stand_in" => self.did_stand_in(),
            "end_stand_in" => self.did_end_stand_in(),
            "ask_swap" => self.did_ask_swap(),
            "decide_swap" => self.did_decide_swap(),
            "open_feed" => self.did_open_feed(),
            "close_feed" => self.did_close_feed(),
            "duty_note" => self.did_duty_note(),
            "take_over" => self.did_take_over(),
            _ => return None,
        })
    }

    /// Names what is done to periods.
    fn did_to_period(self, deed: &str) -> Option<&'static str> {
        Some(match deed {
            "declare_period" => self.did_declare_period(),
            "stop_period" => self.did_stop_period(),
            "extend_period" => self.did_extend_period(),
            "revise_rule" => self.did_revise_rule(),
            "add_rule" => self.did_add_rule(),
            "end_rule" => self.did_end_rule(),
            _ => return None,
        })
    }

    /// Names what is done to units and to what they work with.
    fn did_to_units(self, deed: &str) -> Option<&'static str> {
        Some(match deed {
            "import_units" => self.did_import_units(),
            "undo_import" => self.did_undo_import(),
            "succeed_units" => self.did_succeed_units(),
            "keep_contacts" => self.did_keep_contacts(),
            "send_slips" => self.did_send_slips(),
            _ => return None,
        })
    }

    /// Names what is done on the board and for the wall.
    fn did_on_the_board(self, deed: &str) -> Option<&'static str> {
        Some(match deed {
            "undo" => self.did_undo(),
            "remind" => self.did_remind(),
            "spot_check" => self.did_spot_check(),
            "bulletin" => self.did_bulletin(),
            "make_wall" => self.did_make_wall(),
            "revoke_wall" => self.did_revoke_wall(),
            _ => return None,
        })
    }

    /// Names what people do at the door and with their own account.
    fn did_at_the_door(self, deed: &str) -> Option<&'static str> {
        Some(match deed {
            "sign_in" => self.did_sign_in(),
            "refuse_sign_in" => self.did_refuse_sign_in(),
            "sign_out" => self.did_sign_out(),
            "recover" => self.did_recover(),
            "set_password" => self.did_set_password(),
            "end_sessions" => self.did_end_sessions(),
            "renew_recovery_codes" => self.did_renew_recovery_codes(),
            "give_up_factor" => self.did_give_up_factor(),
            _ => return None,
        })
    }

    /// Names a kind of deed; `None` for one that has no words yet.
    pub fn did(self, deed: &str) -> Option<&'static str> {
        Some(match deed {
            "create_account" => self.did_create_account(),
            "invite" => self.did_invite(),
            "issue_link" => self.did_issue_link(),
            "reset_account" => self.did_reset_account(),
            "lock_account" => self.did_lock_account(),
            "unlock_account" => self.did_unlock_account(),
            "grant_role" => self.did_grant_role(),
            "revoke_role" => self.did_revoke_role(),
            "set_expiry" => self.did_set_expiry(),
            "issue_slips" => self.did_issue_slips(),
            "bind" => self.did_bind(),
            "unbind" => self.did_unbind(),
            "issue_token" => self.did_issue_token(),
            "end_token" => self.did_end_token(),
            "test_mail" => self.did_test_mail(),
            "excuse" => self.did_excuse(),
            "undo_excusal" => self.did_undo_excusal(),
            "extend" => self.did_extend(),
            "contacted" => self.did_contacted(),
            "confirm_all_clear" => self.did_confirm_all_clear(),
            "refuse_all_clear" => self.did_refuse_all_clear(),
            "accept_claim" => self.did_accept_claim(),
            "refuse_claim" => self.did_refuse_claim(),
            "acknowledge_chase" => self.did_acknowledge_chase(),
            "acknowledge_alert" => self.did_acknowledge_alert(),
            "escalate_alert" => self.did_escalate_alert(),
            "close_incident" => self.did_close_incident(),
            "reopen_incident" => self.did_reopen_incident(),
            "join_incident" => self.did_join_incident(),
            "part_incident" => self.did_part_incident(),
            "link_all_clear" => self.did_link_all_clear(),
            "find" => self.did_find(),
            "reply_to_finding" => self.did_reply_to_finding(),
            "retry_letter" => self.did_retry_letter(),
            "handle_letter" => self.did_handle_letter(),
            "clear_bad_address" => self.did_clear_bad_address(),
            "hold_letters" => self.did_hold_letters(),
            "release_letters" => self.did_release_letters(),
            "rotate_key" => self.did_rotate_key(),
            "drop_old" => self.did_drop_old(),
            "edit_plan" => self.did_edit_plan(),
            "edit_classes" => self.did_edit_classes(),
            "redact" => self.did_redact(),
            "backup" => self.did_backup(),
            "export_audit" => self.did_export_audit(),
            other => {
                return self
                    .did_at_the_door(other)
                    .or_else(|| self.did_on_duty(other))
                    .or_else(|| self.did_to_units(other))
                    .or_else(|| self.did_on_the_board(other))
                    .or_else(|| self.did_to_period(other));
            }
        })
    }

    /// Says where a chain is not as it was written.
    pub fn audit_break(self, found: Break) -> String {
        match found {
            Break::Removed { first, last } => self.cli_audit_removed(first, last),
            Break::Inserted { number } => self.cli_audit_inserted(number),
            Break::Altered { number } => self.cli_audit_altered(number),
        }
    }
}
