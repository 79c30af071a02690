import { headersOf } from '../headers.ts'
import { type FrontOptions, prefixOf } from './types.ts'

/**
 * nginx as a cache in front of a store, to be included in `http { … }`. The cache's key is the path and `v` of the query: the address a visitor is sent to
 * after a write is a new key, and no other query makes one. The store is asked without a query.
 */
export function nginxCache({ site, origin, gateway, headers }: FrontOptions): string {
  const prefix = prefixOf(origin)
  return `# A cache in front of ${origin.origin}, made by drowse config nginx. Include it in http { … }.
proxy_cache_path /var/cache/nginx/drowse levels=1:2 keys_zone=drowse:10m max_size=1g inactive=7d use_temp_path=off;

server {
  listen 80;
  server_name ${new URL(site).hostname};
${gatewayLocation(gateway)}
  location / {
    limit_except GET { deny all; }
    # Of the query only v counts: it names the version a visitor has just made. Kept here, since the rewrites below drop the query.
    set $drowse_path $uri;
    set $drowse_version $arg_v;
    proxy_cache_key $host$drowse_path?v=$drowse_version;
    proxy_cache drowse;
    # s-maxage and stale-while-revalidate come with each object.
    proxy_cache_background_update on;
    proxy_cache_use_stale updating error timeout http_500 http_502 http_503 http_504;
    proxy_cache_lock on;
    proxy_ignore_headers Set-Cookie Vary;
    proxy_hide_header Set-Cookie;
    rewrite ^(.*/)$ ${prefix}$1index.html? break;
    rewrite ^(.*)$ ${prefix}$1? break;
    proxy_pass ${origin.origin};
    proxy_set_header Host ${origin.host};
    proxy_set_header Cookie "";
    proxy_set_header Accept-Encoding "";
    proxy_http_version 1.1;
    proxy_set_header Connection "";
    gzip on;
    gzip_types text/css text/plain text/javascript application/json application/xml application/atom+xml application/feed+json image/svg+xml;
    gzip_vary on;
${addHeaders(headers)}
  }
}
`
}

/** nginx serving a directory store's files itself, with the compressed siblings beside them. `root` is the store's \`site\` folder. */
export function nginxFiles({ site, gateway, headers }: Omit<FrontOptions, 'origin'>, root: string): string {
  const page = headersOf('site/', { contentType: '', cache: 'page' }).cacheControl
  const immutable = headersOf('site/', { contentType: '', cache: 'immutable' }).cacheControl
  return `# The files of a directory store, made by drowse config nginx. Include it in http { … }.
server {
  listen 80;
  server_name ${new URL(site).hostname};
  root ${root};
  charset utf-8;
  charset_types text/xml text/plain text/css text/javascript application/javascript application/json application/atom+xml image/svg+xml;
  # publish: { precompress: [gzip] } puts the .gz files there.
  gzip_static on;
  gzip_vary on;
  # With libnginx-mod-http-brotli-static, and publish: { precompress: [br, gzip] }:
  # brotli_static on;
  error_page 404 /404.html;
${gatewayLocation(gateway)}
  location ^~ /assets/ {
    limit_except GET { deny all; }
    add_header Cache-Control "${immutable}";
${addHeaders(headers)}
  }
  location = /_redirects { return 404; }
  location / {
    limit_except GET { deny all; }
    try_files $uri $uri/ =404;
    add_header Cache-Control "${page}";
${addHeaders(headers)}
  }
}
`
}

function gatewayLocation(gateway: URL): string {
  return `  location ^~ /-/ {
    proxy_pass ${gateway.origin};
    proxy_set_header Host $host;
    proxy_set_header X-Forwarded-Proto $scheme;
    # A visitor waits for the page for ten seconds at most.
    proxy_read_timeout 30s;
    client_max_body_size 32m;
  }`
}

function addHeaders(headers: Readonly<Record<string, string>>): string {
  return Object.entries(headers)
    .map(([name, value]) => `    add_header ${name} "${value}" always;`)
    .join('\n')
}
