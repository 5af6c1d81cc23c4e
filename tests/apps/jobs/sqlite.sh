# SPDX-License-Identifier: MIT
# sqlite.sh - a database on a file: 10,000 rows, indexes, queries, transactions, integrity
sqlite3 data.db << 'END'
CREATE TABLE item(id INTEGER PRIMARY KEY, name TEXT NOT NULL, price REAL, category INTEGER);
BEGIN;
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 10000)
INSERT INTO item SELECT i, 'item-' || i, (i * 37 % 1000) / 10.0, i % 13 FROM n;
COMMIT;
CREATE INDEX item_category ON item(category, price);
SELECT count(*), sum(price), min(name), max(name) FROM item;
SELECT category, count(*), round(avg(price), 3) FROM item GROUP BY category ORDER BY 2 DESC, 1 LIMIT 4;
EXPLAIN QUERY PLAN SELECT * FROM item WHERE category = 5 AND price > 50;
SELECT name, price FROM item WHERE category = 5 AND price > 99 ORDER BY price, id LIMIT 3;
END
sqlite3 data.db "UPDATE item SET price = price * 2 WHERE id % 100 = 0; SELECT changes(); DELETE FROM item WHERE category = 12; SELECT changes(); SELECT count(*) FROM item;"
sqlite3 data.db "BEGIN; DELETE FROM item; ROLLBACK; SELECT count(*) FROM item; PRAGMA integrity_check; PRAGMA page_count;"
sqlite3 data.db "VACUUM; PRAGMA integrity_check; PRAGMA page_size;"; sqlite3 -header -csv data.db "SELECT id, name FROM item WHERE name LIKE '%-99_' ORDER BY id LIMIT 3"
sqlite3 data.db "PRAGMA journal_mode=WAL; INSERT INTO item VALUES (20000, 'wal', 1, 1); SELECT name FROM item WHERE id = 20000;"; sqlite3 data.db "PRAGMA journal_mode=DELETE; PRAGMA integrity_check;"
sqlite3 data.db .dump | sha256sum; sqlite3 data.db "INSERT INTO item VALUES (1, 'twice', 1, 1)"; echo "status $?"; sqlite3 data.db "SELECT * FROM missing"; echo "status $?"
sqlite3 :memory: "SELECT json_extract('{\"a\":[1,2,{\"b\":7}]}', '\$.a[2].b'), hex(zeroblob(4)), strftime('%Y-%m-%d', 0, 'unixepoch'), printf('%05d', 42), 7 / 2, 7 % 3, 'a' < 'b'"
head -c 100 data.db > broken.db; sqlite3 broken.db "SELECT * FROM item"; echo "status $?"; stat -c %s data.db; ls *.db*
