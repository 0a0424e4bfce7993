//! Knows the words of the page of the mail relay and of its test letter.

use super::messages;

messages! {
    mail_settings: "发信设置", "Settings";
    mail_settings_lead: "这些设置写在服务器的配置文件里（mail 一节），由掌管服务器的人修改，重启服务后生效。这里不显示密码。",
        "They stand in the configuration file (section mail); whoever holds the server changes them and restarts the service. Secrets are not shown.";
    mail_presets: "QQ、163 等邮箱：端口 465，直接加密；发件地址与登录账号相同；密码填授权码。",
        "Most public providers want port 465 with implicit TLS, a sender equal to the login, and an authorisation code as password.";
    mail_secret_set: "已设置（不显示）", "set (not shown)";
    mail_tls_implicit: "直接加密（implicit）", "implicit TLS";
    mail_tls_starttls: "先连接后加密（starttls）", "STARTTLS, required";
    mail_tls_plain: "不加密（plain），仅限内网", "none (plain), for a closed network";
    mail_relay_unset: "还没有设置发信服务器（mail.host 和 mail.from_address）；邮件都留在发件箱。",
        "No relay is set (mail.host and mail.from_address); letters stay in the outbox.";

    mail_test: "测试发信", "Send a test letter";
    mail_test_to: "发到哪个邮箱", "To which address";
    mail_test_button: "发送测试邮件", "Send it";
    mail_test_waiting: "正在发送，请稍候。", "On its way; please wait.";
    mail_test_accepted: "邮件服务器已接收。", "The mail server accepted it.";
    mail_test_failed(outcome): "没有发出：{outcome}。", "Not sent: {outcome}.";
    mail_test_not_read: "“已接收”不等于收到：请到该邮箱里看一看，也看看垃圾邮件。",
        "Accepted is not yet delivered: please look into that mailbox, and into its junk folder too.";
    mail_server_said: "服务器原话：", "In the server's own words:";
    mail_stage_good: "正常", "good";
    mail_stage_failed: "失败", "failed";
    mail_stage_not_reached: "未进行", "not reached";
    mail_advice_connect(host, port): "连不上 {host}:{port}。请检查地址和端口，以及防火墙是否允许本机向外连接。",
        "{host}:{port} cannot be reached. Please check name and port, and whether a firewall lets this machine out.";
    mail_advice_tls: "对方应答了，但没有谈妥。请检查 mail.tls 与端口是否相配（465 用 implicit，587 用 starttls），自建服务器还要检查 mail.ca_file。",
        "It answers but does not agree. Please check that mail.tls fits the port (465 implicit, 587 starttls), and mail.ca_file for a server of your own.";
    mail_advice_auth: "登录被拒。多数邮箱要用“授权码”而不是登录密码，授权码也会过期。",
        "The login is refused. Most providers want an authorisation code instead of the password, and codes expire.";
    mail_advice_from: "发件人被拒。mail.from_address 通常须与登录账号相同。", "The sender is refused. It usually must be the same as the login.";
    mail_advice_to: "收件人被拒，请核对邮箱地址。发信设置本身没有问题。", "The recipient is refused; please check the address. The settings themselves are good.";
    mail_advice_data: "邮件内容没有被接收，多为对方的反垃圾规则。请把服务器原话交给邮件管理员。",
        "The message was refused, mostly by a rule against junk. Please show the server's words to whoever runs it.";

    mail_test_subject(office): "测试邮件 · {office}", "Test letter · {office}";
    mail_test_lead: "收到这封邮件，说明本系统可以发信。", "If you read this, the service can send letters.";
    mail_test_ignore: "这是系统管理员发出的测试，不需要办理。", "An administrator sent it as a test; there is nothing to do.";
}
