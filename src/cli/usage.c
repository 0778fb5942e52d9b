/* What every command is for and which options it takes, in one place: --help, and the line shown after a mistake. */
#include "cli/command.h"

#include <stdio.h>
#include <string.h>

struct usage {
    const char *name;
    const char *words[LANGUAGES];   /* behind the name */
    const char *says[LANGUAGES];    /* one line */
    const char *options[LANGUAGES]; /* one line each, or empty */
    const char *takes;              /* their names, each between spaces */
};

static const struct usage usages[] = {
    {"policy check",
     {"文件夹", "FOLDER"},
     {"检查政策,一次列出所有错误", "check a policy and tell every mistake at once"},
     {"", ""},
     " json "},
    {"policy test",
     {"文件夹", "FOLDER"},
     {"运行政策的例题", "run the worked cases that stand beside the law"},
     {"  --tap   每道例题一行,供测试程序读取\n", "  --tap   a line for each case, for test runners\n"},
     " json tap "},
    {"policy print",
     {"文件夹", "FOLDER"},
     {"把规则逐句读出来", "read the rules aloud, a sentence each"},
     {"", ""},
     " "},
    {"policy coverage",
     {"文件夹", "FOLDER"},
     {"每一条款由什么落实,有几道例题", "what implements each clause, and how many cases show it"},
     {"", ""},
     " json "},
    {"policy graph",
     {"文件夹 [名称]", "FOLDER [NAME]"},
     {"谁读取谁,以 DOT 图形语言写出;给出名称时只画与它有关的",
      "who reads whom, in the DOT language; with a name only what has to do with it"},
     {"", ""},
     " json "},
    {"policy program",
     {"文件夹 [规则] --month 2018-07", "FOLDER [RULE] --month 2018-07"},
     {"某月的规则化成怎样的整数运算;给出规则时只列它所需的",
      "what the rules of a month become: operations on integers; with a rule only what it needs"},
     {"  --runs               列出各项齐全时实际执行的步骤\n"
      "  --reading 名称=值    换一种理解,可多次\n"
      "  --known 日期         只用当时已公布的规定\n",
      "  --runs               the steps that run where everything is known\n"
      "  --reading NAME=VALUE read the law the other way; as often as wanted\n"
      "  --known DATE         only what had been enacted by then\n"},
     " month reading known runs "},
    {"policy prove",
     {"文件夹 [保证 …] --month 2018-07", "FOLDER [GUARANTEE ...] --month 2018-07"},
     {"政策的保证:对所有可能的填报都成立的予以证明,否则给出反例",
      "what the policy guarantees, proved for everything that may be entered, or contradicted by a family"},
     {"  --seconds N   每项保证大约最多用几秒(默认 20)\n",
      "  --seconds N   about how long each guarantee may take at most (20)\n"},
     " json month seconds "},
    {"policy search",
     {"文件夹 [保证 …] --month 2018-07", "FOLDER [GUARANTEE ...] --month 2018-07"},
     {"用随机的家庭试政策的保证,找出不成立的",
      "try what the policy guarantees on random families, to find one for which it does not hold"},
     {"  --families N   试多少户(默认 1000000)\n"
      "  --seed S       随机种子(默认 1)\n",
      "  --families N   how many to try (1000000)\n"
      "  --seed S       seed of the chance (1)\n"},
     " json month families seed "},
    {"policy diff",
     {"旧文件夹 新文件夹", "OLD NEW"},
     {"两部政策逐条比较", "what changed between two policies, rule by rule"},
     {"", ""},
     " json "},
    {"sample",
     {"--households N --out 文件夹|--database 数据库", "--households N --out FOLDER|--database DATABASE"},
     {"造一批虚构的家庭,用真实的区划代码;写成文件,或直接登记(登记簿没有就先建)",
      "a population of invented people on real area codes; into files, or into a registry, which is made if it is not "
      "there"},
     {"  --area 代码        只在这个区域\n"
      "  --seed S           随机种子(默认 1)\n"
      "  --policy 文件夹    默认 " POLICY_FOLDER "\n",
      "  --area CODE        only there\n"
      "  --seed S           seed of the chance (1)\n"
      "  --policy FOLDER    " POLICY_FOLDER " unless said\n"},
     " json households out database area seed policy key-file "},
    {"assess",
     {"数据 --month 2018-07[..2018-12] --out 文件夹", "DATA --month 2018-07[..2018-12] --out FOLDER"},
     {"测算所有人,写出结果、提醒、无法判定和有误的行;数据是登记簿时把每个月的结果登记入库,--out 可省",
      "decide everyone; write decisions, alerts, undetermined and refused rows; of a registry every month is kept in "
      "it, and --out may be left out"},
     {"  --policy 文件夹      默认 " POLICY_FOLDER "\n"
      "  --previous 文件夹    接着以前的测算结果\n"
      "  --reading 名称=值    换一种理解,可多次\n"
      "  --known 日期         只用当时已公布的规定\n"
      "  --area 编号          只测算一个区域(或一户)\n"
      "  --all-or-nothing     有一行错误就什么都不测算\n"
      "  --strict             有无法判定的也以 1 退出\n"
      "  --save 文件          同时把这个月的数据打包,同 pack\n"
      "  --changed            (不写 --month)登记簿里有了新情况的,在受影响的各月重新测算,列出变化\n"
      "  --dry-run            登记簿里什么都不写\n"
      "  --by 姓名            谁测算的(默认是登录的用户)\n",
      "  --policy FOLDER      " POLICY_FOLDER " unless said\n"
      "  --previous FOLDER    go on from the results of an earlier assess\n"
      "  --reading NAME=VALUE read the law the other way; as often as wanted\n"
      "  --known DATE         only what had been enacted by then\n"
      "  --area CODE          only an area, or a family\n"
      "  --all-or-nothing     decide nobody when a single row is wrong\n"
      "  --strict             exit with 1 when anything is undetermined, too\n"
      "  --save FILE          pack the month's data as well, as pack does\n"
      "  --changed            without --month: what is new in a registry, in every month that it reaches, and what "
      "changes by it\n"
      "  --dry-run            keep nothing in the registry\n"
      "  --by NAME            who decides (whoever is logged in)\n"},
     " json month out policy previous reading known area all-or-nothing strict save changed dry-run by "},
    {"rerun",
     {"数据库 测算编号", "DATABASE RUN"},
     {"按当时的政策和当时所知把一次测算再算一遍,与登记的逐值比较;编号是 assess 报出的变动编号",
      "decide a month again by the law and by what was known then, and compare it value by value with what was kept; "
      "RUN is the change that assess told"},
     {"  --out 文件夹         同时写出结果文件,同 assess\n",
      "  --out FOLDER         write the files of results as well, as assess does\n"},
     " json out "},
    {"missed",
     {"数据 --month 2018-07", "DATA --month 2018-07"},
     {"应享受而没有享受的:各级区域的数目,和逐条的名单", "who is entitled and not enrolled: how many by area, and who"},
     {"  --policy 文件夹      默认 " POLICY_FOLDER "\n"
      "  --area 编号          只看一个区域(或一户)\n"
      "  --out 文件.csv       名单写成 CSV 文件\n"
      "  --strict             有一个就以 1 退出,无法判定的也算\n"
      "  --previous 文件夹、--reading 名称=值、--known 日期   同 assess\n",
      "  --policy FOLDER      " POLICY_FOLDER " unless said\n"
      "  --area CODE          only an area, or a family\n"
      "  --out FILE.csv       write the list as a CSV file\n"
      "  --strict             exit with 1 where there is anyone, undetermined ones too\n"
      "  --previous FOLDER, --reading NAME=VALUE, --known DATE   as for assess\n"},
     " json month out policy previous reading known area strict "},
    {"exits",
     {"数据 --month 2018-07", "DATA --month 2018-07"},
     {"在享受而不应再享受的:各级区域的数目,和逐条的名单",
      "who is enrolled and no longer entitled: how many by area, and who"},
     {"  --policy 文件夹      默认 " POLICY_FOLDER "\n"
      "  --area 编号          只看一个区域(或一户)\n"
      "  --out 文件.csv       名单写成 CSV 文件\n"
      "  --strict             有一个就以 1 退出,无法判定的也算\n"
      "  --previous 文件夹、--reading 名称=值、--known 日期   同 assess\n",
      "  --policy FOLDER      " POLICY_FOLDER " unless said\n"
      "  --area CODE          only an area, or a family\n"
      "  --out FILE.csv       write the list as a CSV file\n"
      "  --strict             exit with 1 where there is anyone, undetermined ones too\n"
      "  --previous FOLDER, --reading NAME=VALUE, --known DATE   as for assess\n"},
     " json month out policy previous reading known area strict "},
    {"differences",
     {"数据库 之前 之后", "DATABASE BEFORE AFTER"},
     {"每户之后得到、之前没有得到的,以及两边所知的不同:人员、情况、政策、时间;「之前」「之后」是月份(登记簿里现行的)或"
      "测算编号",
      "what each family gets by one and did not by the other, and what differs in what was known: a person, an input, "
      "the law, the time; each is a month (what stands of it) or the number of a run"},
     {"  --area 编号      只要这个区域(或一户)里的\n"
      "  --all            全部列出(默认差得最多的 20 户)\n"
      "  --out 文件.csv   同时写成 CSV,全部都在内\n",
      "  --area CODE      only what lies in that area, or family\n"
      "  --all            list them all, not just the 20 with the greatest differences\n"
      "  --out FILE.csv   all of them as CSV as well\n"},
     " json area all out "},
    {"init",
     {"数据库 --policy 文件夹", "DATABASE --policy FOLDER"},
     {"按政策的模型建一个登记簿:SQLite 文件,或 postgresql:// 地址;政策和它的区划一并存入",
      "a registry for the policy's model: a SQLite file, or a postgresql:// URL; the law and its areas go into it"},
     {"  --policy 文件夹    默认 " POLICY_FOLDER "\n"
      "  --by 姓名          谁建的(默认是登录的用户)\n"
      "  --digest sm3|sha256  审计链用哪种摘要(默认 sm3)\n"
      "  --key-file 文件    密钥文件(默认 DOUDI_KEYS,或 SQLite 文件名加 .keys)\n"
      "  --cipher sm4|aes   新建密钥文件时用哪种密码(默认 sm4)\n",
      "  --policy FOLDER    " POLICY_FOLDER " unless said\n"
      "  --by NAME          who makes it (whoever is logged in)\n"
      "  --digest sm3|sha256  by which digest changes are chained (sm3)\n"
      "  --key-file FILE    the keys (DOUDI_KEYS, or beside a SQLite file its name and .keys)\n"
      "  --cipher sm4|aes   of a key file that is made (sm4)\n"},
     " json policy by digest key-file cipher "},
    {"import",
     {"[种类] 数据 --database 数据库", "[ENTITY] DATA --database DATABASE"},
     {"把数据登记入库:先列出新的、有变化的、一样的、像已有的和有错的,确认后才写;有错的和像已有的留下,"
      "连同原因写进一份改错表。数据是"
      "文件夹;写明种类(如 household、家庭)则是一个文件:CSV(UTF-8 或 GB18030)或 XLSX",
      "take data into a registry: tells first what is new, changed, the same, ambiguous and wrong, and writes when "
      "told "
      "to; what is ambiguous or wrong is left out, and goes to a copy of the file with what is wrong. Data are a "
      "folder; "
      "of one entity (say household) a file, CSV in UTF-8 or GB18030, or XLSX"},
     {"  --database 数据库  登记簿\n"
      "  --since 2018-07    没写起始月份的行从哪个月起算(默认一直如此)\n"
      "  --yes              看过就写;在终端上不加它会先问\n"
      "  --dry-run          只看会怎样,不写\n"
      "  --all-rows         列出所有的行,不只前 10 行\n"
      "  --errors 文件夹    留下的行写到哪里(默认是数据旁边的 名称.errors)\n"
      "  --another 编号,…   这些行是另一个,不是像的那个\n"
      "  --all-or-nothing   有一行不合适就什么都不写\n"
      "  --sheet 名称       工作簿的哪一张表(默认第一张)\n"
      "  --encoding gb18030 CSV 的编码 utf-8 或 gb18030(默认看出来)\n"
      "  --by 姓名          谁登记的(默认是登录的用户)\n"
      "  --key-file 文件    密钥文件(默认 DOUDI_KEYS,或 SQLite 文件名加 .keys)\n",
      "  --database DATABASE  the registry\n"
      "  --since 2018-07      the month from which rows hold that do not say so (always)\n"
      "  --yes                write it; without, it is asked at a terminal\n"
      "  --dry-run            what would be done, without writing\n"
      "  --all-rows           list all rows, not the first 10 alone\n"
      "  --errors FOLDER      where rows go that are left out (NAME.errors beside the data)\n"
      "  --another ID,...     these rows are others than those that they are like\n"
      "  --all-or-nothing     write nothing when a row does not fit\n"
      "  --sheet NAME         which sheet of a workbook (the first)\n"
      "  --encoding gb18030   of CSV, or utf-8 (whichever it looks like)\n"
      "  --by NAME            who takes them in (whoever is logged in)\n"
      "  --key-file FILE      the keys (DOUDI_KEYS, or beside a SQLite file its name and .keys)\n"},
     " json database since by dry-run yes all-rows errors another all-or-nothing sheet encoding key-file "},
    {"export",
     {"种类 文件.csv|文件.xlsx --database 数据库", "ENTITY FILE.csv|FILE.xlsx --database DATABASE"},
     {"把登记簿里一种的各行写进一个文件,再登记一次不会有变化;工作簿另有一张带图的汇总。加 "
      "--template 则是一张空表,供人填写",
      "write the rows of one entity as the registry knows them, so that importing them changes nothing; a workbook "
      "also "
      "holds a summary with charts. With --template an empty form to fill in"},
     {"  --database 数据库    登记簿\n"
      "  --month 2018-07      哪个月(默认是这个月)\n"
      "  --as-known 变动|日期 只按当时所知:到第几次变动,或到哪天为止\n"
      "  --area 编号          只要这个区域(或一户)里的\n"
      "  --encoding gb18030   CSV 的编码(默认 utf-8)\n"
      "  --why 原因           密封的内容写全文;谁看的、为什么,先记入登记簿(默认遮住中间)\n"
      "  --by 姓名            谁看(默认是登录的用户)\n"
      "  --key-file 文件      密钥文件(默认 DOUDI_KEYS,或 SQLite 文件名加 .keys)\n"
      "  --template           空表;没有登记簿时用 --policy\n"
      "  --policy 文件夹      默认 " POLICY_FOLDER "\n",
      "  --database DATABASE  the registry\n"
      "  --month 2018-07      which month (this one)\n"
      "  --as-known CHANGE|DATE  as it was known when that change had been made, or at the end of that day\n"
      "  --area CODE          only what lies in that area, or family\n"
      "  --encoding gb18030   of CSV (utf-8)\n"
      "  --why TEXT           what is sealed in full; who sees it, and why, is kept first (else it is masked)\n"
      "  --by NAME            who sees it (whoever is logged in)\n"
      "  --key-file FILE      the keys (DOUDI_KEYS, or beside a SQLite file its name and .keys)\n"
      "  --template           an empty form; without a registry by --policy\n"
      "  --policy FOLDER      " POLICY_FOLDER " unless said\n"},
     " database month as-known area encoding why by key-file template policy "},
    {"migrate",
     {"数据库 --policy 文件夹", "DATABASE --policy FOLDER"},
     {"给登记簿换一部政策:先列出新增、改变和读不到的;以前的政策仍能读到以前登记的。会丢什么时不加 --yes 就不写",
      "another law for a registry: tells first what is added, changed and lost; earlier laws still read what was told "
      "to them. Where something would be lost, nothing is written without --yes"},
     {"  --policy 文件夹    默认 " POLICY_FOLDER "\n"
      "  --by 姓名          谁换的(默认是登录的用户)\n"
      "  --key-file 文件    密钥文件(默认 DOUDI_KEYS,或 SQLite 文件名加 .keys)\n"
      "  --cipher sm4|aes   新建密钥文件时用哪种密码(默认 sm4)\n"
      "  --dry-run          只看会怎样,不写\n"
      "  --yes              有读不到的也换\n",
      "  --policy FOLDER    " POLICY_FOLDER " unless said\n"
      "  --by NAME          who does it (whoever is logged in)\n"
      "  --key-file FILE    the keys (DOUDI_KEYS, or beside a SQLite file its name and .keys)\n"
      "  --cipher sm4|aes   of a key file that is made (sm4)\n"
      "  --dry-run          what would be done, without writing\n"
      "  --yes              also where something is lost\n"},
     " json policy by key-file cipher dry-run yes "},
    {"confirm",
     {"[参数 --document 文件] --database 数据库", "[PARAMETER --document TEXT] --database DATABASE"},
     {"登记谁凭哪份文件确认了政策里一个未确认的参数值,此后的测算按已确认对待;不写参数则列出所有未确认的值",
      "keep by which document somebody confirms a value of a parameter that the law does not, so that what follows "
      "counts as confirmed; without a parameter all such values"},
     {"  --database 数据库  登记簿\n"
      "  --document 文件    手中的哪份文件,如文号和名称\n"
      "  --sign             没有文件,签字负责\n"
      "  --area 编号        哪个区域的值\n"
      "  --from 日期        从哪天起的值\n"
      "  --keys 名称=值,…   哪一行,照列出的写\n"
      "  --all              符合的都确认\n"
      "  --by 姓名          谁确认的(默认是登录的用户)\n"
      "  --dry-run          只看会怎样,不写\n",
      "  --database DATABASE  the registry\n"
      "  --document TEXT      the document at hand, say its number and title\n"
      "  --sign               no document: signed for by name\n"
      "  --area ID            the value of that area\n"
      "  --from DATE          the value since that day\n"
      "  --keys NAME=VALUE,.. which line, as they are listed\n"
      "  --all                all that fit\n"
      "  --by NAME            who confirms it (whoever is logged in)\n"
      "  --dry-run            what would be done, without writing\n"},
     " json database document sign area from keys all by dry-run "},
    {"verify",
     {"文件 --source 种类 --database 数据库", "FILE --source ENTITY --database DATABASE"},
     {"用别的部门的表核对:凭号码认出是谁的,只登记库里的人的,别人的只计数、不保存;与所报不符的成为待核线索",
      "what another department has on record: whose each row is its number tells; only those of people who are known "
      "are kept, others are counted; what speaks against what was told becomes a finding"},
     {"  --source 种类      表里是什么,如 vehicle、车辆\n"
      "  --database 数据库  登记簿\n"
      "  --since 2018-07    从哪个月起算,核对哪个月(默认一直如此,核对本月)\n"
      "  --encoding gb18030 CSV 的编码 utf-8 或 gb18030(默认看出来)\n"
      "  --by 姓名          谁核对的(默认是登录的用户)\n"
      "  --key-file 文件    密钥文件(默认 DOUDI_KEYS,或 SQLite 文件名加 .keys)\n"
      "  --dry-run          只看会怎样,不写\n",
      "  --source ENTITY      what the table holds, such as vehicle\n"
      "  --database DATABASE  the registry\n"
      "  --since 2018-07      the month from which rows hold, and that is looked at (always, and this month)\n"
      "  --encoding gb18030   of CSV, or utf-8 (whichever it looks like)\n"
      "  --by NAME            who verifies (whoever is logged in)\n"
      "  --key-file FILE      the keys (DOUDI_KEYS, or beside a SQLite file its name and .keys)\n"
      "  --dry-run            what would be done, without writing\n"},
     " json source database since by dry-run encoding key-file "},
    {"settle",
     {"文件|--listen 路径 --database 数据库", "FILE|--listen PATH --database DATABASE"},
     {"当场结算文件里的单子(JSON,一张、一组或每行一张),或别的程序经本机套接字交来的单子:各层支付,个人付余下的,登入总账",
      "settles the bills of a file (JSON: one, several, or one a line), or those that others present over a local "
      "socket, at once: each layer pays its part, the person what is left; all of it is posted"},
     {"  --database 数据库  登记簿\n"
      "  --listen 路径      一直运行,在这个 Unix 套接字上接单:每行一张,每行一个答复\n"
      "  --callers N        同时接待几个连接(默认 64)\n"
      "  --group 用户组     这个组的用户也可以连接(默认只有自己)\n"
      "  --on 日期          记账日期(默认今天)\n"
      "  --by 姓名          谁结算的(默认是登录的用户;经套接字交来的记连接者)\n"
      "  --key-file 文件    密钥(DOUDI_KEYS,或 SQLite 文件旁的同名 .keys)\n"
      "  --fhir             单子是 FHIR R4 的 Claim(或一包),答复也是\n"
      "  --schema           不结算,写出单子和答复的 JSON Schema\n",
      "  --database DATABASE  the registry\n"
      "  --listen PATH        runs until it is stopped, and takes bills on this Unix socket: one a line, an answer a "
      "line\n"
      "  --callers N          connections that are served at once (64)\n"
      "  --group NAME         users of this group may connect, too (its owner alone)\n"
      "  --on DATE            the day on which it is booked (today)\n"
      "  --by NAME            who settles (whoever is logged in; over a socket whoever is connected)\n"
      "  --key-file FILE      the keys (DOUDI_KEYS, or beside a SQLite file its name and .keys)\n"
      "  --fhir               bills are FHIR R4 Claims, or a Bundle of them; so are the answers\n"
      "  --schema             settles nothing: writes the JSON Schemas of bills and answers\n"},
     " json database on by key-file schema fhir listen callers group "},
    {"quote",
     {"文件 --database 数据库", "FILE --database DATABASE"},
     {"试算:settle 会怎样答复;什么都不登记", "what settle would answer; nothing is kept"},
     {"  --database 数据库  登记簿\n"
      "  --fhir             单子和答复都是 FHIR R4\n"
      "  --key-file 文件    密钥\n",
      "  --database DATABASE  the registry\n"
      "  --fhir               bills and answers are FHIR R4\n"
      "  --key-file FILE      the keys\n"},
     " json database on by key-file schema fhir "},
    {"cancel",
     {"医院 单号 --database 数据库", "HOSPITAL NUMBER --database DATABASE"},
     {"作废一张结算过的单子;同一人后面的单子重新结算,只补退差额",
      "cancels a bill that was settled; later ones of the same person are settled anew, and only differences are "
      "posted"},
     {"  --database 数据库  登记簿\n"
      "  --on 日期          记账日期(默认今天)\n"
      "  --by 姓名          谁作废的(默认是登录的用户)\n",
      "  --database DATABASE  the registry\n"
      "  --on DATE            the day on which it is booked (today)\n"
      "  --by NAME            who cancels (whoever is logged in)\n"},
     " json database on by key-file "},
    {"resettle",
     {"年份 --database 数据库", "YEAR --database DATABASE"},
     {"按现在的政策和登记,把那一年起的单子全部重新结算,只补退差额",
      "settles all bills from that year on anew, by the law and the rows of now; only differences are posted"},
     {"  --database 数据库  登记簿\n"
      "  --dry-run          只算,不登记\n"
      "  --out 文件.csv     有变化的单子,逐张写出\n"
      "  --on 日期          记账日期(默认今天)\n"
      "  --by 姓名          谁结算的(默认是登录的用户)\n",
      "  --database DATABASE  the registry\n"
      "  --dry-run            what would differ, and nothing is kept\n"
      "  --out FILE.csv       the bills that differ, one by one\n"
      "  --on DATE            the day on which it is booked (today)\n"
      "  --by NAME            who settles (whoever is logged in)\n"},
     " database on by key-file dry-run out "},
    {"entitlement",
     {"人员 医院 [金额] --database 数据库", "PERSON HOSPITAL [AMOUNT] --database DATABASE"},
     {"这个人(写编号,或身份证号等号码)今天属于哪一类,年内还有多少余额;给出金额时,各层会付多少;什么都不登记",
      "to which group a person (his id, or the number of a card) belongs today and what is left of the year; with an "
      "amount, what each layer would pay; nothing is kept"},
     {"  --database 数据库  登记簿\n"
      "  --on 日期          哪一天(默认今天)\n",
      "  --database DATABASE  the registry\n"
      "  --on DATE            on that day (today)\n"},
     " json database on by key-file "},
    {"statement verify",
     {"标记 --database 数据库", "MARK --database DATABASE"},
     {"结算单上二维码里的标记是不是真的:登记簿现在这样说,打印时这样说,还是从来没有;同时列出单子,供与纸上对照",
      "whether the mark in a statement's QR code says what stands, or what stood when it was printed, or what never "
      "did; "
      "with the bills, to be compared with the page"},
     {"  --database 数据库  登记簿\n", "  --database DATABASE  the registry\n"},
     " json database on by key-file "},
    {"statement",
     {"人员 年份 --database 数据库", "PERSON YEAR --database DATABASE"},
     {"一个人一年里结算过的单子:各层支付、自付、年内余额;可打印成一页",
      "a person's bills of a year as they were settled: what each layer pays, what he pays, what is left of the year; "
      "on the screen, or as a page"},
     {"  --database 数据库  登记簿\n"
      "  --bill 单号        只要这一张\n"
      "  --out 文件         一页 PDF(.pdf)或图片(.png),不覆盖已有的\n"
      "  --on 日期          页上的日期(默认今天)\n"
      "  --key-file 文件    密钥(身份证号遮去中间几位印出)\n",
      "  --database DATABASE  the registry\n"
      "  --bill NUMBER        that one alone\n"
      "  --out FILE           one new page, as PDF (.pdf) or picture (.png)\n"
      "  --on DATE            the day on the page (today)\n"
      "  --key-file FILE      the keys (a number that is sealed is printed masked)\n"},
     " json database on by key-file bill out "},
    {"hospital-statement",
     {"医院 月份 --database 数据库", "HOSPITAL MONTH --database DATABASE"},
     {"一家医院一个月的账:各项资金应付、病人已付、待定,并与逐笔结算核对",
      "a month's account of a hospital: what each fund owes it, what patients paid, what is open; compared with its "
      "settlements"},
     {"  --database 数据库  登记簿\n"
      "  --out 文件.csv     逐笔写出\n",
      "  --database DATABASE  the registry\n"
      "  --out FILE.csv       settlement by settlement\n"},
     " json database on by key-file out "},
    {"findings clear",
     {"编号 --reason 理由 --database 数据库", "NUMBER --reason TEXT --database DATABASE"},
     {"核实过的线索写明理由、销掉;每条只销一次",
      "clears a finding that somebody has looked into, with the reason; once"},
     {"  --database 数据库  登记簿\n"
      "  --reason 理由      一行文字\n"
      "  --by 姓名          谁核实的(默认是登录的用户)\n",
      "  --database DATABASE  the registry\n"
      "  --reason TEXT        one line\n"
      "  --by NAME            who has looked into it (whoever is logged in)\n"},
     " json reason database by "},
    {"findings",
     {"--database 数据库", "--database DATABASE"},
     {"核对发现、还没有销掉的线索", "what verifications found and nobody has cleared yet"},
     {"  --database 数据库  登记簿\n"
      "  --open             没有销掉的(默认)\n"
      "  --all              销掉的也列出\n"
      "  --area 编号        只看一个区域(或一户)\n",
      "  --database DATABASE  the registry\n"
      "  --open               those that are not cleared (unless said)\n"
      "  --all                cleared ones, too\n"
      "  --area CODE          only an area, or a family\n"},
     " json database open all area "},
    {"audit verify",
     {"数据库", "DATABASE"},
     {"逐次核对所有变动是否和当初登记的一样、账目是否和结算相符,指出第一处不一样的",
      "whether every change is as it was made, and the books as bills were settled; tells the first that is not"},
     {"  --key-file 文件    密钥文件(默认 DOUDI_KEYS,或 SQLite 文件名加 .keys)\n",
      "  --key-file FILE    the keys (DOUDI_KEYS, or beside a SQLite file its name and .keys)\n"},
     " json key-file "},
    {"keys show",
     {"数据库", "DATABASE"},
     {"登记簿用过哪些密钥,每把密封了多少个值",
      "which keys a registry has used, and how many values each of them seals"},
     {"", ""},
     " json "},
    {"keys rotate",
     {"数据库", "DATABASE"},
     {"往密钥文件里加一把新密钥,把所有密封的值用它重新密封;中途停下可以再来",
      "adds a key to the key file, and seals every sealed value anew with it; when it is stopped, call it again"},
     {"  --key-file 文件    密钥文件(默认 DOUDI_KEYS,或 SQLite 文件名加 .keys)\n"
      "  --cipher sm4|aes   新密钥用哪种密码(默认同前一把)\n"
      "  --by 姓名          谁换的(默认是登录的用户)\n",
      "  --key-file FILE    the keys (DOUDI_KEYS, or beside a SQLite file its name and .keys)\n"
      "  --cipher sm4|aes   of the new key (that of the one before)\n"
      "  --by NAME          who does it (whoever is logged in)\n"},
     " key-file cipher by "},
    {"reveal",
     {"种类 编号 项目 --database 数据库 --why 原因", "ENTITY ID INPUT --database DATABASE --why TEXT"},
     {"看一个密封的值的全文;谁看的、为什么,先记入登记簿",
      "one sealed value in full; who sees it, and why, is kept in the registry first"},
     {"  --database 数据库  登记簿\n"
      "  --why 原因         为什么要看\n"
      "  --key-file 文件    密钥文件(默认 DOUDI_KEYS,或 SQLite 文件名加 .keys)\n"
      "  --by 姓名          谁看(默认是登录的用户)\n",
      "  --database DATABASE  the registry\n"
      "  --why TEXT         why it must be seen\n"
      "  --key-file FILE    the keys (DOUDI_KEYS, or beside a SQLite file its name and .keys)\n"
      "  --by NAME          who sees it (whoever is logged in)\n"},
     " database why key-file by "},
    {"backup",
     {"数据库 文件", "DATABASE FILE"},
     {"把整个登记簿抄到一个新的 SQLite 文件并核对;别人可以照常登记",
      "all of a registry into a new SQLite file, which is then verified; others may go on writing"},
     {"", ""},
     " json "},
    {"restore",
     {"文件 数据库", "FILE DATABASE"},
     {"把备份(或任何登记簿)抄到一个新的 SQLite 文件,或 postgresql:// 地址的空库;链不对就什么都不写",
      "a backup, or any registry, into a new SQLite file or the empty database of a postgresql:// URL; nothing is "
      "written where its chain is broken"},
     {"", ""},
     " json "},
    {"household find",
     {"字 … --database 数据库", "WORDS ... --database DATABASE"},
     {"找一户、一个人:编号或它的开头,或姓名的开头,几个词都要对上;密封的号码要写全。最多列 20 个",
      "a family or person by an id or how it begins, or by how a name begins (all of several words), or by the whole "
      "of "
      "what is sealed. At most 20"},
     {"  --database 数据库  登记簿\n"
      "  --month 2018-07    哪个月的情况(默认是这个月);以后的另外注明\n"
      "  --area 编号        只在这个区域(或这一户)里\n"
      "  --key-file 文件    密钥文件(默认 DOUDI_KEYS,或 SQLite 文件名加 .keys)\n",
      "  --database DATABASE  the registry\n"
      "  --month 2018-07      as of which month (this one); what is told of later ones is marked\n"
      "  --area ID            only in that area, or family\n"
      "  --key-file FILE      the keys (DOUDI_KEYS, or beside a SQLite file its name and .keys)\n"},
     " json database month area key-file "},
    {"household show",
     {"编号 --database 数据库", "ID --database DATABASE"},
     {"一户一页:得到什么、缺什么、有谁、每一项从何时起由谁登记;人员、单子的编号也可以",
      "one family on one page: what it gets, what is missing, who it is, since when and by whom each input is known; "
      "the id of a person or bill does, too"},
     {"  --database 数据库  登记簿\n"
      "  --month 2018-07    哪个月(默认是最近测算的月份)\n"
      "  --as-known 变动|日期  只按当时所知:到第几次变动,或到哪天为止\n"
      "  --key-file 文件    密钥文件(默认 DOUDI_KEYS,或 SQLite 文件名加 .keys)\n",
      "  --database DATABASE  the registry\n"
      "  --month 2018-07      of which month (the last that was decided)\n"
      "  --as-known CHANGE|DATE  as it was known when that change had been made, or at the end of that day\n"
      "  --key-file FILE      the keys (DOUDI_KEYS, or beside a SQLite file its name and .keys)\n"},
     " json database month as-known key-file "},
    {"household history",
     {"编号 --database 数据库", "ID --database DATABASE"},
     {"这一户的每次变动:何时、谁、哪一项从什么改成什么、从哪个月起;迁入迁出;每月待遇的增减",
      "every change that touched the family: when, by whom, what became of which input, from which month on; who moved "
      "in and out; what benefits changed from month to month"},
     {"  --database 数据库  登记簿\n"
      "  --key-file 文件    密钥文件(默认 DOUDI_KEYS,或 SQLite 文件名加 .keys)\n",
      "  --database DATABASE  the registry\n"
      "  --key-file FILE      the keys (DOUDI_KEYS, or beside a SQLite file its name and .keys)\n"},
     " json database key-file "},
    {"pack",
     {"数据 --month 2018-07 --out 文件.doudi", "DATA --month 2018-07 --out FILE.doudi"},
     {"把一个月的数据打包成一个文件;assess、explain、simulate 用它代替数据文件夹,不必再读 CSV",
      "the data of one month as one file, which assess, explain and simulate take in place of a folder, without "
      "reading "
      "CSV again"},
     {"  --policy 文件夹      默认 " POLICY_FOLDER "\n", "  --policy FOLDER      " POLICY_FOLDER " unless said\n"},
     " json month out policy "},
    {"explain",
     {"数据 家庭 --month 2018-07", "DATA HOUSEHOLD --month 2018-07"},
     {"解释一户(一人、一张单子)得到什么、为什么", "why one family (or person, or bill) gets what it gets"},
     {"  --policy 文件夹      默认 " POLICY_FOLDER "\n"
      "  --why-not 待遇       为什么得不到,差多少;也可写提醒或别的规则,看它从何而来\n"
      "  --decision 测算/种类.待遇/编号  登记簿里的一个决定,按当时的政策和当时所知\n"
      "  --depth N            展开几层(默认 4)\n"
      "  --as-known 变动|日期 只按登记簿当时所知:到第几次变动,或到哪天为止\n"
      "  --previous 文件夹、--reading 名称=值、--known 日期   同 assess\n",
      "  --policy FOLDER      " POLICY_FOLDER " unless said\n"
      "  --why-not BENEFIT    why it gets none, and how far it is from it; of an alert or another rule where it comes "
      "from\n"
      "  --decision RUN/ENTITY.BENEFIT/ID  a decision of a registry, by the law and what was known then\n"
      "  --depth N            how many layers to open (4)\n"
      "  --as-known CHANGE|DATE  of a registry: as it was known when that change had been made, or at the end of that "
      "day\n"
      "  --previous FOLDER, --reading NAME=VALUE, --known DATE   as for assess\n"},
     " json month policy why-not depth previous reading known decision as-known "},
    {"simulate",
     {"数据 --policy 改革 --month 2018-07[..2018-12] --out 文件夹",
      "DATA --policy REFORM --month 2018-07[..2018-12] --out FOLDER"},
     {"把一项改革与现行政策相比:花多少钱,谁增谁减,哪里多收入反而少得",
      "a reform against today: what it costs, who gains and loses, where earning more leaves less"},
     {"  --against 文件夹     与这部政策相比(默认是改革所依据的那一部)\n"
      "  --by 项目            按这一项的值分开数,可多次\n"
      "  --raise 项目=步长    这项收入多一个步长,谁反而少得,可多次\n"
      "  --reading 名称=值、--known 日期   两部政策都用,同 assess\n",
      "  --against FOLDER     the policy to compare with (the one that the reform extends)\n"
      "  --by FIELD           count those of each value of it apart; as often as wanted\n"
      "  --raise FIELD=STEP   who has less when this income is a step higher; as often as wanted\n"
      "  --reading NAME=VALUE, --known DATE   for both policies, as for assess\n"},
     " json month out policy against by raise reading known "},
};
enum { USAGES = sizeof usages / sizeof *usages };

static void print_line(const struct command *command, const struct usage *usage, FILE *out) {
    fprintf(out, "  doudi %s %s\n      %s\n", usage->name, usage->words[command->language],
            usage->says[command->language]);
}

static void print_all(const struct command *command, FILE *out) {
    fputs(say(command, "用法:doudi 命令 …\n\n", "usage: doudi COMMAND ...\n\n"), out);
    for (size_t i = 0; i < USAGES; i++) print_line(command, &usages[i], out);
    fputs(say(command,
              "\n"
              "  --help             一条命令的选项\n"
              "  --json             以 JSON 输出结果\n"
              "  --lang zh|en       语言(默认按系统的语言)\n"
              "  --color auto|always|never\n"
              "  --version          版本\n"
              "退出码:0 完成,1 有被拒绝的行、不成立的保证、不符的例题或错误、被改动的登记簿,2 用法,3 无法运行\n",
              "\n"
              "  --help             the options of a command\n"
              "  --json             results as JSON\n"
              "  --lang zh|en       the language (that of the locale)\n"
              "  --color auto|always|never\n"
              "  --version          the version\n"
              "exit codes: 0 done, 1 rows refused, a guarantee broken, a case or a policy wrong, a registry altered, 2 "
              "usage, 3 cannot run\n"),
          out);
}

/* show of household show, where the first word is household; empty of other commands. */
static struct text second_word(const struct usage *usage, const char *first) {
    struct text name = text_from(usage->name);
    size_t length = strlen(first);
    bool begins = text_starts(name, first) && length < name.length && name.bytes[length] == ' ';
    return begins ? text_slice(name, length + 1, name.length) : TEXT("");
}

/* The command that the words begin with; `policy` alone is no command. */
static const struct usage *find_usage(const struct command *command) {
    for (size_t i = 0; i < USAGES && command->word_count; i++) {
        struct text name = text_from(usages[i].name), first = text_from(command->words[0]);
        if (text_equal(name, first)) return &usages[i];
        if (command->word_count < 2 || name.length != first.length + 1 + strlen(command->words[1])) continue;
        if (text_starts(name, command->words[0]) && strcmp(name.bytes + first.length + 1, command->words[1]) == 0)
            return &usages[i];
    }
    return NULL;
}

/* household alone, or before a word that makes it no command; findings only before such a word; statement, which takes
 * words of its own, never. */
static bool lacks_second(const struct command *command) {
    const struct usage *usage = find_usage(command);
    bool takes_words = usage && usage->words[LANGUAGE_EN][0] && usage->words[LANGUAGE_EN][0] != '-';
    bool has = false, whole = takes_words || (usage && strchr(usage->name, ' ')),
         alone = usage && command->word_count < 2;
    for (size_t i = 0; i < USAGES && command->word_count && !whole && !alone; i++)
        has = has || second_word(&usages[i], command->words[0]).length;
    return has;
}

static void print_usage(const struct command *command, const struct usage *usage) {
    fprintf(stderr, "%sdoudi %s %s\n", say(command, "用法:", "usage: "), usage->name, usage->words[command->language]);
}

/* doudi: household: find, show or history; did you mean "show"? */
static void tell_seconds(const struct command *command) {
    const char *first = command->words[0];
    const struct usage *alone = find_usage(command);
    struct suggestion suggestion;
    size_t count = 0, told = 0;
    suggestion_begin(&suggestion, text_from(command->word_count > 1 ? command->words[1] : ""));
    for (size_t i = 0; i < USAGES; i++) count += second_word(&usages[i], first).length > 0;
    fprintf(stderr, "doudi: %s%s", first, say(command, ":", ": "));
    for (size_t i = 0; i < USAGES; i++) {
        struct text second = second_word(&usages[i], first);
        if (second.length == 0) continue;
        suggestion_note(&suggestion, second);
        const char *join = told == 0 ? "" : told + 1 == count ? say(command, " 或 ", " or ") : say(command, "、", ", ");
        fprintf(stderr, "%s%.*s", join, TEXT_ARG(second));
        told++;
    }
    if (alone) fputs(say(command, ",或什么都不写", ", or no word"), stderr);
    print_meant(command, &suggestion);
    for (size_t i = 0; i < USAGES; i++)
        if (second_word(&usages[i], first).length || &usages[i] == alone) print_usage(command, &usages[i]);
}

int wrong_usage(const struct command *command) {
    const struct usage *usage = find_usage(command);
    if (lacks_second(command))
        tell_seconds(command);
    else if (usage)
        print_usage(command, usage);
    else
        print_all(command, stderr);
    return EXIT_USAGE;
}

/* check is policy check. */
static void suggest_command(struct suggestion *suggestion, struct text given) {
    suggestion_begin(suggestion, given);
    for (size_t i = 0; i < USAGES; i++) {
        struct text name = text_from(usages[i].name);
        size_t space = 0;
        while (space < name.length && name.bytes[space] != ' ') space++;
        struct text second = space < name.length ? text_slice(name, space + 1, name.length) : TEXT("");
        size_t before = suggestion->distance;
        suggestion_note(suggestion, name);
        suggestion_note(suggestion, second);
        if (text_equal(second, given)) suggestion->distance = 0; /* nothing is nearer */
        if (suggestion->distance < before) suggestion->best = name;
    }
}

int no_such_command(const struct command *command) {
    struct suggestion suggestion;
    struct text given = text_from(command->words[0]);
    suggest_command(&suggestion, given);
    fprintf(stderr, say(command, "doudi: 没有命令「%.*s」", "doudi: there is no command \"%.*s\""), TEXT_ARG(given));
    print_meant(command, &suggestion);
    fputs(say(command, "doudi --help 列出所有命令\n", "doudi --help lists all of them\n"), stderr);
    return EXIT_USAGE;
}

bool usage_takes(const struct command *command, const char *name) {
    static const char everywhere[] = " lang color help version ";
    const struct usage *usage = find_usage(command);
    char word[OPTION_NAME_MAX + 3];
    snprintf(word, sizeof word, " %s ", name);
    return !usage || strstr(everywhere, word) || strstr(usage->takes, word);
}

bool usage_allows(const struct command *command) {
    const struct usage *usage = find_usage(command);
    if (lacks_second(command)) return wrong_usage(command) == EXIT_DONE;
    for (size_t i = 0; usage && i < command->option_count; i++) {
        const char *name = command->options[i].name;
        if (usage_takes(command, name)) continue;
        fprintf(stderr, say(command, "doudi: %s 没有选项 --%s\n", "doudi: %s has no option --%s\n"), usage->name, name);
        wrong_usage(command);
        return false;
    }
    return true;
}

void print_help(const struct command *command) {
    const struct usage *usage = find_usage(command);
    if (!usage) {
        print_all(command, stdout);
        return;
    }
    printf("%sdoudi %s %s\n%s\n%s%s", say(command, "用法:", "usage: "), usage->name, usage->words[command->language],
           usage->says[command->language], usage->options[command->language],
           say(command, "  --lang zh|en       语言(默认按系统的语言)\n",
               "  --lang zh|en         the language (that of the locale)\n"));
}
