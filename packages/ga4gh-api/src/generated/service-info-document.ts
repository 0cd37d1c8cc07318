// Made by packages/ga4gh-api/bundle.mjs from specs/. Do not edit: change the specs and run `npm run specs`.
import type { OpenApiDocument } from '../document.ts'

export const serviceInfoDocument: OpenApiDocument = {
  "openapi": "3.0.3",
  "info": {
    "title": "GA4GH Service Info, as every biocloud server gives it",
    "version": "1.0.0",
    "description": "What a server says about itself. DRS, WES and TES extend the `Service` schema with members of their own.\n",
    "license": {
      "name": "Apache-2.0",
      "url": "https://www.apache.org/licenses/LICENSE-2.0"
    }
  },
  "servers": [
    {
      "url": "/"
    }
  ],
  "security": [
    {
      "bearerAuth": []
    },
    {}
  ],
  "tags": [
    {
      "name": "service-info",
      "description": "Self-description of the server"
    }
  ],
  "paths": {
    "/service-info": {
      "get": {
        "tags": [
          "service-info"
        ],
        "operationId": "getServiceInfo",
        "summary": "Self-description",
        "description": "Public. The base URL of the API is this address without its last segment.",
        "responses": {
          "200": {
            "description": "The description of this server",
            "content": {
              "application/json": {
                "schema": {
                  "$ref": "#/components/schemas/Service"
                }
              }
            }
          }
        }
      }
    }
  },
  "components": {
    "securitySchemes": {
      "bearerAuth": {
        "type": "http",
        "scheme": "bearer",
        "bearerFormat": "JWT",
        "description": "An access token of an issuer this server trusts"
      }
    },
    "schemas": {
      "Service": {
        "type": "object",
        "description": "The members that every kind of GA4GH server shares",
        "required": [
          "id",
          "name",
          "type",
          "organization",
          "version"
        ],
        "properties": {
          "id": {
            "type": "string",
            "description": "World-wide name of this deployment, best in reverse domain order",
            "example": "org.example.biocloud"
          },
          "name": {
            "type": "string",
            "description": "The name shown to people",
            "example": "biocloud at Example"
          },
          "type": {
            "$ref": "#/components/schemas/ServiceType"
          },
          "description": {
            "type": "string",
            "description": "One or two sentences about this deployment"
          },
          "organization": {
            "type": "object",
            "description": "Who runs the server",
            "required": [
              "name",
              "url"
            ],
            "properties": {
              "name": {
                "type": "string",
                "description": "The operator's name",
                "example": "Example Institute"
              },
              "url": {
                "type": "string",
                "format": "uri",
                "description": "The operator's home page",
                "example": "https://example.org"
              }
            },
            "additionalProperties": false
          },
          "contactUrl": {
            "type": "string",
            "format": "uri",
            "description": "Where to reach the operator: a page, or a `mailto:` address",
            "example": "mailto:help@example.org"
          },
          "documentationUrl": {
            "type": "string",
            "format": "uri",
            "description": "Where the use of this deployment is explained, log-in included",
            "example": "https://docs.example.org"
          },
          "createdAt": {
            "type": "string",
            "format": "date-time",
            "description": "First start of this deployment",
            "example": "2026-02-03T09:00:00Z"
          },
          "updatedAt": {
            "type": "string",
            "format": "date-time",
            "description": "Start of the version now running",
            "example": "2026-05-06T07:30:00Z"
          },
          "environment": {
            "type": "string",
            "description": "What the deployment is for, such as `prod`, `test`, `dev` or `staging`",
            "example": "test"
          },
          "version": {
            "type": "string",
            "description": "Version of the software; it changes with each release",
            "example": "0.1.0"
          }
        },
        "additionalProperties": false
      },
      "ServiceType": {
        "type": "object",
        "description": "Which API this is",
        "required": [
          "group",
          "artifact",
          "version"
        ],
        "properties": {
          "group": {
            "type": "string",
            "description": "Reverse domain name of the body that defines the API; for GA4GH standards `org.ga4gh`",
            "example": "org.ga4gh"
          },
          "artifact": {
            "type": "string",
            "description": "Short name of the API: `drs`, `wes` or `tes`",
            "example": "drs"
          },
          "version": {
            "type": "string",
            "description": "Version of the API, not of the software",
            "example": "1.5.0"
          }
        },
        "additionalProperties": false
      }
    }
  }
}

export const serviceInfoOperations = [
  {
    "operationId": "getServiceInfo",
    "method": "get",
    "path": "/service-info",
    "extension": false
  }
] as const
