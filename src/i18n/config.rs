//! Knows how to say what is wrong with the configuration, or with a file that it names.

use super::messages;
use crate::domain::calendar::CalendarError;
use crate::domain::incident::{ClassError, TimetableError};
use crate::domain::language::Lang;

messages! {
    // Where a fault is.
    config_at(key, words, from): "{key}：{words}{from}", "{key}: {words}{from}";
    config_from(origin): "（来源：{origin}）", " (from {origin})";
    config_preset(name): "预设 {name}", "preset {name}";
    config_default: "默认值", "default";
    config_flag: "命令行", "command line";

    // Names that are no settings.
    config_section(names): "这是一个小节，其中可以设置 {names}", "this is a section; its settings are {names}";
    config_near(name): "没有这一项，是不是 {name}？", "no such setting; did you mean {name}?";
    config_of_section(section, names): "没有这一项，[{section}] 中可以设置 {names}", "no such setting; [{section}] has {names}";
    config_unknown: "没有这一项，运行 allclear config defaults 可查看全部设置", "no such setting; `allclear config defaults` lists them all";

    // How a value is written.
    config_single: "这里只填一个值，不能是列表或小节", "this is a single value, not a list or a section";
    config_one_line: "只能写一行，不能有控制字符", "this is one line, without control characters";
    config_longest(most): "最多 {most} 个字", "this has at most {most} characters";
    config_not(value, like): "应为{like}；现在是“{value}”", "\"{value}\" is not {like}";
    config_range(value, least, most): "{value} 超出范围，应在 {least} 到 {most} 之间",
        "{value} is out of range; it is at least {least} and at most {most}";
    config_steps(like): "应为列表，其中每一项为{like}", "this is a list of which each member is {like}";
    config_step_word(name): "每一级只写 ask 和 to，没有 {name}", "a step has ask and to, and no {name}";
    config_brackets: "方括号中的列表看不懂，请写成 [\"a\", \"b\"]", "the list in brackets cannot be read; write it like [\"a\", \"b\"]";
    config_list: "应为列表，写成 [\"a\", \"b\"]", "this is a list, like [\"a\", \"b\"]";
    config_no_default: "程序自带的默认值无法读取，请重新安装", "the default of this setting cannot be read; please install the program anew";

    // What a value is, to complete "应为" and "is not".
    config_like_one_of(words): "下列之一：{words}", "one of {words}";
    config_like_role: "角色，如 duty_officer 或 security_administrator", "a role like duty_officer or security_administrator";
    config_like_address: "邮箱地址，如 duty@county.example", "an e-mail address like duty@county.example";
    config_like_plan: "邮箱或职务，如 deputy@county.example 或“all head parent”", "a step like deputy@county.example or all head parent";
    config_like_step: "时间和对象，如 +20m head", "a step like +20m head";
    config_like_span: "时长，如 30m、5s 或 1h30m", "a duration like 30m, 5s or 1h30m";
    config_like_hour: "钟点，如 09:00", "an hour like 09:00";
    config_like_size: "大小，如 64KiB 或 2MiB", "a size like 64KiB or 2MiB";
    config_like_network: "网段，如 10.0.0.0/8 或 fd00::/8", "a network like 10.0.0.0/8 or fd00::/8";
    config_like_within: "等级和时长，如 iii 30m", "a severity and a duration like iii 30m";
    config_like_times: "等级和钟点，如 iii 08:00 17:00", "a severity and times like iii 08:00 17:00";
    config_like_port: "端口号，1 到 65535", "a port number, 1 to 65535";
    config_like_number: "整数", "a whole number";
    config_like_socket: "地址和端口，如 127.0.0.1:8080", "an address with a port like 127.0.0.1:8080";
    config_like_zone: "时区，如 Asia/Shanghai", "a time zone like Asia/Shanghai";

    // What a setting asks for.
    config_zone(near): "没有这个时区，是不是 {near}？", "there is no such time zone; did you mean {near}?";
    config_name: "请填写值班室名称，每个页面和每封邮件都会显示", "please give the name of the office; every page and letter shows it";
    config_url(example): "应为网址，如 {example}", "this is a web address like {example}";
    config_no_tls: "不加密时无法保持登录。请在前面设一个提供 TLS 的反向代理，并改写为 https://；如果是封闭的内网，可设 web.plain_http = true",
        "without TLS nobody can stay signed in: put a proxy with TLS in front and write https://, or set web.plain_http = true on a closed network";
    config_tls_plain: "已设置 web.tls_certificate，访问都会加密，请去掉这一项", "web.tls_certificate is set, so nothing comes unprotected; leave this out";
    config_tls_url: "已设置 web.tls_certificate，访问地址须以 https:// 开头",
        "web.tls_certificate is set, so the address that readers type begins with https://";
    config_tls_pair(other): "已设置 {other}，这里也须指定文件", "{other} is set, so this names a file too";
    config_no_more_than(other): "不能大于 {other}", "this is no more than {other}";
    config_no_longer_than(other): "不能长于 {other}", "this is no longer than {other}";
    config_most_steps(most): "最多 {most} 级", "there are at most {most} steps";
    config_least_or_empty(least): "至少 {least}，留空表示永久保留", "it is at least {least}, or empty";
    config_range_or_empty(least, most): "应在 {least} 到 {most} 之间，也可以留空", "it is at least {least} and at most {most}, or empty";
    config_no_preset(name, names): "没有预设“{name}”，可选：{names}", "there is no preset \"{name}\"; there are {names}";
    config_mail_host: "这里只写主机名，端口写在 mail.port", "this is the name of a host alone; the port is mail.port";
    config_mail_from: "已设置 mail.host，还须填写发件人地址", "mail.host is set, so letters need a sender's address";
    config_mail_password: "已设置 mail.login，还须填写它的密码，或设置 mail.password_file", "mail.login is set; give its password, or mail.password_file";
    config_mail_login: "已设置密码，还须填写它所属的账号", "mail.password is set; give the account that it belongs to";
    config_mail_own(domain, login): "{domain} 只允许以登录账号作为发件人，请改为 {login}",
        "{domain} accepts letters only from the account itself; set it to {login}";
    config_log_level: "日志级别看不懂，请写成 info 或 info,allclear=debug", "the filter cannot be read; write info, or info,allclear=debug";
    config_key_file: "请指定密钥文件，否则回执无法验证", "this names a file; without it receipts cannot be proved";
    config_token(least): "至少 {least} 个字符", "this has at least {least} characters";
    config_private(address): "{address} 属于内部网段，请把它列入 heartbeat.allow", "{address} is in a private network; list it in heartbeat.allow";
    config_database: "应为 sqlite:FILE 或 postgres://USER:PASSWORD@HOST/NAME", "this is sqlite:FILE or postgres://USER:PASSWORD@HOST/NAME";
    config_sqlite: "sqlite: 后面只写数据库文件的路径", "after sqlite: stands the path of a file and nothing else";
    config_follow_twice: "同一等级写了两次", "a severity occurs twice";
    config_follow_early: "续报时间最早为 02:00", "a follow-up is asked at 02:00 at the earliest";
    config_follow_close: "两次续报之间至少相隔三小时", "two follow-ups are at least three hours apart";

    // Files.
    config_both(other): "同时设置了 {other}，请只保留一个", "{other} is set too; keep one of them";
    config_unreadable(file, why): "无法读取 {file}：{why}", "{file} cannot be read: {why}";
    config_unwritable(file, why): "无法写入 {file}：{why}", "{file} cannot be written: {why}";
    config_empty(file): "文件 {file} 是空的", "{file} is empty";
    config_large(file): "文件 {file} 太大", "{file} is too large";
    config_line(line, words, column): "第 {line} 行第 {column} 个字符处，{words}", "line {line}: {words} (at character {column})";
    config_toml_twice: "这一项或这一节前面已经写过，请只保留一处", "this was written above; keep one of them";
    config_toml_quotes: "文字须放在英文双引号中，如 \"a\"；开关只写 true 或 false",
        "a text stands in straight double quotes, like \"a\"; a switch is true or false";
    config_toml_text: "英文双引号没有成对，或者文字中的一个 \\ 没有写成两个", "a quote is missing, or a \\ in the text is not written twice";
    config_toml_bracket: "方括号没有成对，或者列表中缺少逗号", "a bracket is not closed, or a comma is missing in a list";
    config_toml_equals: "应写成“名称 = 值”，一行一项", "this is written: name = value, one a line";
    config_toml_shape: "看不懂，请检查引号、括号、等号和大小写", "this cannot be read; look at its quotes, brackets, equal signs and capital letters";
    config_own_list: "程序自带的列表无法读取，请重新安装", "the list of the program cannot be read; please install the program anew";
    config_classes: "不是事件类别表的写法，请对照程序自带的 config/incident-classes.toml",
        "this is not how classes of incidents are written; see config/incident-classes.toml";
    config_class_none: "至少要有一个未停用的类别", "at least one class must not be retired";
    config_class_code(code): "编码“{code}”应为小写字母、数字和下划线，最多 40 个", "the code \"{code}\" is not 1 to 40 small letters, digits and _";
    config_class_twice(code): "编码“{code}”写了两次", "the code \"{code}\" occurs twice";
    config_class_nameless(code): "类别“{code}”须有中文和英文名称", "the class \"{code}\" has no name in one of the languages";
    config_class_severity(text): "没有等级“{text}”，可用 i、ii、iii、iv、not_graded", "there is no severity \"{text}\"; there are i, ii, iii, iv, not_graded";
    config_holidays(line, column): "第 {line} 行第 {column} 个字符处，不是节假日表的写法，请对照程序自带的 config/holidays/cn.json",
        "the calendar cannot be read at line {line}, character {column}; see config/holidays/cn.json";
    config_holidays_year(key, year): "“{key}”下面写的是 {year} 年", "the year {year} stands under \"{key}\"";
    config_holidays_twice(day): "{day} 写了两次", "{day} is named twice";

    // Of the keys of receipts.
    config_key_damaged(file): "密钥文件 {file} 已损坏：每行须是一个密钥，至少 32 位十六进制数字。请用备份的密钥文件恢复",
        "the key {file} is damaged: each line is a key of at least 32 hexadecimal digits; put back the copy that you keep";
    config_key_unreadable(file, why): "无法读取密钥文件 {file}：{why}", "the key {file} cannot be read: {why}";
    config_key_unwritable(file, why): "无法写入密钥文件 {file}：{why}", "the key {file} cannot be written: {why}";
    config_no_random: "系统没有给出随机数，无法生成密钥", "the system gave no random numbers for a key";

    // What is allowed but ought to be known.
    config_warn_no_mail: "mail.host 未设置：邮件会留在发件箱，没有人收到通知", "mail.host is not set: letters wait in the outbox and nobody is told";
    config_warn_plain_mail: "mail.tls 为 plain：邮件和密码在网络上不加密", "mail.tls is plain: letters and the password cross the network unprotected";
    config_warn_port(port, tls): "mail.port 为 {port}，服务器一般要求 mail.tls = \"{tls}\"", "mail.port is {port}, where servers expect mail.tls = \"{tls}\"";
    config_warn_clear: "service.base_url 为 https://，但 web.tls_certificate 和 web.trusted_proxies 都未设置：有反向代理时，所有访问会显示为同一个地址；没有代理时，无法保持登录",
        "service.base_url says https://, but neither web.tls_certificate nor web.trusted_proxies is set: behind a proxy all clients look like one address, and without one nobody can stay signed in";
    config_warn_plain: "web.plain_http 为 true：密码在网络上不加密", "web.plain_http is true: passwords cross the network unprotected";
    config_warn_phone: "duty.phone 未设置：页面上没有值班电话可打", "duty.phone is not set: no page can say whom to phone";
    config_warn_nobody: "duty.leaders 和 duty.officers 未设置：紧急信息没有人接收",
        "duty.leaders and duty.officers are empty: an urgent report has nobody to go to";
    config_warn_leaders: "duty.leaders 未设置：催报到 on_duty 这一级时没有人接收", "duty.leaders is empty: the on_duty step of a chase has nobody to go to";
}

impl Lang {
    /// Says why the times of follow-ups cannot be kept.
    pub fn timetable_error(self, error: TimetableError) -> String {
        match error {
            TimetableError::Shape => self.config_steps(self.config_like_times()),
            TimetableError::Twice => self.config_follow_twice().to_owned(),
            TimetableError::Early => self.config_follow_early().to_owned(),
            TimetableError::Close => self.config_follow_close().to_owned(),
        }
    }

    /// Says why a file is no calendar.
    pub fn calendar_error(self, error: &CalendarError) -> String {
        match error {
            CalendarError::Shape { line, column } => self.config_holidays(line, column),
            CalendarError::Year { key, year } => self.config_holidays_year(key, year),
            CalendarError::Twice(day) => self.config_holidays_twice(day),
        }
    }

    /// Says why a file is no list of classes.
    pub fn class_list_error(self, error: &ClassError) -> String {
        match error {
            ClassError::Empty => self.config_class_none().to_owned(),
            ClassError::Code(code) => self.config_class_code(code),
            ClassError::Twice(code) => self.config_class_twice(code),
            ClassError::Nameless(code) => self.config_class_nameless(code),
            ClassError::Severity(text) => self.config_class_severity(text),
            // What only a page can meet.
            ClassError::TooLong(_) | ClassError::Unknown(_) => self.class_error(error),
        }
    }
}
