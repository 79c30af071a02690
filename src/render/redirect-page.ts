import { HTML } from './content-type.ts'
import type { Rendered } from './types.ts'
import { escapeXml } from './xml.ts'

/** A page that leads elsewhere, for servers that can't redirect: by a header where they can. `target` is a path of the site at `url`, or an address. */
export function redirectPage(target: string, url: string): Rendered {
  const [to, canonical] = [escapeXml(target), escapeXml(target.startsWith('/') ? url + target : target)]
  const content = `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>${to}</title>
<meta name="robots" content="noindex">
<link rel="canonical" href="${canonical}">
<meta http-equiv="refresh" content="0; url=${to}">
</head>
<body>
<p>→ <a href="${to}">${to}</a></p>
</body>
</html>
`
  return { content, contentType: HTML, redirect: target }
}
