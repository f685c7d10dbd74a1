/**
 * A small `fetch` over node:https that trusts one more certificate authority, which the global one cannot be told.
 */

import https from "node:https";

/**
 * @param {string} ca PEM.
 * @returns {(url: string, options: { headers: Headers, signal: AbortSignal }) => Promise<Response>} GET only.
 */
export function createTrustingFetch(ca) {
  return (url, { headers, signal }) =>
    new Promise((resolve, reject) => {
      const options = { ca, signal, headers: Object.fromEntries(headers), agent: false };
      const request = https.get(url, options, (response) => {
        const chunks = [];
        response.on("data", (chunk) => chunks.push(chunk));
        response.on("error", reject);
        response.on("end", () =>
          resolve(new Response(Buffer.concat(chunks), { status: response.statusCode })),
        );
      });
      request.on("error", reject);
    });
}
