import { type FrontOptions, prefixOf } from './types.ts'

// Runs at the edge for each request: the key of a folder's page.
const INDEX_FUNCTION = `function handler(event) {
  var request = event.request
  if (request.uri.endsWith('/')) request.uri += 'index.html'
  return request
}`

// AWS's own policies: nothing is cached, everything but Host is passed on,
// https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/using-managed-cache-policies.html
const CACHING_DISABLED = '4135ea2d-6df8-44a3-9df3-4b5a84be39ad'
const ALL_BUT_HOST = 'b689b0a8-53d0-40ab-baf2-68738e2966ac'

/** A CloudFormation template for a CloudFront distribution: `v` of the query is in the cache's key and nothing else is. Not tried on AWS. */
export function cloudFrontTemplate({ site, origin, gateway, headers }: FrontOptions): string {
  const { 'Content-Security-Policy': csp = '', ...others } = headers
  const custom = (protocol: string) => ({
    OriginProtocolPolicy: protocol === 'https:' ? 'https-only' : 'http-only',
  })
  const template = {
    AWSTemplateFormatVersion: '2010-09-09',
    Description: `CloudFront for ${site}, made by drowse config cloudfront`,
    Parameters: { Certificate: { Type: 'String', Description: 'ARN of a certificate in us-east-1' } },
    Resources: {
      IndexFunction: {
        Type: 'AWS::CloudFront::Function',
        Properties: {
          Name: named('index'),
          AutoPublish: true,
          FunctionCode: INDEX_FUNCTION,
          FunctionConfig: { Comment: 'The key of a folder’s page', Runtime: 'cloudfront-js-2.0' },
        },
      },
      CachePolicy: {
        Type: 'AWS::CloudFront::CachePolicy',
        Properties: {
          CachePolicyConfig: {
            Name: named('pages'),
            MinTTL: 0,
            DefaultTTL: 0,
            MaxTTL: 31_536_000,
            ParametersInCacheKeyAndForwardedToOrigin: {
              QueryStringsConfig: { QueryStringBehavior: 'whitelist', QueryStrings: ['v'] },
              HeadersConfig: { HeaderBehavior: 'none' },
              CookiesConfig: { CookieBehavior: 'none' },
              EnableAcceptEncodingGzip: true,
              EnableAcceptEncodingBrotli: true,
            },
          },
        },
      },
      HeadersPolicy: {
        Type: 'AWS::CloudFront::ResponseHeadersPolicy',
        Properties: {
          ResponseHeadersPolicyConfig: {
            Name: named('headers'),
            SecurityHeadersConfig: {
              ...(csp === '' ? {} : { ContentSecurityPolicy: { ContentSecurityPolicy: csp, Override: true } }),
              ContentTypeOptions: { Override: true },
              ...('Referrer-Policy' in others
                ? { ReferrerPolicy: { ReferrerPolicy: others['Referrer-Policy'], Override: true } }
                : {}),
            },
          },
        },
      },
      Distribution: {
        Type: 'AWS::CloudFront::Distribution',
        Properties: {
          DistributionConfig: {
            Enabled: true,
            HttpVersion: 'http2and3',
            Aliases: [new URL(site).hostname],
            ViewerCertificate: { AcmCertificateArn: { Ref: 'Certificate' }, SslSupportMethod: 'sni-only' },
            Origins: [
              {
                Id: 'store',
                DomainName: origin.hostname,
                OriginPath: prefixOf(origin),
                CustomOriginConfig: custom(origin.protocol),
              },
              { Id: 'gateway', DomainName: gateway.hostname, CustomOriginConfig: custom(gateway.protocol) },
            ],
            DefaultCacheBehavior: {
              TargetOriginId: 'store',
              ViewerProtocolPolicy: 'redirect-to-https',
              Compress: true,
              CachePolicyId: { Ref: 'CachePolicy' },
              ResponseHeadersPolicyId: { Ref: 'HeadersPolicy' },
              FunctionAssociations: [
                { EventType: 'viewer-request', FunctionARN: { 'Fn::GetAtt': ['IndexFunction', 'FunctionARN'] } },
              ],
            },
            CacheBehaviors: [
              {
                PathPattern: '/-/*',
                TargetOriginId: 'gateway',
                ViewerProtocolPolicy: 'https-only',
                AllowedMethods: ['GET', 'HEAD', 'OPTIONS', 'PUT', 'POST', 'PATCH', 'DELETE'],
                CachePolicyId: CACHING_DISABLED,
                OriginRequestPolicyId: ALL_BUT_HOST,
              },
            ],
          },
        },
      },
    },
  }
  return `${JSON.stringify(template, null, 2)}\n`
}

/** Names are unique in an account, so that of the stack goes before each. */
function named(name: string): object {
  return { 'Fn::Join': ['-', [{ Ref: 'AWS::StackName' }, name]] }
}
