// Global fetch with what Claimsmith promises: a deadline, timeouts, a limit of bytes, retries, a token that is renewed
// ahead of its end and after a refusal, and errors that cost claims and no login.

const KEY = "m2m-token";
const DEADLINE_MS = 5_000;
const TIMEOUT_MS = 2_000;
const MARGIN_MS = 30_000;
const MAX_BYTES = 65_536;
const RETRIES = 2;
const REFRESH_FROM = 0.8;

let kept;
let asking;

const isFresh = (token) => token && token.expires_at - Date.now() > MARGIN_MS;

async function send(url, options, deadline) {
  const left = Math.min(TIMEOUT_MS, deadline - performance.now());
  if (left <= 0) throw new Error("the deadline has passed");
  const response = await fetch(url, { ...options, redirect: "error", signal: AbortSignal.timeout(left) });
  const chunks = [];
  let length = 0;
  for await (const chunk of response.body ?? []) {
    length += chunk.length;
    if (length > MAX_BYTES) throw new Error("the answer is too large");
    chunks.push(chunk);
  }
  return { status: response.status, text: () => new TextDecoder().decode(Buffer.concat(chunks)) };
}

async function sendAgain(url, options, deadline, retries) {
  for (let attempt = 0; ; attempt++) {
    let failure;
    try {
      const response = await send(url, options, deadline);
      const isTransient = [408, 429, 502, 503, 504].includes(response.status);
      if (!isTransient || attempt >= retries) return response;
    } catch (error) {
      failure = error;
    }
    if (failure && attempt >= retries) throw failure;
    await new Promise((resolve) => setTimeout(resolve, Math.random() * 100 * 2 ** attempt));
  }
}

async function ask(event, api, deadline) {
  const body = new URLSearchParams({
    grant_type: "client_credentials",
    client_id: event.secrets.CLIENT_ID,
    client_secret: event.secrets.CLIENT_SECRET,
    audience: "https://api.example.com",
  });
  const response = await sendAgain(
    `${event.secrets.TOKEN_ORIGIN}/oauth/token`,
    { method: "POST", body },
    deadline,
    0,
  );
  if (response.status !== 200) throw new Error(`token endpoint answered ${response.status}`);
  const { access_token: value, expires_in: seconds } = JSON.parse(response.text());
  if (typeof value !== "string") throw new Error("the token endpoint gave no token");
  const now = Date.now();
  kept = { value, expires_at: now + seconds * 1_000, refresh_at: now + seconds * 1_000 * REFRESH_FROM };
  const stored = api.cache.set(KEY, JSON.stringify(kept), { ttl: seconds * 1_000 });
  if (stored?.type === "error") console.log(`token not cached: ${stored.code}`);
  return kept;
}

async function getToken(event, api, deadline, refused) {
  if (!isFresh(kept) || kept.value === refused) {
    const cached = api.cache.get(KEY);
    const known = cached && JSON.parse(cached.value);
    if (isFresh(known) && known.value !== refused) kept = known;
    else {
      asking ??= ask(event, api, deadline).finally(() => {
        asking = undefined;
      });
      return (await asking).value;
    }
  }
  if (Date.now() > kept.refresh_at && !asking) {
    asking = ask(event, api, deadline)
      .catch((error) => console.log(`token not renewed: ${error.message}`))
      .finally(() => {
        asking = undefined;
      });
  }
  return kept.value;
}

exports.onExecutePostLogin = async (event, api) => {
  const deadline = performance.now() + DEADLINE_MS;
  try {
    const id = encodeURIComponent(event.user.user_id);
    const call = (token) =>
      sendAgain(
        `${event.secrets.API_ORIGIN}/api/users/${id}`,
        {
          headers: {
            authorization: `Bearer ${token}`,
            accept: "application/json",
            "x-correlation-id": event.transaction?.correlation_id ?? "",
          },
        },
        deadline,
        RETRIES,
      );
    const token = await getToken(event, api, deadline);
    let response = await call(token);
    if (response.status === 401) response = await call(await getToken(event, api, deadline, token));
    if (response.status !== 200) throw new Error(`backend answered ${response.status}`);
    const profile = JSON.parse(response.text());
    const plan = profile.subscription?.plan;
    const roles = (profile.roles ?? []).filter(({ active }) => active).map(({ name }) => name);
    if (plan !== undefined && plan !== null) {
      api.idToken.setCustomClaim("https://example.com/plan", plan);
      api.accessToken.setCustomClaim("https://example.com/plan", plan);
    }
    if (roles.every((role) => typeof role === "string")) {
      api.accessToken.setCustomClaim("https://example.com/roles", roles);
    }
  } catch (error) {
    console.log(`enrichment failed: ${error.message}`);
  }
};
