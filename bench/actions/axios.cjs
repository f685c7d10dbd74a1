// The way that is published most: a new token for each login, by axios.

const axios = require("axios");

exports.onExecutePostLogin = async (event, api) => {
  const { data: token } = await axios.post(`${event.secrets.TOKEN_ORIGIN}/oauth/token`, {
    grant_type: "client_credentials",
    client_id: event.secrets.CLIENT_ID,
    client_secret: event.secrets.CLIENT_SECRET,
    audience: "https://api.example.com",
  });
  const { data: profile } = await axios.get(
    `${event.secrets.API_ORIGIN}/api/users/${encodeURIComponent(event.user.user_id)}`,
    { headers: { authorization: `Bearer ${token.access_token}` } },
  );
  const plan = profile.subscription.plan;
  const roles = profile.roles.filter(({ active }) => active).map(({ name }) => name);
  api.idToken.setCustomClaim("https://example.com/plan", plan);
  api.accessToken.setCustomClaim("https://example.com/plan", plan);
  api.accessToken.setCustomClaim("https://example.com/roles", roles);
};
