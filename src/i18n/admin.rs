//! Knows the words of administration: its frame, the first steps, accounts and tokens.

use super::messages;
use crate::domain::incident::{ClassError, IncidentClass, NAME};
use crate::domain::language::Lang;

impl Lang {
    /// Names a class in this language.
    pub fn class_name(self, class: &IncidentClass) -> &str {
        match self {
            Self::Zh => &class.zh,
            Self::En => &class.en,
        }
    }

    /// Names a class in the other language.
    pub fn class_other_name(self, class: &IncidentClass) -> &str {
        match self {
            Self::Zh => &class.en,
            Self::En => &class.zh,
        }
    }

    /// Says why the list of classes cannot be so, and what to do.
    pub fn class_error(self, error: &ClassError) -> String {
        match error {
            ClassError::Empty => self.class_problem_last().to_owned(),
            ClassError::Code(_) => self.class_problem_code().to_owned(),
            ClassError::Twice(_) => self.class_problem_twice().to_owned(),
            ClassError::Nameless(_) => self.class_problem_nameless().to_owned(),
            ClassError::TooLong(_) => self.class_problem_long(NAME),
            ClassError::Unknown(_) | ClassError::Severity(_) => self.class_problem_unknown().to_owned(),
        }
    }
}

messages! {
    way_admin: "管理", "Administration";
    admin_title: "系统管理", "Administration";
    admin_overview: "概览", "Overview";
    admin_pages: "管理页面", "Pages";
    admin_optional: "选填", "optional";
    admin_save: "保存", "Save";
    admin_again: "身份确认已超过 10 分钟。要做改动，请先重新登录，以免填写的内容丢失。",
        "You signed in more than ten minutes ago. Please sign in again before you change anything, so that nothing typed is lost.";
    admin_again_button: "重新登录", "Sign in again";

    // From an empty database to a running period.
    first_title: "启用步骤", "First steps";
    first_lead: "按顺序完成以下步骤，系统就可以开始接收报送。", "Do these in order, and reports can begin.";
    first_ready: "全部完成，系统已投入使用。", "All done: the service is in use.";
    first_ready_but: "系统已投入使用；标为“部分完成”的，请继续办完。",
        "The service is in use; please go on with what is done in part.";
    first_done: "已完成", "Done";
    first_begun: "部分完成", "Done in part";
    first_next: "下一步", "Next";
    first_later: "待办", "To do";
    first_go: "去办理", "Go";
    first_look: "查看", "Look";
    first_by(who): "由{who}办理。", "Done by: {who}.";
    first_by_file: "服务器管理员（修改配置文件中的 duty.phone）", "whoever holds the server (duty.phone in the configuration)";
    first_phone: "设置值班电话", "Set the duty phone";
    first_phone_none: "每个页面都会显示值班电话，现在还没有设置。", "Every page shows it; none is set yet.";
    first_mail: "连通邮件", "Connect the mail relay";
    first_mail_none: "还没有设置发信服务器；没有邮件就不能催报。", "No relay is set; nobody can be reminded without one.";
    first_mail_untried: "已设置发信服务器，还没有成功发出过邮件。请发一封测试信。",
        "A relay is set, and it has taken no letter yet. Please send a test letter.";
    first_mail_good(at): "最近一次成功发信：{at}", "It last took a letter at {at}";
    first_units: "导入单位", "Import the units";
    first_units_count(n): "{n} 个单位", "{n} unit" | "{n} units";
    first_contacts: "填写联系邮箱", "Enter whom to write to";
    first_contacts_count(reached, all): "{reached}/{all} 个单位有邮箱；没有邮箱的单位无法催报，可在单位表里一起导入",
        "{reached} of {all} units have an address; the others cannot be reminded. They can be imported with the units";
    first_accounts: "建立值班员和带班领导账号", "Make accounts for duty officers and leaders";
    first_accounts_count(officers, leaders): "值班员 {officers} 个，带班领导 {leaders} 个",
        "Duty officers: {officers}; leaders: {leaders}";
    first_slips: "开通工作站", "Set up workstations";
    first_slips_count(bound, all): "已开通 {bound}/{all} 个单位", "{bound} of {all} units have one";
    first_period: "设立专项期", "Declare a period";
    first_period_none: "还没有进行中的专项期。", "No period is running.";
    first_period_coming(at): "已设立，{at} 开始", "Declared; it begins at {at}";
    first_period_running(n): "{n} 个专项期进行中", "{n} period is running" | "{n} periods are running";

    // The classes of incidents, and what the configuration says of their clocks.
    classes_title: "情况类别", "Incident classes";
    classes_lead: "修改立即用于填报页、接口和邮件；停用的类别不再可选，已报的情况仍按原类别。",
        "Changes hold at once, on forms, in the API and in letters. A retired class can no longer be chosen; what was reported keeps it.";
    classes_written(by, at): "最近由{by}修改，{at}。", "Last changed by {by}, {at}.";
    classes_urgent: "立即报领导", "Leaders at once";
    classes_by_class: "按类别", "by class";
    classes_grave_hint: "选中的等级不论何种类别都立即报领导；没有选中的按类别。填报人可以另选。",
        "Leaders are told at once of what has a ticked severity, whatever its class; of the rest, by class. Whoever reports may choose otherwise.";
    classes_grave_save: "保存紧急等级", "Save urgent severities";
    classes_changed_meanwhile: "类别表刚被别人改过，请重新打开后再改。", "Somebody has just changed the list; please open it again first.";
    class_saved: "类别已保存。", "The classes are saved.";
    class_change: "修改", "Change";
    class_change_title: "修改类别", "Change a class";
    class_add: "增加类别", "Add a class";
    class_retire: "停用", "Retire";
    class_offer: "恢复", "Offer again";
    class_retired: "已停用", "Retired";
    class_up: "上移", "Move up";
    class_down: "下移", "Move down";
    class_group_word: "大类", "Group";
    class_zh: "中文名称", "Chinese name";
    class_en: "英文名称", "English name";
    class_name_hint: "写发生的事情，例如：电梯故障。不写人或人群。", "Name what happens, such as a lift that fails; never a person or a group of people.";
    class_code: "编码", "Code";
    class_code_hint(example): "小写字母、数字和下划线，例如 {example}；留空则自动编码，以后不能改。", "Small letters, digits and _, such as {example}; left empty, one is made. It cannot change later.";
    class_urgent: "紧急", "Urgent";
    class_urgent_hint: "立即报领导，填报人可以另选。", "Leaders are told at once, unless whoever reports chooses otherwise.";
    class_save: "保存", "Save";
    class_problem_nameless: "请填写中文和英文名称。", "Please give both names.";
    class_problem_long(most): "名称最多 {most} 字。", "A name has {most} characters at most.";
    class_problem_code: "编码用小写字母、数字和下划线，最多 40 个。", "A code is 1 to 40 small letters, digits and _.";
    class_problem_twice: "这个编码已经有了，请换一个。", "This code is taken; please choose another.";
    class_problem_unknown: "没有这个类别，请重新打开类别表。", "There is no such class; please open the list again.";
    class_problem_last: "至少要有一个可选的类别。", "At least one class must be left to choose.";
    limits_title: "紧急等级和时限", "Urgent severities and limits";
    limits_lead: "时限在配置文件 incident 一节：report_within、answer_within、follow_up，重启后生效。", "The limits stand in the configuration, section incident: report_within, answer_within, follow_up; a change takes effect after a restart.";
    limits_report: "获知到首报", "Learned to first report";
    limits_answer: "首报到签收", "First report to acknowledgement";
    limits_follow: "每天续报时间", "Follow-ups each day";

    // Accounts.
    admin_accounts: "账号", "Accounts";
    admin_find: "账号或岗位", "Name or post";
    admin_find_button: "查找", "Find";
    admin_show_all: "全部", "All";
    admin_nobody: "没有这样的账号。", "There is no such account.";
    admin_is_locked: "已锁定", "Locked";
    admin_is_expired: "已过期", "Expired";
    admin_unused: "长期未用", "Unused";
    admin_good_until(at): "有效至 {at}", "good until {at}";
    admin_last_seen: "登录情况", "Sign-ins";
    admin_seen(at): "最近登录 {at}", "last sign-in {at}";
    admin_never_seen: "从未登录", "never signed in";
    admin_has: "已设置", "Set";
    admin_has_not: "未设置", "Not set";
    admin_own: "这是您自己的账号，须由另一位安全管理员管理。",
        "This is your own account; another security administrator manages it.";
    admin_lock: "锁定", "Lock";
    admin_unlock: "解锁", "Unlock";
    admin_end: "退出全部登录", "End all sessions";
    admin_invite: "发送设密链接", "Send a link to set the password";
    admin_reset: "重置账号", "Reset";
    admin_forget_factor: "清除动态口令", "Take the second factor away";
    admin_acts_hint: "重置会清除密码和动态口令、退出全部登录，并发出新的设密链接。",
        "A reset removes password, second factor and sessions, and sends a new link.";
    admin_locked: "已锁定，其登录已全部退出。", "The account is locked, and its sessions have ended.";
    admin_unlocked: "已解锁。", "The account is unlocked.";
    admin_ended: "其登录已全部退出。", "Its sessions have ended.";
    admin_granted: "已授予，须重新登录后生效。", "The role is granted; it holds from the next sign-in.";
    admin_revoked: "已收回。", "The role is taken away.";
    admin_expiry_set: "有效期已保存。", "The last day is saved.";
    admin_address_set: "邮箱已保存。", "The address is saved.";
    admin_factor_gone: "动态口令已清除。", "The second factor is gone.";
    admin_mailed(address): "设置密码的一次性链接已发往 {address}。",
        "A one-time link to set a password is on its way to {address}.";
    admin_hand_on: "该账号没有邮箱。请当面或用可靠的方式转交此一次性链接，它只显示这一次：",
        "The account has no address. Hand this one-time link over in person or by a way you trust; it is shown only now:";
    admin_new: "新增账号", "New account";
    admin_new_button: "新增并邀请", "Add and invite";
    admin_post_hint: "写岗位，不写姓名。", "A post, never the name of a person.";
    admin_role: "角色", "Role";
    admin_grant: "授予角色", "Grant a role";
    admin_grant_button: "授予", "Grant";
    admin_revoke: "收回", "Take away";
    admin_separated: "系统管理员、安全管理员、审计员不能由同一账号兼任",
        "One account may not be two of system administrator, security administrator and auditor";
    admin_more_settings: "有效期与邮箱", "Last day and address";
    admin_until: "有效至（含当日）", "Good until, that day included";
    admin_until_hint: "不填：长期有效。", "Empty: for good.";
    admin_no_sessions: "现在没有登录。", "Nobody is signed in with it.";
    admin_unit_pick: "编码、名称或“上级/名称”，含其全部下级。", "Its code, its name, or parent/name; all below it are included.";
    admin_unit_hint: "编码、名称或“上级/名称”，权限含其全部下级。系统管理员、安全管理员、审计员不填。",
        "Its code, its name, or parent/name; all below it are included. Leave it empty for the administrators and the auditor.";
    admin_address: "邮箱", "E-mail address";
    admin_address_hint: "不填时，链接显示在页面上，由您转交。", "Without one, the link is shown here for you to hand over.";
    admin_role_wanted: "请选择角色。", "Please choose a role.";
    admin_unit_unknown: "没有找到这个单位，或不止一个同名，请写编码或“上级/名称”。",
        "There is no such unit, or more than one; please write its code, or parent/name.";
    admin_taken: "这个账号已有人用，请换一个。", "This name is taken; please choose another.";

    // Tokens.
    admin_tokens: "接口令牌", "API tokens";
    admin_no_tokens: "没有令牌。其他系统要代为报送或读取时，在此签发。",
        "There are no tokens. Another system that reports or reads needs one.";
    admin_never_used: "从未使用", "never used";
    admin_last_used(at): "最近使用 {at}", "last used {at}";
    admin_token_new: "签发令牌", "New token";
    admin_token_button: "签发", "Issue it";
    admin_token_label: "使用系统", "For which system";
    admin_token_scope: "权限", "It may";
    admin_token_reads: "只读", "read only";
    admin_token_reports: "报送和读取", "report and read";
    admin_token_days: "有效期", "Good for";
    admin_token_end: "吊销", "Revoke";
    admin_token_ended: "令牌已吊销。", "The token is revoked.";
    admin_token_once: "令牌只显示这一次，请立即交给使用方妥善保存：",
        "The token is shown only now; please hand it to the system that uses it:";
}

impl super::Lang {
    /// Says what a token is for.
    pub fn token_scope(self, reads_only: bool) -> &'static str {
        match reads_only {
            true => self.admin_token_reads(),
            false => self.admin_token_reports(),
        }
    }
}
