import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { createCache } from "claimsmith-cli/host";

const START_MS = 1_800_000_000_000;
const HOUR_MS = 60 * 60 * 1000;

function createClock() {
  const clock = { nowMs: START_MS, now: () => clock.nowMs };
  return clock;
}

function error(code) {
  return { type: "error", code };
}

describe("lifetimes", () => {
  test("are 15 minutes where none is given", () => {
    const clock = createClock();
    const cache = createCache(clock);
    const expiresAtMs = START_MS + 15 * 60 * 1000;
    assert.deepEqual(cache.set("k", "v"), {
      type: "success",
      record: { value: "v", expires_at: expiresAtMs },
    });
    clock.nowMs = expiresAtMs - 1;
    assert.deepEqual(cache.get("k"), { value: "v", expires_at: expiresAtMs });
    clock.nowMs = expiresAtMs;
    assert.equal(cache.get("k"), undefined);
    assert.deepEqual(cache.entries(), []);
  });

  test("are milliseconds, without their fraction", () => {
    const cache = createCache(createClock());
    assert.equal(cache.set("k", "v", { ttl: 1500.9 }).record.expires_at, START_MS + 1500);
    assert.deepEqual(cache.set("k", "v", { ttl: 0.9 }), error("ItemAlreadyExpired"));
  });

  test("end at the earlier of ttl and expires_at", () => {
    const cache = createCache(createClock());
    const later = START_MS + 2000;
    assert.equal(cache.set("k", "v", { ttl: 1000, expires_at: later }).record.expires_at, START_MS + 1000);
    assert.equal(cache.set("k", "v", { ttl: 3000, expires_at: later }).record.expires_at, later);
  });

  test("that are over are refused", () => {
    const cache = createCache(createClock());
    for (const options of [{ ttl: 0 }, { ttl: -1 }, { expires_at: START_MS }, { ttl: 1000, expires_at: 0 }]) {
      assert.deepEqual(cache.set("k", "v", options), error("ItemAlreadyExpired"));
    }
  });

  test("that are no finite numbers are refused", () => {
    const cache = createCache(createClock());
    for (const options of [
      { ttl: NaN },
      { ttl: Infinity },
      { ttl: "1000" },
      { ttl: null },
      { expires_at: NaN },
    ]) {
      assert.deepEqual(cache.set("k", "v", options), error("InvalidExpiry"));
    }
  });

  test("of more than 24 hours are refused", () => {
    const cache = createCache(createClock());
    assert.equal(cache.set("k", "v", { ttl: 24 * HOUR_MS }).type, "success");
    assert.deepEqual(cache.set("k", "v", { ttl: 24 * HOUR_MS + 1 }), error("InvalidExpiry"));
  });
});

describe("sizes", () => {
  test("hold a key of 64 bytes of UTF-8 and no more", () => {
    const cache = createCache();
    assert.equal(cache.set("ä".repeat(32), "v").type, "success");
    assert.deepEqual(cache.set(`${"ä".repeat(32)}k`, "v"), error("CacheKeySizeExceeded"));
  });

  test("hold a value of 4,096 bytes of UTF-8 and no more", () => {
    const cache = createCache();
    assert.equal(cache.set("k", "ä".repeat(2048)).type, "success");
    assert.deepEqual(cache.set("l", `${"ä".repeat(2048)}v`), error("CacheValueSizeExceeded"));
  });

  test("hold 8,192 bytes in all, keys included", () => {
    const cache = createCache();
    assert.equal(cache.set("a", "v".repeat(4095)).type, "success");
    assert.deepEqual(cache.set("b", "v".repeat(4096)), error("CacheSizeExceeded"));
    assert.equal(cache.set("b", "v".repeat(4095)).type, "success");
    assert.deepEqual(cache.set("c", ""), error("CacheSizeExceeded"));
  });

  test("an overwrite counts old and new value together", () => {
    const cache = createCache();
    cache.set("k", "a".repeat(4000));
    assert.equal(cache.set("k", "b".repeat(4000)).type, "success");
    cache.set("other", "c".repeat(1000));
    assert.deepEqual(cache.set("k", "d".repeat(4000)), error("CacheSizeExceeded"));
    assert.equal(cache.get("k").value, "b".repeat(4000));
  });

  test("hold 20 entries; the twenty-first is refused, an overwrite is not", () => {
    const cache = createCache();
    for (let index = 0; index < 20; index++) assert.equal(cache.set(`k${index}`, "v").type, "success");
    assert.deepEqual(cache.set("k20", "v"), error("MaxSideEffectsExceeded"));
    assert.equal(cache.set("k19", "w").type, "success");
    cache.delete("k0");
    assert.equal(cache.set("k20", "v").type, "success");
  });

  test("count what has expired until somebody asks for its key", () => {
    const clock = createClock();
    const cache = createCache(clock);
    for (let index = 0; index < 20; index++) cache.set(`k${index}`, "v".repeat(400), { ttl: 1000 });
    clock.nowMs += 1000;
    assert.equal(cache.set("new", "v").type, "success");
    assert.deepEqual(cache.set("large", "v".repeat(4000)), error("CacheSizeExceeded"));
    for (let index = 0; index < 10; index++) assert.equal(cache.get(`k${index}`), undefined);
    assert.equal(cache.set("large", "v".repeat(4000)).type, "success");
  });
});

test("a value or key that is no string throws a TypeError", () => {
  const cache = createCache();
  for (const value of [undefined, null, 1, {}, Buffer.from("v"), Promise.resolve("v")]) {
    assert.throws(() => cache.set("k", value), TypeError);
  }
  assert.throws(() => cache.set(1, "v"), TypeError);
});

test("deleting what is not there is an error, returned", () => {
  const cache = createCache();
  cache.set("k", "v");
  assert.deepEqual(cache.delete("k"), { type: "success" });
  assert.deepEqual(cache.delete("k"), error("CacheKeyDoesNotExist"));
});

test("a record that is handed out cannot be changed in the cache", () => {
  const cache = createCache();
  cache.set("k", "v").record.value = "changed";
  cache.get("k").value = "changed";
  assert.equal(cache.get("k").value, "v");
  assert.equal(cache.entries()[0].value, "v");
});
