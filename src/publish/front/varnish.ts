import { type FrontOptions, portOf, prefixOf } from './types.ts'

/** Varnish in front of a store: VCL 4.1. The cache's key is the path and `v` of the query, as with nginx. `PURGE` is taken from the machine itself. */
export function varnishConfig({ origin, gateway, headers }: FrontOptions): string {
  return `vcl 4.1;
# A cache in front of ${origin.origin}, made by drowse config varnish.

backend origin { .host = "${origin.hostname}"; .port = "${portOf(origin)}"; }
backend gateway { .host = "${gateway.hostname}"; .port = "${portOf(gateway)}"; }

# Who may purge: the gateway's address belongs here.
acl purgers { "localhost"; "127.0.0.1"; "::1"; }

sub vcl_recv {
  if (req.url ~ "^/-/") {
    set req.backend_hint = gateway;
    return (pass);
  }
  set req.backend_hint = origin;
  # Only v counts of the query: it names the version a visitor has just made.
  if (req.url ~ "[?&]v=[0-9a-f]+") {
    set req.url = regsub(req.url, "\\?.*$", "") + "?v=" + regsub(req.url, "^.*[?&]v=([0-9a-f]+).*$", "\\1");
  } else {
    set req.url = regsub(req.url, "\\?.*$", "");
  }
  if (req.method == "PURGE") {
    if (client.ip !~ purgers) { return (synth(403)); }
    return (purge);
  }
  if (req.method != "GET" && req.method != "HEAD") { return (synth(405)); }
  unset req.http.Cookie;
  return (hash);
}

sub vcl_backend_fetch {
  if (bereq.backend == origin) {
    set bereq.http.Host = "${origin.host}";
    set bereq.url = "${prefixOf(origin)}" + regsub(bereq.url, "\\?.*$", "");
    if (bereq.url ~ "/$") { set bereq.url = bereq.url + "index.html"; }
  }
}

sub vcl_backend_response {
  # How long, and how long after that while it is fetched anew, comes with each object. What is missing may be there soon.
  if (bereq.backend == origin && beresp.status >= 400) { set beresp.ttl = 5s; set beresp.grace = 0s; }
  if (bereq.backend == origin) { unset beresp.http.Set-Cookie; set beresp.do_gzip = (beresp.http.Content-Type ~ "^(text/|application/(json|xml|[a-z]+.(xml|json))|image/svg)"); }
}

sub vcl_deliver {
  if (req.url !~ "^/-/") {
${Object.entries(headers)
  .map(([name, value]) => `    set resp.http.${name} = {"${value}"};`)
  .join('\n')}
  }
}
`
}
