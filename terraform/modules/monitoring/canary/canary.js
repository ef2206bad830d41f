// What every canary of this module runs: asks each address of CHECKS, one
// after the other, and fails at the first that does not answer as it should.
"use strict";

const synthetics = require("@aws/synthetics-puppeteer");

const TIMEOUT_MS = 15000;
const MOST_BYTES = 5 * 1024 * 1024;

function request(check) {
  const url = new URL(check.url);
  return {
    body: "",
    headers: { "User-Agent": `${synthetics.getCanaryUserAgentString()} nightshift-canary` },
    hostname: url.hostname,
    method: "GET",
    path: url.pathname + url.search,
    port: url.port || 443,
    protocol: url.protocol,
    timeout: TIMEOUT_MS,
  };
}

// Resolves where the answer is what the check says, and rejects with why not.
function judge(check) {
  return (response) =>
    new Promise((resolve, reject) => {
      if (response.statusCode !== check.status) {
        response.resume();
        reject(new Error(`${check.url} answered ${response.statusCode}, not ${check.status}`));
        return;
      }
      let text = "";
      response.setEncoding("utf8");
      response.on("data", (part) => {
        text += part;
        if (text.length > MOST_BYTES) {
          response.destroy(new Error(`${check.url} answered with more than ${MOST_BYTES} bytes`));
        }
      });
      response.on("error", reject);
      response.on("end", () => {
        if (check.contains && !text.includes(check.contains)) {
          reject(new Error(`${check.url} answered without "${check.contains}"`));
        } else {
          resolve();
        }
      });
    });
}

exports.handler = async () => {
  // Headers may carry what should not lie in a bucket.
  const step = {
    continueOnHttpStepFailure: false,
    includeRequestBody: false,
    includeRequestHeaders: false,
    includeResponseBody: false,
    includeResponseHeaders: false,
  };
  for (const check of JSON.parse(process.env.CHECKS)) {
    await synthetics.executeHttpStep(`GET ${check.url}`, request(check), judge(check), step);
  }
};
