//! Knows the words of what an account holder does for himself: codes, passwords, sessions.

use super::messages;

messages! {
    code_title: "输入动态口令", "One-time code";
    code_lead: "密码正确。请再输入手机验证器上的 6 位动态口令。",
        "The password was right. Now type the six digits that your authenticator shows.";
    code_label: "动态口令", "Code";
    code_hint: "手机不在身边？输入一个恢复码即可。", "Phone not at hand? Type one of your recovery codes.";
    code_button: "继续", "Go on";
    code_wrong: "动态口令不对或已用过。请等验证器换出下一个口令再试，并检查手机时间是否准确。",
        "This code is wrong or was used. Wait for the next one, and check the clock of your phone.";

    password_title: "设置密码", "Set a password";
    password_lead: "请为本账号设置一个新密码，以后用它登录。", "Please set a new password for this account.";
    password_present: "现在的密码", "Present password";
    password_new: "新密码", "New password";
    password_again: "再输入一遍", "The same again";
    password_button: "保存密码", "Save the password";
    password_rule(n): "至少 {n} 个字符，越长越好，一句话也可以；不要用常见的词和数字。",
        "At least {n} characters; a sentence is fine. No common words or digits.";
    password_rule_kinds(n, kinds, kept):
        "至少 {n} 个字符，大写字母、小写字母、数字、其他符号（含汉字）至少 {kinds} 种；90 天更换，不得与最近 {kept} 个相同。",
        "At least {n} characters of {kinds} kinds: capitals, small letters, digits, others. For 90 days; none of the last {kept}.";
    password_short(n): "密码太短：至少 {n} 个字符。", "Too short: at least {n} characters.";
    password_long(n): "密码太长：最多 {n} 个字节。", "Too long: at most {n} bytes.";
    password_common: "这个密码太容易猜到，请换一个，例如几个不相干的词。",
        "This password is too easy to guess. Please choose another, such as a few words that do not belong together.";
    password_plain(n): "请至少使用 {n} 种字符：大写字母、小写字母、数字、其他符号。",
        "Please use at least {n} kinds of characters: capitals, small letters, digits, others.";
    password_former(n): "不能使用最近 {n} 个密码之一，请换一个。", "This is one of the last {n} passwords; please choose another.";
    password_differs: "两次输入的新密码不一样，请重新输入。", "The two new passwords differ; please type them again.";
    password_wrong_present: "现在的密码不对，请重新输入。", "The present password is wrong; please type it again.";

    factor_title: "动态口令（第二因素）", "One-time codes (second factor)";
    factor_asked: "您的岗位要求使用动态口令。请用手机验证器设置后继续。",
        "Your role asks for one-time codes. Please set them up to go on.";
    factor_lead: "需要手机上的验证器应用（任何支持 TOTP 的应用都可以，不用联网）。点“开始设置”后会出现二维码。",
        "You need an authenticator app on your phone: any that supports TOTP will do; it needs no network. A code to scan comes next.";
    factor_begin: "开始设置", "Begin";
    factor_scan: "1. 用验证器扫描二维码。", "1. Scan this with your authenticator.";
    factor_picture: "二维码，内容与下面的密钥相同", "QR code with the key below";
    factor_type: "不能扫描？手工输入密钥：", "Cannot scan? Type the key:";
    factor_first_code: "2. 输入验证器显示的 6 位数字", "2. Type the six digits that it shows";
    factor_confirm: "完成设置", "Finish";
    factor_is_on: "已启用动态口令。", "One-time codes are in use.";
    factor_is_off: "未启用。启用后，即使密码泄露，别人也无法登录。",
        "Not in use. With them, a password that leaks opens nothing.";
    factor_set_up: "设置动态口令", "Set up one-time codes";
    factor_give_up: "停用动态口令", "Give up one-time codes";
    factor_is_required: "您的岗位要求使用，不能停用。", "Your role asks for them; they cannot be given up.";
    factor_codes_left(n): "剩余恢复码 {n} 个。", "{n} recovery code is left." | "{n} recovery codes are left.";
    factor_renew: "重新生成恢复码", "New recovery codes";

    recovery_title: "恢复码", "Recovery codes";
    recovery_lead: "请抄下或打印，与手机分开保管。手机丢失时，每个恢复码可代替动态口令登录一次。此页只显示这一次。",
        "Write these down or print them, and keep them away from your phone. Each works once in place of a code. \
         They are shown only now.";
    recovery_go_on: "已保存，继续", "I have them; go on";

    recover_title: "忘记密码", "Forgotten password";
    recover_back: "返回登录", "Back to the sign-in";
    recover_lead: "输入账号，系统会把一次性链接发到该账号登记的邮箱。", "Type your name; a one-time link goes to the address of the account.";
    recover_button: "发送链接", "Send the link";
    recover_asked: "如果该账号存在并登记了邮箱，链接已经发出，请查收。",
        "If there is such an account with an address, the link is on its way.";
    recover_else: "收不到邮件的，请找管理员重置账号。", "If no letter comes, ask your administrator to reset the account.";

    me_title: "我的账号", "My account";
    me_post: "岗位", "Post";
    me_roles: "角色", "Roles";
    me_none: "无", "None";
    me_password: "密码", "Password";
    me_password_since(at): "设置于 {at}。", "Set {at}.";
    me_password_none: "尚未设置密码，只能用一次性链接登录。", "No password yet: only one-time links sign in.";
    me_change: "修改密码", "Change the password";
    me_changed: "密码已修改，其他登录已全部退出。", "The password is changed; all other sessions have ended.";
    me_factor_given_up: "已停用动态口令。", "One-time codes are given up.";
    me_sessions: "登录中的浏览器", "Signed-in browsers";
    me_session_here: "本机", "this one";
    me_session_unknown: "未知浏览器", "unknown browser";
    me_session_times(began, seen): "登录 {began}，最近使用 {seen}", "since {began}, last used {seen}";
    me_session_end: "退出", "End";
    me_session_end_others: "退出其他所有登录", "End all others";
    me_session_ended: "已退出。", "Ended.";
}
