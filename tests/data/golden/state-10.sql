-- A state as schema version 10 left it, with a write of every kind, and some in every stage. Never to be changed.
BEGIN TRANSACTION;
CREATE TABLE absent (
        key   TEXT PRIMARY KEY,
        lane  TEXT NOT NULL,
        run   INTEGER NOT NULL,
        since INTEGER NOT NULL,
        gone  INTEGER NOT NULL DEFAULT 0
    ) STRICT, WITHOUT ROWID;
INSERT INTO "absent" VALUES('guance/comment/repim_b7a94e470a7f3f4ed139920f26cbb50f','issue_f1c3dd7d1aa380fa7ba60a37502f690f',10,1795709505838,0);
CREATE TABLE comment_link (
        origin    TEXT NOT NULL,
        origin_id TEXT NOT NULL,
        copy_id   TEXT NOT NULL,
        lane      TEXT NOT NULL,
        written   TEXT,
        PRIMARY KEY (origin, origin_id),
        UNIQUE (origin, copy_id)
    ) STRICT;
INSERT INTO "comment_link" VALUES('guance','repim_2f4c6b4a8b185719697ce407a6a6a3ca','10004','issue_f1c3dd7d1aa380fa7ba60a37502f690f','18727a1e52ffea3a');
INSERT INTO "comment_link" VALUES('guance','repim_70a669aa1ea647e9a1a8610d4b216fdd','10007','issue_d7a6d6921b37e29711b21db8dce287bd','18727a1e52ffea3a');
INSERT INTO "comment_link" VALUES('guance','repim_aa5d8732a9bf875fc915c19b5511e72b','10010','issue_fa471a6dfd9d88f719dff9aae75af044','18727a1e52ffea3a');
INSERT INTO "comment_link" VALUES('guance','repim_109d6478aee2e4e51cdfb73098ea0ab8','10013','issue_7c28837df4296992a501cac7c3ad1c7a','18727a1e52ffea3a');
INSERT INTO "comment_link" VALUES('guance','repim_2d1183d4938bb6af80dfcf4434687872','10016','issue_03a570de5b4df712a83a337b7f8c341e','18727a1e52ffea3a');
INSERT INTO "comment_link" VALUES('jira','10018','repim_5fc816cbf748762f20a74648bbdf1881','issue_d7a6d6921b37e29711b21db8dce287bd','d5fb8bae5bdf1d1b');
INSERT INTO "comment_link" VALUES('jira','10019','repim_b3e67c44fb2df8ab5e995748dff1ad7c','issue_fa471a6dfd9d88f719dff9aae75af044','d5fb8bae5bdf1d1b');
INSERT INTO "comment_link" VALUES('jira','10020','repim_9d78c351bca91906c648397a7137ec19','issue_7c28837df4296992a501cac7c3ad1c7a','d5fb8bae5bdf1d1b');
INSERT INTO "comment_link" VALUES('jira','10017','repim_acf5e8e0ba12a6c139006e0154083385','issue_f1c3dd7d1aa380fa7ba60a37502f690f','d5fb8bae5bdf1d1b');
INSERT INTO "comment_link" VALUES('jira','10021','repim_fddd5f16363fd1891118e121961838f4','issue_03a570de5b4df712a83a337b7f8c341e','d5fb8bae5bdf1d1b');
INSERT INTO "comment_link" VALUES('guance','repim_b7a94e470a7f3f4ed139920f26cbb50f','10023','issue_f1c3dd7d1aa380fa7ba60a37502f690f','9b8f46c1a97b2829');
CREATE TABLE cursor (
        side  TEXT PRIMARY KEY,
        at    INTEGER NOT NULL,
        floor INTEGER NOT NULL,
        swept INTEGER NOT NULL
    ) STRICT;
INSERT INTO "cursor" VALUES('jira',1795711305985,1795709441971,1795707342721);
INSERT INTO "cursor" VALUES('guance',1795711305000,1795709441941,1795707342756);
CREATE TABLE event (
        id   INTEGER PRIMARY KEY AUTOINCREMENT,
        at   INTEGER NOT NULL,
        item TEXT NOT NULL,
        what TEXT NOT NULL
    ) STRICT;
INSERT INTO "event" VALUES(45,1795709506099,'guance/issue/issue_dd5876f43fadedb0d8bb774d26bd2b8e','held by the brake: issue "H" in OPS');
INSERT INTO "event" VALUES(46,1795709506152,'jira/comment/10024','sent, answer lost: POST http://jira.example/api/v1/issue/reply/create: connection closed before message completed');
INSERT INTO "event" VALUES(47,1795709506164,'jira/comment/10025','refused for good: POST /api/v1/issue/reply/create: 400 ft.InvalidParams: no');
CREATE TABLE fact (
        name  TEXT PRIMARY KEY,
        value TEXT NOT NULL,
        at    INTEGER NOT NULL
    ) STRICT;
INSERT INTO "fact" VALUES('jira.deployment','cloud',1795707342717);
INSERT INTO "fact" VALUES('jira.epoch','unsure',1795707342726);
INSERT INTO "fact" VALUES('guance.channel.default','chan_6f682616bae3641a20991a3308c1347e',1795707342749);
INSERT INTO "fact" VALUES('engine.state-id','79fdf46c0075061b',1795707342779);
INSERT INTO "fact" VALUES('engine.counter','8',1795709506121);
INSERT INTO "fact" VALUES('state.remains','yes',0);
CREATE TABLE field_base (
        lane    TEXT NOT NULL,
        field   TEXT NOT NULL,
        guance  TEXT,
        jira    TEXT,
        version INTEGER NOT NULL,
        PRIMARY KEY (lane, field)
    ) STRICT, WITHOUT ROWID;
INSERT INTO "field_base" VALUES('issue_03a570de5b4df712a83a337b7f8c341e','status','10','10000',1);
INSERT INTO "field_base" VALUES('issue_7c28837df4296992a501cac7c3ad1c7a','status','10','10000',1);
INSERT INTO "field_base" VALUES('issue_d7a6d6921b37e29711b21db8dce287bd','status','10','10000',1);
INSERT INTO "field_base" VALUES('issue_f1c3dd7d1aa380fa7ba60a37502f690f','status','10','10000',1);
INSERT INTO "field_base" VALUES('issue_fa471a6dfd9d88f719dff9aae75af044','status','10','10000',1);
CREATE TABLE file_link (
        origin    TEXT NOT NULL,
        origin_id TEXT NOT NULL,
        copy_id   TEXT NOT NULL,
        lane      TEXT NOT NULL,
        PRIMARY KEY (origin, origin_id),
        UNIQUE (origin, copy_id)
    ) STRICT;
INSERT INTO "file_link" VALUES('jira','10022','repim_141355be63691b6382d2c0e1599b9ad9','issue_f1c3dd7d1aa380fa7ba60a37502f690f');
CREATE TABLE issue_link (
        guance      TEXT PRIMARY KEY,
        jira        TEXT NOT NULL UNIQUE,
        jira_name   TEXT NOT NULL,
        guance_seen INTEGER,
        jira_seen   INTEGER,
        active      INTEGER NOT NULL,
        polled      INTEGER NOT NULL
    , opened INTEGER, fields_read INTEGER NOT NULL DEFAULT 0, fields_due INTEGER NOT NULL DEFAULT 0, closed INTEGER NOT NULL DEFAULT 0) STRICT;
INSERT INTO "issue_link" VALUES('issue_f1c3dd7d1aa380fa7ba60a37502f690f','10002','OPS-1',1795709502000,1795711305985,1795711305985,1795709145838,1795709502000,1795709506099,0,0);
INSERT INTO "issue_link" VALUES('issue_d7a6d6921b37e29711b21db8dce287bd','10005','OPS-2',1795709502000,1795711305985,1795711305985,1795709145867,1795709502000,1795709506099,0,0);
INSERT INTO "issue_link" VALUES('issue_fa471a6dfd9d88f719dff9aae75af044','10008','OPS-3',1795709503000,1795711305985,1795711305985,1795709145888,1795709503000,1795709506099,0,0);
INSERT INTO "issue_link" VALUES('issue_7c28837df4296992a501cac7c3ad1c7a','10011','OPS-4',1795709503000,1795709504107,1795709864000,1795709145915,1795709503000,1795709506099,0,0);
INSERT INTO "issue_link" VALUES('issue_03a570de5b4df712a83a337b7f8c341e','10014','OPS-5',1795709503000,1795709504108,1795709864000,1795709145941,1795709503000,1795709506099,0,0);
CREATE TABLE ledger (
        credential TEXT NOT NULL,
        at         INTEGER NOT NULL
    ) STRICT;
CREATE TABLE outbox (
        seq         INTEGER PRIMARY KEY AUTOINCREMENT,
        key         TEXT NOT NULL UNIQUE,
        origin      TEXT NOT NULL,
        lane        TEXT NOT NULL,
        target      TEXT NOT NULL,
        action      TEXT NOT NULL,
        content     TEXT NOT NULL,
        summary     TEXT NOT NULL,
        stage       TEXT NOT NULL CHECK (stage IN ('pending', 'held', 'in_flight', 'done', 'dead')),
        attempts    INTEGER NOT NULL DEFAULT 0,
        not_before  INTEGER NOT NULL DEFAULT 0,
        sent_at     INTEGER,
        enqueued_at INTEGER NOT NULL,
        settled_at  INTEGER,
        error       TEXT
    , round INTEGER NOT NULL DEFAULT 0, hint TEXT, dropped TEXT, original TEXT, doubted INTEGER NOT NULL DEFAULT 0, alone INTEGER NOT NULL DEFAULT 0, absences INTEGER NOT NULL DEFAULT 0, absent_since INTEGER) STRICT;
INSERT INTO "outbox" VALUES(1,'guance/issue/issue_f1c3dd7d1aa380fa7ba60a37502f690f','guance/issue/issue_f1c3dd7d1aa380fa7ba60a37502f690f','issue_f1c3dd7d1aa380fa7ba60a37502f690f','jira','','624803fe72646286','issue "A" in OPS','done',0,0,1795707342802,1795709502766,1795707342873,NULL,0,NULL,NULL,NULL,0,0,0,NULL);
INSERT INTO "outbox" VALUES(2,'guance/link/issue_f1c3dd7d1aa380fa7ba60a37502f690f','guance/link/issue_f1c3dd7d1aa380fa7ba60a37502f690f','issue_f1c3dd7d1aa380fa7ba60a37502f690f','jira','','624803fe72646286','link on OPS-1 to Guance','done',0,0,1795707342882,1795709502873,1795707342883,NULL,0,NULL,NULL,NULL,0,0,0,NULL);
INSERT INTO "outbox" VALUES(3,'guance/comment/repim_2f4c6b4a8b185719697ce407a6a6a3ca','guance/comment/repim_2f4c6b4a8b185719697ce407a6a6a3ca','issue_f1c3dd7d1aa380fa7ba60a37502f690f','jira','','18727a1e52ffea3a','comment by 李四 on OPS-1','done',0,0,1795707342907,1795709502904,1795707342919,NULL,0,NULL,NULL,NULL,0,0,0,NULL);
INSERT INTO "outbox" VALUES(16,'jira/comment/10018','jira/comment/10018','issue_d7a6d6921b37e29711b21db8dce287bd','guance','','d5fb8bae5bdf1d1b','comment by Alice Example on OPS-2','done',0,0,1795707704269,1795709504238,1795707704283,NULL,0,NULL,NULL,NULL,0,0,0,NULL);
INSERT INTO "outbox" VALUES(20,'jira/attachment/10022','jira/attachment/10022','issue_f1c3dd7d1aa380fa7ba60a37502f690f','guance','','69eaa185c2353cdc','attachment a.txt (1 B) of OPS-1','done',0,0,1795707704432,1795709504238,1795707704454,NULL,0,NULL,NULL,NULL,0,0,0,NULL);
INSERT INTO "outbox" VALUES(23,'jira/comment/10024','jira/comment/10024','issue_f1c3dd7d1aa380fa7ba60a37502f690f','guance','{"v":1,"action":{"do":"add_comment","issue":"issue_f1c3dd7d1aa380fa7ba60a37502f690f","body":{"blocks":[{"block":"paragraph","content":[{"inline":"text","text":"Alice Example","marks":["strong"]},{"inline":"text","text":" · "},{"inline":"text","text":"OPS-1","marks":[{"link":"http://jira.example/browse/OPS-1?focusedCommentId=10024#guajira-709b24010b6d8b5c"}]},{"inline":"text","text":" · 2026-11-26 16:41 UTC"}]},{"block":"paragraph","content":[{"inline":"text","text":"waits"}]}]},"origin_url":"http://jira.example/browse/OPS-1?focusedCommentId=10024","internal":false}}','709b24010b6d8b5c','comment by Alice Example on OPS-1','in_flight',0,0,1795709506125,1795709506089,NULL,'POST http://jira.example/api/v1/issue/reply/create: connection closed before message completed',1,NULL,NULL,NULL,0,0,0,NULL);
INSERT INTO "outbox" VALUES(24,'jira/comment/10025','jira/comment/10025','issue_d7a6d6921b37e29711b21db8dce287bd','guance','{"v":1,"action":{"do":"add_comment","issue":"issue_d7a6d6921b37e29711b21db8dce287bd","body":{"blocks":[{"block":"paragraph","content":[{"inline":"text","text":"Alice Example","marks":["strong"]},{"inline":"text","text":" · "},{"inline":"text","text":"OPS-2","marks":[{"link":"http://jira.example/browse/OPS-2?focusedCommentId=10025#guajira-709b24010b6d8b5c"}]},{"inline":"text","text":" · 2026-11-26 16:41 UTC"}]},{"block":"paragraph","content":[{"inline":"text","text":"waits"}]}]},"origin_url":"http://jira.example/browse/OPS-2?focusedCommentId=10025","internal":false}}','709b24010b6d8b5c','comment by Alice Example on OPS-2','dead',1,0,1795709506153,1795709506089,1795709506164,'POST /api/v1/issue/reply/create: 400 ft.InvalidParams: no',1,NULL,NULL,NULL,0,0,0,NULL);
INSERT INTO "outbox" VALUES(25,'jira/comment/10026','jira/comment/10026','issue_fa471a6dfd9d88f719dff9aae75af044','guance','{"v":1,"action":{"do":"add_comment","issue":"issue_fa471a6dfd9d88f719dff9aae75af044","body":{"blocks":[{"block":"paragraph","content":[{"inline":"text","text":"Alice Example","marks":["strong"]},{"inline":"text","text":" · "},{"inline":"text","text":"OPS-3","marks":[{"link":"http://jira.example/browse/OPS-3?focusedCommentId=10026#guajira-709b24010b6d8b5c"}]},{"inline":"text","text":" · 2026-11-26 16:41 UTC"}]},{"block":"paragraph","content":[{"inline":"text","text":"waits"}]}]},"origin_url":"http://jira.example/browse/OPS-3?focusedCommentId=10026","internal":false}}','709b24010b6d8b5c','comment by Alice Example on OPS-3','pending',1,1795709566184,1795709506175,1795709506089,NULL,'POST /api/v1/issue/reply/create: 429, not an answer of the OpenAPI: "slow down"',1,NULL,NULL,NULL,0,0,0,NULL);
INSERT INTO "outbox" VALUES(26,'guance/issue/issue_ac1f983dac5665097c496c60b234d4c1','guance/issue/issue_ac1f983dac5665097c496c60b234d4c1','issue_ac1f983dac5665097c496c60b234d4c1','jira','{"v":1,"action":{"do":"create_issue","project":"OPS","issue_type":"Bug","title":"G","body":{"blocks":[{"block":"paragraph","content":[{"inline":"text","text":"x"}]},{"block":"rule"},{"block":"paragraph","content":[{"inline":"text","text":"Guance: ","marks":["em"]},{"inline":"text","text":"issue_ac1f983dac5665097c496c60b234d4c1","marks":[{"link":"https://console.guance.example/exceptions/exceptionsTracking?leftActiveKey=ExceptionsTracking&activeName=ExceptionsTracking&w=wksp_1776556484b7412db06d6c428d3aaa6e&sourceType=exceptions_tracing&__docid=issue_ac1f983dac5665097c496c60b234d4c1"}]},{"inline":"text","text":" · P1","marks":["em"]},{"inline":"text","text":" · 张三, 2026-11-26 16:41 UTC","marks":["em"]}]}]},"labels":["guance"],"priority":"High","origin_url":"https://console.guance.example/exceptions/exceptionsTracking?leftActiveKey=ExceptionsTracking&activeName=ExceptionsTracking&w=wksp_1776556484b7412db06d6c428d3aaa6e&sourceType=exceptions_tracing&__docid=issue_ac1f983dac5665097c496c60b234d4c1","components":[],"security":null,"parent":null,"fields":[],"left_out":[]}}','807090597f4749b1','issue "G" in OPS','held',0,0,NULL,1795709506099,NULL,NULL,0,NULL,NULL,NULL,0,0,0,NULL);
INSERT INTO "outbox" VALUES(27,'guance/issue/issue_ce3bdbc8b3ebb568d76049a7a0b966d5','guance/issue/issue_ce3bdbc8b3ebb568d76049a7a0b966d5','issue_ce3bdbc8b3ebb568d76049a7a0b966d5','jira','{"v":1,"action":{"do":"create_issue","project":"OPS","issue_type":"Bug","title":"F","body":{"blocks":[{"block":"paragraph","content":[{"inline":"text","text":"x"}]},{"block":"rule"},{"block":"paragraph","content":[{"inline":"text","text":"Guance: ","marks":["em"]},{"inline":"text","text":"issue_ce3bdbc8b3ebb568d76049a7a0b966d5","marks":[{"link":"https://console.guance.example/exceptions/exceptionsTracking?leftActiveKey=ExceptionsTracking&activeName=ExceptionsTracking&w=wksp_1776556484b7412db06d6c428d3aaa6e&sourceType=exceptions_tracing&__docid=issue_ce3bdbc8b3ebb568d76049a7a0b966d5"}]},{"inline":"text","text":" · P1","marks":["em"]},{"inline":"text","text":" · 张三, 2026-11-26 16:41 UTC","marks":["em"]}]}]},"labels":["guance"],"priority":"High","origin_url":"https://console.guance.example/exceptions/exceptionsTracking?leftActiveKey=ExceptionsTracking&activeName=ExceptionsTracking&w=wksp_1776556484b7412db06d6c428d3aaa6e&sourceType=exceptions_tracing&__docid=issue_ce3bdbc8b3ebb568d76049a7a0b966d5","components":[],"security":null,"parent":null,"fields":[],"left_out":[]}}','e7f264104fa3d1e8','issue "F" in OPS','held',0,0,NULL,1795709506099,NULL,NULL,0,NULL,NULL,NULL,0,0,0,NULL);
INSERT INTO "outbox" VALUES(28,'guance/issue/issue_dd5876f43fadedb0d8bb774d26bd2b8e','guance/issue/issue_dd5876f43fadedb0d8bb774d26bd2b8e','issue_dd5876f43fadedb0d8bb774d26bd2b8e','jira','{"v":1,"action":{"do":"create_issue","project":"OPS","issue_type":"Bug","title":"H","body":{"blocks":[{"block":"paragraph","content":[{"inline":"text","text":"x"}]},{"block":"rule"},{"block":"paragraph","content":[{"inline":"text","text":"Guance: ","marks":["em"]},{"inline":"text","text":"issue_dd5876f43fadedb0d8bb774d26bd2b8e","marks":[{"link":"https://console.guance.example/exceptions/exceptionsTracking?leftActiveKey=ExceptionsTracking&activeName=ExceptionsTracking&w=wksp_1776556484b7412db06d6c428d3aaa6e&sourceType=exceptions_tracing&__docid=issue_dd5876f43fadedb0d8bb774d26bd2b8e"}]},{"inline":"text","text":" · P1","marks":["em"]},{"inline":"text","text":" · 张三, 2026-11-26 16:41 UTC","marks":["em"]}]}]},"labels":["guance"],"priority":"High","origin_url":"https://console.guance.example/exceptions/exceptionsTracking?leftActiveKey=ExceptionsTracking&activeName=ExceptionsTracking&w=wksp_1776556484b7412db06d6c428d3aaa6e&sourceType=exceptions_tracing&__docid=issue_dd5876f43fadedb0d8bb774d26bd2b8e","components":[],"security":null,"parent":null,"fields":[],"left_out":[]}}','1d16f700f5d2c78b','issue "H" in OPS','held',0,0,NULL,1795709506099,NULL,NULL,0,NULL,NULL,NULL,0,0,0,NULL);
INSERT INTO "outbox" VALUES(29,'guance/issue/issue_00000000000000000000000000000000','guance/issue/issue_00000000000000000000000000000000','issue_00000000000000000000000000000000','jira','{"v":1,"action":{"do":"create_issue","project":"OPS","issue_type":"Bug","title":"磁盘满","body":{"blocks":[{"block":"paragraph","content":[{"inline":"text","text":"looking at "},{"inline":"text","text":"it","marks":["strong"]},{"inline":"text","text":", see "},{"inline":"text","text":"the runbook","marks":[{"link":"https://wiki.example/disk"}]}]},{"block":"list","start":null,"items":[{"task":null,"blocks":[{"block":"paragraph","content":[{"inline":"text","text":"one"}]}]},{"task":null,"blocks":[{"block":"paragraph","content":[{"inline":"text","text":"two"}]}]}]}]},"labels":["guance"],"priority":"High","origin_url":"https://console.guance.example/x","components":["disk"],"security":"internal","parent":"OPS-1","fields":[{"field":"customfield_10010","value":"web-1"},{"field":"Zones","value":["a","b"]},{"field":"Place","value":{"value":"EU"}}],"left_out":[{"field":"Odd","why":"no number"}]}}','00112233aabbccdd','create issue','dead',1,0,NULL,1795800000000,1795800000000,'400: no',0,'grant Add Comments',NULL,'0011223344556677',0,0,0,NULL);
INSERT INTO "outbox" VALUES(30,'guance/issue/issue_00000000000000000000000000000001','guance/issue/issue_00000000000000000000000000000001','issue_00000000000000000000000000000001','jira','{"v":1,"action":{"do":"create_issue","project":"OPS","issue_type":"","title":"","body":{"blocks":[]},"labels":[],"priority":null,"origin_url":"","components":[],"security":null,"parent":null,"fields":[],"left_out":[]}}','00112233aabbccdd','create issue of little','held',0,0,NULL,1795800000000,NULL,'OPS-9 carries its label',0,NULL,NULL,NULL,0,0,0,NULL);
INSERT INTO "outbox" VALUES(31,'guance/comment/repim_00000000000000000000000000000002','guance/comment/repim_00000000000000000000000000000002','issue_f1c3dd7d1aa380fa7ba60a37502f690f','jira','{"v":1,"action":{"do":"add_comment","issue":"10002","body":{"blocks":[{"block":"paragraph","content":[{"inline":"text","text":"looking at "},{"inline":"text","text":"it","marks":["strong"]},{"inline":"text","text":", see "},{"inline":"text","text":"the runbook","marks":[{"link":"https://wiki.example/disk"}]}]},{"block":"list","start":null,"items":[{"task":null,"blocks":[{"block":"paragraph","content":[{"inline":"text","text":"one"}]}]},{"task":null,"blocks":[{"block":"paragraph","content":[{"inline":"text","text":"two"}]}]}]}]},"origin_url":"https://console.guance.example/x","internal":true}}','00112233aabbccdd','add comment','in_flight',0,0,1795800000000,1795800000000,NULL,'no answer',1,NULL,NULL,NULL,1,1,0,NULL);
INSERT INTO "outbox" VALUES(32,'jira/comment/10017@00112233aabbccdd','jira/comment/10017','issue_f1c3dd7d1aa380fa7ba60a37502f690f','guance','{"v":1,"action":{"do":"edit_comment","issue":"issue_f1c3dd7d1aa380fa7ba60a37502f690f","comment":"repim_0123456789abcdef0123456789abcdef","body":{"blocks":[{"block":"paragraph","content":[{"inline":"text","text":"looking at "},{"inline":"text","text":"it","marks":["strong"]},{"inline":"text","text":", see "},{"inline":"text","text":"the runbook","marks":[{"link":"https://wiki.example/disk"}]}]},{"block":"list","start":null,"items":[{"task":null,"blocks":[{"block":"paragraph","content":[{"inline":"text","text":"one"}]}]},{"task":null,"blocks":[{"block":"paragraph","content":[{"inline":"text","text":"two"}]}]}]}]},"origin_url":"https://console.guance.example/x","internal":false}}','00112233aabbccdd','edit comment','pending',1,1795800060000,NULL,1795800000000,NULL,'429: slow down',1795800060000,NULL,NULL,NULL,0,0,0,NULL);
INSERT INTO "outbox" VALUES(33,'jira/comment/10018@00112233aabbccdd','jira/comment/10018','issue_f1c3dd7d1aa380fa7ba60a37502f690f','guance','{"v":1,"action":{"do":"delete_comment","issue":"issue_f1c3dd7d1aa380fa7ba60a37502f690f","comment":"repim_0123456789abcdef0123456789abcdef"}}','00112233aabbccdd','delete comment','pending',0,0,NULL,1795800000000,NULL,NULL,2,NULL,NULL,NULL,0,0,0,NULL);
INSERT INTO "outbox" VALUES(34,'guance/field/issue_f1c3dd7d1aa380fa7ba60a37502f690f/title@00112233aabbccdd','guance/field/issue_f1c3dd7d1aa380fa7ba60a37502f690f/title','issue_f1c3dd7d1aa380fa7ba60a37502f690f','jira','{"v":1,"action":{"do":"change_issue","issue":"10002","change":{"title":"磁盘满"},"value":"20"}}','00112233aabbccdd','change title','dead',1,0,NULL,1795800000000,1795800000000,'400: no',2,NULL,'not needed',NULL,0,0,0,NULL);
INSERT INTO "outbox" VALUES(35,'guance/field/issue_d7a6d6921b37e29711b21db8dce287bd/description@00112233aabbccdd','guance/field/issue_d7a6d6921b37e29711b21db8dce287bd/description','issue_d7a6d6921b37e29711b21db8dce287bd','jira','{"v":1,"action":{"do":"change_issue","issue":"10002","change":{"body":{"body":{"blocks":[{"block":"paragraph","content":[{"inline":"text","text":"looking at "},{"inline":"text","text":"it","marks":["strong"]},{"inline":"text","text":", see "},{"inline":"text","text":"the runbook","marks":[{"link":"https://wiki.example/disk"}]}]},{"block":"list","start":null,"items":[{"task":null,"blocks":[{"block":"paragraph","content":[{"inline":"text","text":"one"}]}]},{"task":null,"blocks":[{"block":"paragraph","content":[{"inline":"text","text":"two"}]}]}]}]},"origin_url":"https://console.guance.example/x"}},"value":"20"}}','00112233aabbccdd','change description','held',0,0,NULL,1795800000000,NULL,'OPS-9 carries its label',2,NULL,NULL,NULL,0,0,0,NULL);
INSERT INTO "outbox" VALUES(36,'guance/field/issue_f1c3dd7d1aa380fa7ba60a37502f690f/priority@00112233aabbccdd','guance/field/issue_f1c3dd7d1aa380fa7ba60a37502f690f/priority','issue_f1c3dd7d1aa380fa7ba60a37502f690f','jira','{"v":1,"action":{"do":"change_issue","issue":"10002","change":{"priority":"High"},"value":"20"}}','00112233aabbccdd','change priority','in_flight',0,0,1795800000000,1795800000000,NULL,'no answer',3,NULL,NULL,NULL,2,1,1,1795800000000);
INSERT INTO "outbox" VALUES(37,'guance/field/issue_d7a6d6921b37e29711b21db8dce287bd/assignee@00112233aabbccdd','guance/field/issue_d7a6d6921b37e29711b21db8dce287bd/assignee','issue_d7a6d6921b37e29711b21db8dce287bd','jira','{"v":1,"action":{"do":"change_issue","issue":"10002","change":{"assignee":{"set":{"id":"5b1","name":"Mia","email":"mia@example.com"},"instead_of":"acnt_1"}},"value":"20"}}','00112233aabbccdd','change assignee','pending',1,1795800060000,NULL,1795800000000,NULL,'429: slow down',1795800060000,NULL,NULL,NULL,0,0,0,NULL);
INSERT INTO "outbox" VALUES(38,'guance/field/issue_f1c3dd7d1aa380fa7ba60a37502f690f/assignee@00112233aabbccdd','guance/field/issue_f1c3dd7d1aa380fa7ba60a37502f690f/assignee','issue_f1c3dd7d1aa380fa7ba60a37502f690f','jira','{"v":1,"action":{"do":"change_issue","issue":"10002","change":{"assignee":{"set":null,"instead_of":null}},"value":"20"}}','00112233aabbccdd','change assignee to nobody','pending',0,0,NULL,1795800000000,NULL,NULL,4,NULL,NULL,NULL,0,0,0,NULL);
INSERT INTO "outbox" VALUES(39,'guance/field/issue_d7a6d6921b37e29711b21db8dce287bd/status@00112233aabbccdd','guance/field/issue_d7a6d6921b37e29711b21db8dce287bd/status','issue_d7a6d6921b37e29711b21db8dce287bd','jira','{"v":1,"action":{"do":"change_issue","issue":"10002","change":{"status":{"names":["Done","10002"],"category":"done","resolution":"Fixed","fields":[{"field":"customfield_10010","value":"web-1"},{"field":"Zones","value":["a","b"]},{"field":"Place","value":{"value":"EU"}}]}},"value":"20"}}','00112233aabbccdd','change status','dead',1,0,NULL,1795800000000,1795800000000,'400: no',4,NULL,NULL,NULL,0,0,0,NULL);
INSERT INTO "outbox" VALUES(40,'guance/field/issue_f1c3dd7d1aa380fa7ba60a37502f690f/status@00112233aabbccdd','guance/field/issue_f1c3dd7d1aa380fa7ba60a37502f690f/status','issue_f1c3dd7d1aa380fa7ba60a37502f690f','jira','{"v":1,"action":{"do":"change_issue","issue":"10002","change":{"status":{"names":[],"category":"in_progress","resolution":null}},"value":"20"}}','00112233aabbccdd','change status to a category','held',0,0,NULL,1795800000000,NULL,'OPS-9 carries its label',5,NULL,NULL,NULL,0,0,0,NULL);
INSERT INTO "outbox" VALUES(41,'jira/attachment/10009','jira/attachment/10009','issue_f1c3dd7d1aa380fa7ba60a37502f690f','guance','{"v":1,"action":{"do":"add_file","issue":"issue_f1c3dd7d1aa380fa7ba60a37502f690f","file":{"side":"jira","id":"10009","issue":"10002","name":"trace.txt","size":5,"mime":"text/plain","url":"https://jira.example/secure/attachment/10009/trace.txt","author":{"id":"5b1","name":"Mia","email":"mia@example.com"},"created":"2026-11-18T11:06:40Z","ours":false},"note":{"blocks":[{"block":"paragraph","content":[{"inline":"text","text":"looking at "},{"inline":"text","text":"it","marks":["strong"]},{"inline":"text","text":", see "},{"inline":"text","text":"the runbook","marks":[{"link":"https://wiki.example/disk"}]}]},{"block":"list","start":null,"items":[{"task":null,"blocks":[{"block":"paragraph","content":[{"inline":"text","text":"one"}]}]},{"task":null,"blocks":[{"block":"paragraph","content":[{"inline":"text","text":"two"}]}]}]}]},"origin_url":"https://console.guance.example/x"}}','00112233aabbccdd','add file','in_flight',0,0,1795800000000,1795800000000,NULL,NULL,3,NULL,NULL,NULL,0,0,0,NULL);
INSERT INTO "outbox" VALUES(42,'guance/link/issue_fa471a6dfd9d88f719dff9aae75af044','guance/link/issue_fa471a6dfd9d88f719dff9aae75af044','issue_f1c3dd7d1aa380fa7ba60a37502f690f','jira','{"v":1,"action":{"do":"link_issue","issue":"10002","to":"issue_f1c3dd7d1aa380fa7ba60a37502f690f","title":"磁盘满","url":"https://console.guance.example/x"}}','00112233aabbccdd','link issue','pending',1,1795800060000,NULL,1795800000000,NULL,NULL,1795800060000,NULL,NULL,NULL,0,0,0,NULL);
CREATE TABLE round (
        target TEXT PRIMARY KEY,
        number INTEGER NOT NULL
    ) STRICT;
INSERT INTO "round" VALUES('jira',3);
INSERT INTO "round" VALUES('guance',3);
CREATE TABLE run (
        id      INTEGER PRIMARY KEY AUTOINCREMENT,
        kind    TEXT NOT NULL,
        started INTEGER NOT NULL,
        ended   INTEGER,
        good    INTEGER,
        summary TEXT NOT NULL DEFAULT ''
    , failures TEXT) STRICT;
INSERT INTO "run" VALUES(11,'ordinary',1795709506021,1795709506186,0,'3 failed, 1 pending, 3 held by the brake, 1 in doubt, 1 dead','{"jira":{"message":"GET myself: 401","hint":"renew the token"}}');
CREATE TABLE side_failure (
        side    TEXT PRIMARY KEY,
        since   INTEGER NOT NULL,
        at      INTEGER NOT NULL,
        message TEXT NOT NULL,
        hint    TEXT
    ) STRICT, WITHOUT ROWID;
INSERT INTO "side_failure" VALUES('jira',1795800000000,1795800000000,'GET myself: 401','renew the token');
CREATE TABLE told (
        what  TEXT PRIMARY KEY,
        since INTEGER NOT NULL,
        told  INTEGER NOT NULL,
        met   INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;
INSERT INTO "told" VALUES('jira: refused',1795800000000,1795800000000,1795800000000);
CREATE TABLE unreadable (
        side  TEXT NOT NULL,
        issue TEXT NOT NULL,
        why   TEXT NOT NULL,
        since INTEGER NOT NULL,
        next  INTEGER NOT NULL,
        PRIMARY KEY (side, issue)
    ) STRICT;
CREATE INDEX outbox_lane ON outbox (lane, seq) WHERE stage <> 'done';
CREATE INDEX outbox_origin ON outbox (origin);
CREATE INDEX ledger_at ON ledger (credential, at);
CREATE INDEX event_item ON event (item, id);
CREATE INDEX outbox_settled ON outbox (settled_at) WHERE stage = 'done';
CREATE INDEX event_at ON event (at);
CREATE INDEX run_started ON run (started);
CREATE INDEX issue_link_name ON issue_link (jira_name);
CREATE INDEX absent_lane ON absent (lane);
CREATE INDEX comment_lane ON comment_link (lane);
CREATE INDEX outbox_turn ON outbox (target, stage, round, seq) WHERE stage <> 'done';
CREATE INDEX outbox_round ON outbox (lane, target, round) WHERE stage <> 'done';
DELETE FROM "sqlite_sequence";
INSERT INTO "sqlite_sequence" VALUES('run',11);
INSERT INTO "sqlite_sequence" VALUES('outbox',42);
INSERT INTO "sqlite_sequence" VALUES('event',47);
COMMIT;
PRAGMA user_version = 10;
