//! Knows the words of the command line.

use super::messages;

messages! {
    // Of any command.
    cli_settings(n): "配置有 {n} 处需要修改：", "The configuration has {n} fault:" | "The configuration has {n} faults:";
    cli_set(text): "“{text}”应写成 KEY=VALUE，例如 mail.host=smtp.county.example。",
        "\"{text}\" should be KEY=VALUE, such as mail.host=smtp.county.example.";
    cli_no_database(file): "数据库 {file} 还不存在。请先运行 allclear init，或用 --config 指定配置文件。",
        "There is no database {file} yet. Run `allclear init`, or name your configuration with --config.";
    cli_missing(what): "没有找到：{what}。", "There is no such {what}.";
    cli_already(what): "无需再做：{what}。", "That is so already: {what}.";
    cli_busy: "数据库正忙，请稍后再试。", "The database is busy; please try again in a moment.";
    cli_unavailable(words): "数据库没有应答：{words}", "The database does not answer: {words}";
    cli_broken(words): "未能完成：{words}", "That did not work: {words}";
    cli_newer: "数据库是由更新版本的 allclear 写的。请启动那个版本，或恢复较早的备份。",
        "The database was written by a newer version of allclear. Start that version, or restore an older backup.";
    cli_locked(place): "已有一个 allclear 正在使用这个数据库（{place}）。请先停止它。",
        "Another allclear already serves this database ({place}). Stop it first.";
    cli_wait(seconds): "尝试太多，请 {seconds} 秒后再试。", "Too many tries; wait {seconds} s.";
    cli_field_empty(field): "{field}：不能为空。", "{field}: this must not be empty.";
    cli_field_long(field, most): "{field}：最多 {most} 个字。", "{field}: at most {most} characters.";
    cli_field_unreadable(field): "{field}：看不懂，请检查写法。", "{field}: this cannot be read; check how it is written.";
    cli_field_unknown(field): "{field}：没有这样的值。", "{field}: there is no such value.";
    cli_field_early(field): "{field}：太早了。", "{field}: this is too early.";
    cli_field_late(field): "{field}：太晚了。", "{field}: this is too late.";
    cli_address(address, why): "“{address}”不能用作邮箱：{why}。", "\"{address}\" cannot be used as an e-mail address: {why}.";
    cli_good_until(time): "有效至 {time}", "good until {time}";

    // Of units.
    cli_unit_unknown(text): "没有找到单位“{text}”。可用编码、名称、上级/名称或 #编号；allclear units list 可查。",
        "There is no unit \"{text}\". Name it by code, name, parent/name or #id; `allclear units list` shows them.";
    cli_unit_name(text): "“{text}”不能作单位名称：1 至 60 个字，不含换行。",
        "\"{text}\" is no name of a unit: 1 to 60 characters, without line breaks.";
    cli_unit_ambiguous(text, n): "有 {n} 个单位叫“{text}”，请写成 上级/名称：", "{n} units are called \"{text}\"; write parent/name:";
    cli_no_imports: "还没有导入过单位。", "No units were imported yet.";
    cli_can_undo: "可以撤销", "can be undone";
    cli_no_units: "还没有单位。请准备表格，再运行 allclear units import。",
        "There are no units yet. Prepare a table and run `allclear units import`.";
    cli_kind(text): "没有类别“{text}”。可用 village、community、township、department、enterprise、county、prefecture、province、nation。",
        "There is no kind \"{text}\". Kinds are village, community, township, department, enterprise, county, prefecture, province, nation.";

    // Of periods.
    cli_no_periods: "没有正在进行或将要开始的专项期。", "No period is running or about to start.";
    cli_period_asked(n): "每一场次有 {n} 个单位应报。", "{n} unit is asked in every round." | "{n} units are asked in every round.";
    cli_period_soon: "正在运行的服务会在一分钟内接手。", "A running service takes it up within a minute.";
    cli_period_nobody: "注意：按现在的单位，没有任何单位需要报送。", "Mind: as the units stand now, nobody is asked.";
    cli_period_holidays(year): "注意：没有 {year} 年的节假日安排，暂按周末推算；请更新 holidays.file。",
        "Mind: the holidays of {year} are not known and weekends stand in for them; please renew holidays.file.";
    cli_period_stopped(name): "“{name}”已结束。已开始的场次仍须报送。", "\"{name}\" is stopped. What has opened stays owed.";
    cli_period_extended(name, until): "“{name}”延长至 {until}。", "\"{name}\" now lasts until {until}.";
    cli_round_closes(time): "{time} 关闭", "closes {time}";
    cli_round_shape(text): "“{text}”应写成 名称 开始-截止，例如：早报 08:00-10:00 grace 10m closes 12:00 days every。",
        "\"{text}\" should be LABEL OPENS-DUE, such as: 'morning 08:00-10:00 grace 10m closes 12:00 days every'.";
    cli_round_word(word, text): "“{text}”中的“{word}”看不懂。可用 grace、closes、days、roll-up。",
        "\"{word}\" in \"{text}\" is not understood. There are grace, closes, days and roll-up.";
    cli_round_span(text): "“{text}”不是时长，请写成 10m、1h30m 或 2d。", "\"{text}\" is not a length of time; write 10m, 1h30m or 2d.";
    cli_round_days(text): "“{text}”应为 every、workdays 或 holidays。", "\"{text}\" should be every, workdays or holidays.";

    // Of accounts, slips and tokens.
    cli_account_unknown(login): "没有账号“{login}”。", "There is no account \"{login}\".";
    cli_account_locked: "已锁定", "locked";
    cli_account_expired: "已过期", "expired";
    cli_account_for_good: "长期有效", "good for ever";
    cli_account_mailed(address): "链接已发往 {address}。", "The link is on its way to {address}.";
    cli_account_is_locked(login): "账号“{login}”已锁定，登录已全部退出。", "The account \"{login}\" is locked; its sessions have ended.";
    cli_account_is_unlocked(login): "账号“{login}”已解锁。", "The account \"{login}\" is unlocked.";
    cli_account_signed_out(login): "账号“{login}”的登录已全部退出。", "All sessions of \"{login}\" have ended.";
    cli_account_without_factor(login): "账号“{login}”的动态口令已清除，登录已全部退出。", "\"{login}\" has no second factor now; its sessions have ended.";
    cli_role(role): "没有角色“{role}”。", "There is no role \"{role}\".";
    cli_role_whole(role): "角色 {role} 管整个系统，不带单位。", "The role {role} is for the whole service and takes no unit.";
    cli_role_over(role): "角色 {role} 须带单位，写成 {role}@编码。", "The role {role} is held over a unit; write {role}@CODE.";
    cli_link_note(until): "此链接只能登录一次，有效至 {until}。请当面或用可靠的方式转交。",
        "This link signs in once and is good until {until}. Hand it over in person or by a way you trust.";
    cli_token_once: "令牌只显示这一次，请马上保存。", "The token is shown this once; keep it now.";
    cli_token_ended: "令牌已吊销。", "The token is ended.";

    // Of mail.
    cli_mail_none: "还没有设置邮件服务器：请填写 mail.host 和 mail.from_address。",
        "No mail server is set: please fill in mail.host and mail.from_address.";
    cli_mail_relay(host, port): "{host} 端口 {port}", "{host} port {port}";
    cli_mail_subject: "测试邮件", "Test letter";
    cli_mail_text(office): "这是“{office}”每日零报告系统的测试邮件，收到即表示发信正常，不必回复。",
        "This is a test letter of the daily zero-report service of \"{office}\". That it came is all; no answer is needed.";
    cli_mail_accepted: "邮件服务器已收下。是否送达，请到收件箱查看。", "The mail server took it. Whether it arrives, only the inbox tells.";
    cli_mail_refused(stage): "没有发出，停在：{stage}。", "It was not sent; it ended at: {stage}.";
    cli_stage_connect: "连接", "connect";
    cli_stage_tls: "加密", "TLS";
    cli_stage_greeting: "问候", "greeting";
    cli_stage_ehlo: "EHLO", "EHLO";
    cli_stage_auth: "登录", "sign-in";
    cli_stage_from: "发件人", "sender";
    cli_stage_to: "收件人", "recipient";
    cli_stage_data: "开始正文", "data";
    cli_stage_end: "正文结束", "end of data";
    cli_letters_held(n): "{n} 封待发邮件已暂停；确认后运行 allclear letters release 放行。",
        "{n} waiting letter is held; `allclear letters release` lets it go." | "{n} waiting letters are held; `allclear letters release` lets them go.";
    cli_letters_released(n): "{n} 封邮件已放行。", "{n} letter may go." | "{n} letters may go.";

    // Of init.
    cli_init_there(file): "{file} 已经存在，没有改动它。", "{file} is there already; it was left as it is.";
    cli_init_written(file): "配置文件已写入 {file}，每一项都有说明。接下来请依次：",
        "The configuration is in {file}, every setting explained. What comes next, in order:";
    cli_init_fill(file, keys): "打开 {file}，填写 {keys}，并去掉这几行开头的 #。",
        "Open {file}, take the # off and fill in: {keys}.";
    cli_init_look(file): "再看一遍 {file}，需要时修改。", "Look {file} over, and change what you need.";
    cli_init_check: "检查配置、数据库和邮件服务器：", "Have the settings, the database and the mail server looked at:";
    cli_init_serve: "启动服务（正式运行请用 systemd，见 config/allclear.service）：",
        "Start the service (in earnest by systemd, see config/allclear.service):";
    cli_init_accounts: "已有账号，未新建。需要时生成登录链接：", "There are accounts already; a sign-in link is made by:";
    cli_init_later: "填好 service.base_url 之后，生成首批管理员的一次性登录链接，在浏览器中打开：",
        "Once service.base_url is right, make the one-time sign-in links of the first administrators, and open them in a browser:";
    cli_init_links: "首批管理员在浏览器中打开一次性登录链接：", "The first administrators open their one-time sign-in links in a browser:";
    cli_init_units: "导入单位：在“管理”页面按提示操作，或用命令（--dry-run 只预览，不写入）：",
        "Import the units: the page Administration leads through it step by step, or (--dry-run shows what would change, and writes nothing):";
    cli_init_link(role, login, until): "{role}（{login}），有效至 {until}：", "{role} ({login}), good until {until}:";

    // Of backup and restore.
    cli_backup_postgres: "PostgreSQL 数据库请用 pg_dump 备份，并另存 seal.key_file 所指的密钥。恢复后先运行 allclear letters hold。",
        "Back a PostgreSQL database up with pg_dump, and keep a copy of the key that seal.key_file names. After pg_restore, run `allclear letters hold` first.";
    cli_key_rotated(file, factors, letters): "已在 {file} 中加入新密钥，旧密钥保留，已发出的回执和链接仍然有效；重新密封了 {factors} 个动态口令密钥和 {letters} 封邮件。请另存此文件，多个实例都换用它，然后启动服务。",
        "A new key is in {file}; the old ones stay, so that receipts and links that are out remain valid. Sealed anew: secrets of second factors: {factors}; mails: {letters}. Keep a copy of the file, give it to every instance, and start the service.";
    cli_backup_there(file): "{file} 或 {file}.key 已经存在，请换一个文件名。", "{file} or {file}.key is there already; please choose another name.";
    cli_backup_done(file, kib, key): "已备份到 {file}（{kib} KiB），密钥在 {key}。两个文件都要妥善保管。",
        "Copied to {file} ({kib} KiB), the key to {key}. Keep both, and keep them safe.";
    cli_restore_none(file): "没有备份文件 {file}。", "There is no backup {file}.";
    cli_folder_full(dir): "文件夹 {dir} 不是空的。请指定一个新文件夹。", "The folder {dir} is not empty. Please name a new one.";
    cli_restore_unsound(list): "备份已损坏：\n  {list}", "The backup is damaged:\n  {list}";
    cli_restored(dir): "已恢复到 {dir}，数据完整。", "Restored to {dir}; the data are whole.";
    cli_restore_broken_off: "此文件夹的恢复中途断了，数据尚未就绪。请重新运行 allclear restore。",
        "A restore into this folder broke off, and nothing in it is ready. Run allclear restore again.";
    cli_restore_key(key): "没有密钥 {key}：以前的回执无法再验证。找到它后请存为新文件夹中的 seal.key。",
        "There is no key {key}: receipts issued before cannot be proved. When you find it, put it into the new folder as seal.key.";
    cli_restore_next(dir): "启动：allclear serve --set service.data_dir={dir}（或在配置中改 service.data_dir）",
        "To start it: allclear serve --set service.data_dir={dir} (or change service.data_dir in your configuration)";

    // Of receipts and the chain of deeds.
    cli_receipt_shape: "回执号是数字加一个校验字符，例如 0000-042-X。", "A receipt number is digits and one check character, such as 0000-042-X.";
    cli_receipt_slip: "回执号中有一位不对，或有两位颠倒了，请再核对。", "A digit of the number is wrong or two have changed places; please look again.";
    cli_receipt_mac: "验证码是 32 位十六进制数字。", "The proof is 32 hexadecimal digits.";
    cli_receipt_facts(number, unit, received, digest): "回执 {number}\n单位 {unit}\n收到 {received}\n内容 {digest}",
        "Receipt {number}\nUnit {unit}\nReceived {received}\nContent {digest}";
    cli_receipt_genuine: "真：与磁盘上的报送一致。", "Genuine: it is of the report on disk.";
    cli_receipt_altered: "回执是真的，但磁盘上的报送已被改动。", "The receipt is genuine, but the report on disk was altered.";
    cli_receipt_forged: "不是本系统签发的回执，或验证码抄错了。", "This service issued no such receipt, or the proof was copied wrongly.";
    cli_audit_head(text): "“{text}”应写成 NUMBER:HASH。", "\"{text}\" should be NUMBER:HASH.";
    cli_audit_whole(n, head): "审计链完整，共 {n} 条。链尾：{head}", "The chain of deeds is whole, {n} link. Head: {head}" | "The chain of deeds is whole, {n} links. Head: {head}";
    cli_audit_links(n): "完整，共 {n} 条", "whole, {n} link" | "whole, {n} links";
    cli_audit_removed(first, last): "审计链断裂：第 {first} 至 {last} 条被删除。", "The chain of deeds is broken: links {first} to {last} were removed.";
    cli_audit_inserted(number): "审计链断裂：第 {number} 条是插入的。", "The chain of deeds is broken: link {number} was put in.";
    cli_audit_altered(number): "审计链断裂：第 {number} 条被改动。", "The chain of deeds is broken: link {number} was altered.";

    // Of check.
    cli_check_good: "正常", "ok";
    cli_check_warning: "注意", "warning";
    cli_check_fault: "故障", "fault";
    cli_check_settings: "配置", "configuration";
    cli_check_file(file): "读自 {file}", "read from {file}";
    cli_check_no_file: "没有配置文件，全部用默认值", "there is no configuration file; all is as by default";
    cli_check_key: "密钥", "key";
    cli_check_key_none(file): "{file} 还不存在，首次启动时生成", "{file} is not there yet; the first start makes it";
    cli_check_key_open(file): "{file} 可被其他用户读取；请运行 chmod 600", "{file} can be read by others; please run chmod 600 on it";
    cli_check_tls: "证书", "certificate";
    tls_no_certificate(file): "{file} 中没有 PEM 格式的证书", "{file} holds no certificate in PEM";
    tls_no_key(file): "{file} 中没有 PEM 格式的私钥（不支持带口令的私钥）", "{file} holds no private key in PEM (one with a pass phrase cannot be used)";
    tls_no_pair(certificate, key, error): "{certificate} 与 {key} 不能一起使用：{error}", "{certificate} and {key} cannot be used together: {error}";
    tls_expired: "证书已过期或尚未生效，浏览器会拒绝", "the certificate is not, or no longer, valid; browsers refuse it";
    tls_ends_soon: "证书两周内到期，请更换", "the certificate ends within two weeks; please renew it";
    tls_other_name(host): "证书上没有 {host} 这个名称，浏览器会警告", "the certificate does not bear the name {host}; browsers warn";
    cli_check_disk: "磁盘", "disk";
    cli_check_room(mib, folder): "{folder} 还有 {mib} MiB 可用", "{mib} MiB are free at {folder}";
    cli_check_zone: "时区", "zone";
    cli_check_zone_now(zone, offset, now): "{zone}（{offset}），现在是 {now}", "{zone} ({offset}), it is {now}";
    cli_check_clock: "时钟", "clock";
    cli_check_apart(span): "本机时钟与数据库服务器相差 {span}，请校时", "this clock and the database server's are {span} apart; please set them right";
    cli_check_back: "本机时钟早于服务上次运行的时间，请校时", "this clock stands before the time at which the service last ran; please set it right";
    cli_check_clock_good: "与记录相符", "agrees with what was recorded";
    cli_check_database: "数据库", "database";
    cli_check_current(engine): "{engine}，表结构是最新的", "{engine}, its tables are up to date";
    cli_check_behind(steps): "表结构落后 {steps} 步，下次启动时升级", "its tables are {steps} step behind; the next start brings them up" | "its tables are {steps} steps behind; the next start brings them up";
    cli_check_restored: "这是从备份恢复的数据，恢复时待发的邮件已暂停", "these data were restored from a backup; the letters that waited then are held";
    cli_check_server: "服务", "service";
    cli_check_running: "正在运行", "is running";
    cli_check_stopped: "没有运行", "is not running";
    cli_check_chain: "审计链", "chain";
    cli_check_relay: "邮件服务器", "relay";

    // Of serve.
    cli_serving(address, url): "正在 {address} 提供服务，网址 {url}。按 Ctrl-C 停止。", "Serving at {address}, address for readers {url}. Ctrl-C stops it.";
    cli_listen(address, error): "不能在 {address} 监听：{error}。请换一个地址，例如 --listen 127.0.0.1:8081。",
        "Cannot listen at {address}: {error}. Please choose another address, such as --listen 127.0.0.1:8081.";
}
