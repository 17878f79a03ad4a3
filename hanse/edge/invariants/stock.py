"""Stock: the ledger is the sum of its movements, has two sides and a floor, and nothing is promised twice (INV-1 to INV-5)."""

from .check import Check

STOCK = [
    Check("INV-1", "A balance is the sum of the movements into and out of its account.", """
SELECT s.code AS site, a.kind, a.code AS place, i.sku, d.lot, d.kept, d.moved, d.kept <> d.moved AS wrong
  FROM (SELECT coalesce(b.account_id, m.account) AS account, coalesce(b.item_id, m.item) AS item, coalesce(b.lot, m.lot) AS lot,
               coalesce(b.on_hand, 0) AS kept, coalesce(m.moved, 0) AS moved
          FROM inventory_balance b
          FULL JOIN (SELECT t.account, t.item, t.lot, sum(t.quantity)::bigint AS moved
                       FROM (SELECT target_id AS account, item_id AS item, lot, quantity FROM inventory_movement
                              UNION ALL SELECT source_id, item_id, lot, -quantity FROM inventory_movement) t
                       JOIN inventory_account a ON a.id = t.account AND a.kind IN ('bin', 'tote', 'carton', 'transit', 'quarantine', 'doubt')
                      GROUP BY 1, 2, 3) m
            ON m.account = b.account_id AND m.item = b.item_id AND m.lot = b.lot) d
  LEFT JOIN inventory_account a ON a.id = d.account LEFT JOIN network_site s ON s.id = a.site_id LEFT JOIN catalogue_item i ON i.id = d.item
"""),
    Check("INV-1", "A site's stock of an item is what lies in its bins.", """
SELECT s.code AS site, i.sku, d.kept, d.in_bins, d.kept <> d.in_bins AS wrong
  FROM (SELECT coalesce(k.item_id, b.item) AS item, coalesce(k.site_id, b.site) AS site, coalesce(k.on_hand, 0) AS kept, coalesce(b.on_hand, 0) AS in_bins
          FROM inventory_stock k
          FULL JOIN (SELECT b.item_id AS item, a.site_id AS site, sum(b.on_hand)::bigint AS on_hand
                       FROM inventory_balance b JOIN inventory_account a ON a.id = b.account_id AND a.kind = 'bin' GROUP BY 1, 2) b
            ON b.item = k.item_id AND b.site = k.site_id) d
  LEFT JOIN catalogue_item i ON i.id = d.item LEFT JOIN network_site s ON s.id = d.site
"""),
    Check("INV-2", "A movement takes a known item from one known place to another.", """
SELECT m.id AS movement, m.act, m.document, i.sku, m.source_id AS source, m.target_id AS target, m.quantity,
       a.id IS NULL OR b.id IS NULL OR i.id IS NULL OR m.source_id = m.target_id OR m.quantity <= 0 AS wrong
  FROM inventory_movement m LEFT JOIN inventory_account a ON a.id = m.source_id LEFT JOIN inventory_account b ON b.id = m.target_id
  LEFT JOIN catalogue_item i ON i.id = m.item_id
"""),
    Check("INV-3", "A bin holds no less than nothing, and no less than what is claimed of it.", """
SELECT s.code AS site, a.kind, a.code AS place, i.sku, b.lot, b.on_hand, b.reserved,
       b.on_hand < 0 OR b.reserved < 0 OR b.reserved > b.on_hand AS wrong
  FROM inventory_balance b LEFT JOIN inventory_account a ON a.id = b.account_id LEFT JOIN network_site s ON s.id = a.site_id
  LEFT JOIN catalogue_item i ON i.id = b.item_id
"""),
    Check("INV-3", "A site has no less than nothing, and no less than it has promised.", """
SELECT s.code AS site, i.sku, k.on_hand, k.reserved, k.on_hand < 0 OR k.reserved < 0 OR k.reserved > k.on_hand AS wrong
  FROM inventory_stock k JOIN network_site s ON s.id = k.site_id JOIN catalogue_item i ON i.id = k.item_id
"""),
    Check("INV-4", "What a site has reserved is what its open allocations hold.", """
SELECT s.code AS site, i.sku, d.kept AS reserved, d.held, d.kept <> d.held AS wrong
  FROM (SELECT coalesce(k.item_id, a.item) AS item, coalesce(k.site_id, a.site) AS site, coalesce(k.reserved, 0) AS kept, coalesce(a.held, 0) AS held
          FROM inventory_stock k
          FULL JOIN (SELECT item_id AS item, site_id AS site, sum(reserved - freed - picked + put_back)::bigint AS held FROM orders_allocation GROUP BY 1, 2) a
            ON a.item = k.item_id AND a.site = k.site_id) d
  LEFT JOIN catalogue_item i ON i.id = d.item LEFT JOIN network_site s ON s.id = d.site
"""),
    Check("INV-4", "What is claimed of a bin is what its open tasks, to pick and to carry, ask for.", """
SELECT a.code AS bin, i.sku, d.lot, d.claimed, d.asked, d.claimed <> d.asked AS wrong
  FROM (SELECT coalesce(b.account_id, t.bin) AS account, coalesce(b.item_id, t.item) AS item, coalesce(b.lot, t.lot) AS lot,
               coalesce(b.reserved, 0) AS claimed, coalesce(t.asked, 0) AS asked
          FROM inventory_balance b
          FULL JOIN (SELECT bin, item, lot, sum(asked)::bigint AS asked
                       FROM (SELECT bin_id AS bin, item_id AS item, lot, to_pick - withdrawn AS asked FROM fulfilment_task WHERE closed_at IS NULL
                              UNION ALL SELECT source_id, item_id, lot, quantity FROM inventory_movetask WHERE closed_at IS NULL) k
                      GROUP BY 1, 2, 3) t
            ON t.bin = b.account_id AND t.item = b.item_id AND t.lot = b.lot) d
  LEFT JOIN inventory_account a ON a.id = d.account LEFT JOIN catalogue_item i ON i.id = d.item
"""),
    Check("INV-4", "A bin is in doubt as long as its count is open, and only then is anything of it kept off sale.", """
SELECT s.code AS site, a.code AS bin, i.sku, d.lot, d.in_doubt, d.to_count, d.apart, d.in_doubt <> d.to_count OR (d.apart > 0 AND NOT d.to_count) AS wrong
  FROM (SELECT coalesce(b.bin, t.bin_id, k.bin) AS bin, coalesce(b.item, t.item_id, k.item) AS item, coalesce(b.lot, t.lot, k.lot) AS lot,
               coalesce(b.in_doubt, false) AS in_doubt, t.id IS NOT NULL AS to_count, coalesce(k.on_hand, 0) AS apart
          FROM (SELECT b.account_id AS bin, b.item_id AS item, b.lot, b.in_doubt FROM inventory_balance b JOIN inventory_account a ON a.id = b.account_id AND a.kind = 'bin') b
          FULL JOIN (SELECT * FROM inventory_counttask WHERE cause = 'short' AND closed_at IS NULL) t ON t.bin_id = b.bin AND t.item_id = b.item AND t.lot = b.lot
          FULL JOIN (SELECT n.id AS bin, b.item_id AS item, b.lot, b.on_hand FROM inventory_balance b JOIN inventory_account a ON a.id = b.account_id AND a.kind = 'doubt'
                       JOIN inventory_account n ON n.site_id = a.site_id AND n.kind = 'bin' AND n.code = a.code) k
            ON k.bin = coalesce(b.bin, t.bin_id) AND k.item = coalesce(b.item, t.item_id) AND k.lot = coalesce(b.lot, t.lot)) d
  LEFT JOIN inventory_account a ON a.id = d.bin LEFT JOIN network_site s ON s.id = a.site_id LEFT JOIN catalogue_item i ON i.id = d.item
"""),
    Check("INV-4", "An allocation belongs to one line of its order, of its item.", """
SELECT a.id AS allocation, 'H-' || a.order_id AS "order", a.line_id AS line,
       l.id IS NULL OR l.order_id <> a.order_id OR l.item_id <> a.item_id AS wrong
  FROM orders_allocation a LEFT JOIN orders_line l ON l.id = a.line_id
"""),
    Check("INV-4", "A pick task is of its allocation's order, line, item and site, from a bin to a tote.", """
SELECT t.id AS task, 'H-' || t.order_id AS "order", a.id IS NULL OR a.order_id <> t.order_id OR a.line_id <> t.line_id OR a.item_id <> t.item_id
       OR a.site_id <> t.site_id OR b.kind IS DISTINCT FROM 'bin' OR c.kind IS DISTINCT FROM 'tote' AS wrong
  FROM fulfilment_task t LEFT JOIN orders_allocation a ON a.id = t.allocation_id
  LEFT JOIN inventory_account b ON b.id = t.bin_id LEFT JOIN inventory_account c ON c.id = t.tote_id
"""),
    Check("INV-4", "What a line has reserved and freed is what its allocations have.", """
SELECT 'H-' || l.order_id AS "order", l.position, l.reserved, l.freed, coalesce(a.reserved, 0) AS of_allocations, coalesce(a.freed, 0) AS freed_there,
       l.reserved <> coalesce(a.reserved, 0) OR l.freed <> coalesce(a.freed, 0) AS wrong
  FROM orders_line l
  LEFT JOIN (SELECT line_id, sum(reserved)::bigint AS reserved, sum(freed)::bigint AS freed FROM orders_allocation GROUP BY 1) a ON a.line_id = l.id
"""),
    Check("INV-4", "What an order has reserved and freed is what its lines have.", """
SELECT 'H-' || o.id AS "order", o.reserved, o.freed, coalesce(l.reserved, 0) AS of_lines, coalesce(l.freed, 0) AS freed_there,
       o.reserved <> coalesce(l.reserved, 0) OR o.freed <> coalesce(l.freed, 0) AS wrong
  FROM orders_order o
  LEFT JOIN (SELECT order_id, sum(reserved)::bigint AS reserved, sum(freed)::bigint AS freed FROM orders_line GROUP BY 1) l ON l.order_id = o.id
"""),
    Check("INV-4", "No unit of a lot that is held or recalled lies in a bin, sure or in doubt, and no task asks for one.", """
SELECT i.sku, l.code AS lot, l.status, coalesce(b.units, 0) AS in_bins, coalesce(t.units, 0) AS asked,
       l.status <> 'released' AND (coalesce(b.units, 0) > 0 OR coalesce(t.units, 0) > 0) AS wrong
  FROM inventory_lot l JOIN catalogue_item i ON i.id = l.item_id
  LEFT JOIN (SELECT b.item_id, b.lot, sum(b.on_hand)::bigint AS units FROM inventory_balance b JOIN inventory_account a ON a.id = b.account_id AND a.kind IN ('bin', 'doubt')
              WHERE b.lot <> '' GROUP BY 1, 2) b ON b.item_id = l.item_id AND b.lot = l.code
  LEFT JOIN (SELECT item_id, lot, sum(units)::bigint AS units
               FROM (SELECT item_id, lot, to_pick - withdrawn AS units FROM fulfilment_task WHERE closed_at IS NULL AND lot <> ''
                      UNION ALL SELECT item_id, lot, quantity FROM inventory_movetask WHERE closed_at IS NULL AND lot <> '') k GROUP BY 1, 2) t
    ON t.item_id = l.item_id AND t.lot = l.code
"""),
    Check("INV-4", "What is pegged to supply is of its item, and of a line no more than waits.", """
SELECT 'H-' || l.order_id AS "order", l.position, l.ordered - l.cancelled - l.reserved + l.freed AS waits, p.pegged, p.strange,
       p.strange > 0 OR p.pegged > greatest(l.ordered - l.cancelled - l.reserved + l.freed, 0) AS wrong
  FROM (SELECT g.line_id, sum(g.quantity)::bigint AS pegged, count(*) FILTER (WHERE i.item_id <> x.item_id) AS strange
          FROM orders_peg g JOIN inventory_inbound i ON i.id = g.inbound_id JOIN orders_line x ON x.id = g.line_id GROUP BY 1) p
  JOIN orders_line l ON l.id = p.line_id
"""),
    Check("INV-4", "What a site is asked to stop are units that it owes of that order, as many as the request says.", """
SELECT r.id AS request, 'H-' || r.order_id AS "order", r.units, coalesce(u.units, 0) AS named, coalesce(u.strange, 0) AS strange,
       r.units <> coalesce(u.units, 0) OR coalesce(u.strange, 0) > 0 AS wrong
  FROM orders_changerequest r
  LEFT JOIN (SELECT u.request_id, sum(u.quantity)::bigint AS units, count(*) FILTER (WHERE a.order_id <> q.order_id OR a.site_id <> q.site_id OR u.quantity > a.reserved) AS strange
               FROM orders_requestedunits u JOIN orders_changerequest q ON q.id = u.request_id JOIN orders_allocation a ON a.id = u.allocation_id GROUP BY 1) u ON u.request_id = r.id
 WHERE r.kind = 'stop'
"""),
    Check("INV-4", "Faces are bins of their site, and what is to be counted or carried there is too.", """
SELECT w.what, w.id, s.code AS site, a.code AS bin, a.kind, a.kind IS DISTINCT FROM 'bin' OR a.site_id IS DISTINCT FROM w.site_id AS wrong
  FROM (SELECT 'face' AS what, id, site_id, bin_id AS bin FROM inventory_face
         UNION ALL SELECT 'count', id, site_id, bin_id FROM inventory_counttask
         UNION ALL SELECT 'carry from', id, site_id, source_id FROM inventory_movetask
         UNION ALL SELECT 'carry to', id, site_id, target_id FROM inventory_movetask) w
  LEFT JOIN inventory_account a ON a.id = w.bin LEFT JOIN network_site s ON s.id = w.site_id
"""),
    Check("INV-5", "A serial that was picked is in a tote or carton, belongs to one pick, and each there does.", """
SELECT i.sku, coalesce(p.code, u.code) AS serial, a.kind, p.task_id AS task, p.id IS NULL OR a.kind IS NULL OR a.kind NOT IN ('tote', 'carton') OR t.item_id <> p.item_id AS wrong
  FROM fulfilment_pickedserial p LEFT JOIN fulfilment_task t ON t.id = p.task_id
  FULL JOIN (SELECT u.* FROM inventory_serial u JOIN inventory_account a ON a.id = u.account_id AND a.kind IN ('tote', 'carton')) u ON u.item_id = p.item_id AND u.code = p.code
  LEFT JOIN inventory_account a ON a.id = u.account_id LEFT JOIN catalogue_item i ON i.id = coalesce(p.item_id, u.item_id)
"""),
    Check("INV-5", "A serial is where its last movement took it, and each movement took it from where it was.", """
WITH step AS (
  SELECT item_id, serial, source_id, target_id, lag(target_id) OVER way AS was, lead(id) OVER way IS NULL AS last
    FROM inventory_movement WHERE serial <> '' WINDOW way AS (PARTITION BY item_id, serial ORDER BY id)
), way AS (
  SELECT item_id, serial, max(target_id) FILTER (WHERE last) AS target, count(*) FILTER (WHERE was <> source_id) AS jumps FROM step GROUP BY 1, 2
)
SELECT i.sku, coalesce(u.code, w.serial) AS serial, u.account_id AS account, w.target AS moved_to, w.jumps,
       u.account_id IS DISTINCT FROM w.target OR w.jumps > 0 AS wrong
  FROM inventory_serial u FULL JOIN way w ON w.item_id = u.item_id AND w.serial = u.code
  LEFT JOIN catalogue_item i ON i.id = coalesce(u.item_id, w.item_id)
"""),
    Check("INV-5", "A serial on its way or with a customer went there in a carton.", """
SELECT i.sku, u.code AS serial, a.kind,
       a.kind IN ('carton', 'transit', 'customer') AND NOT EXISTS (SELECT 1 FROM fulfilment_content c WHERE c.item_id = u.item_id AND c.serial = u.code) AS wrong
  FROM inventory_serial u JOIN catalogue_item i ON i.id = u.item_id JOIN inventory_account a ON a.id = u.account_id
"""),
]
